import { drawSlice } from "../slice.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import { findWeighed } from "./block-scales.ts"
import { type Dependents, findDependents } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { findReach, slotsOfAll } from "./linear-set.ts"
import { multiplies, sharesChildren } from "./products.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { isContinuousNumber } from "./scaling-move.ts"

/** An intercept a, a slope b and the elements v that it multiplies. Plain data. */
export interface PivotMatch {
  readonly intercept: number
  readonly slope: number
  readonly multiplied: Int32Array
  /** Whether b multiplies the deviations of v from their own mean: the lines' values then stay without a change of a. */
  readonly isCentred: boolean
  readonly after: Dependents
  readonly weighed: readonly Instances[]
  readonly relations: readonly [number, number, number]
}

/** Width of a slice's first interval of log c. */
const WIDTH = 1

/**
 * Moves an intercept a, a slope b and the elements v that it multiplies about their mean m, (a, b, v − m) →
 * (a + (1 − c) b m, b c, (v − m) / c), which leaves every a + b v as it is: where the v are known with error, a steep line
 * through elements close together fits as well as a flat one through elements far apart. Of lines a + b (v − m), which models
 * write as `a + b * (v[j] - mean(v))`, a stays. log |c| has the density π(a', b', v') |c|^(2 − n) and is drawn by slice
 * sampling from c = 1; then c = −1, a line that falls, is proposed. Drawn beside the samplers of all, it takes nothing from
 * them. Source: Liu & Sabatti (2000), Generalised Gibbs sampler and multigrid Monte Carlo, Biometrika 87, theorem 1.
 */
export const pivotMove: RelationBlockSampler<PivotMatch> = {
  name: "pivot",
  describe: "an intercept, a slope and the elements that it multiplies, moved so that the lines' values stay",

  match(model, targets) {
    const { graph, network } = model
    const numbers = targets.filter((target) => isContinuousNumber(model, target))
    const single = numbers.filter(({ instances }) => instances.length === 1)
    const blocks = single.flatMap((slope) =>
      numbers
        .filter(({ instances }) => instances.length > 2)
        .filter((vector) => multiplies(model, slope, vector))
        .flatMap((vector) => {
          const intercept = single.find(
            (other) =>
              other !== slope && sharesChildren(model, other, slope) && !multiplies(model, other, vector),
          )
          if (intercept === undefined) return []
          const all = [intercept, slope, vector] as const
          const slots = slotsOfAll(graph, all)
          const line = { intercept: slots[0]!, slope: slots[1]!, multiplied: slots.slice(2) }
          const after = findDependents(network, [slots])
          return [
            {
              targets: [],
              match: {
                ...line,
                isCentred: keepsChildren(model, intercept, line, after),
                after,
                weighed: findWeighed(model, all),
                relations: [intercept.relation, slope.relation, vector.relation] as const,
              },
            },
          ]
        }),
    )
    return { blocks, reason: "no drawn number multiplies it beside an intercept" }
  },

  explain: ({ relations, isCentred }, { graph }) => {
    const [a, b, v] = relations.map((r) => headOf(graph.relations[r]!.text))
    const rest = `${b} c, m + (${v} - m) / c), m the mean of ${v}`
    return {
      formula: isCentred ? `(${b}, ${v}) → (${rest}` : `(${a}, ${b}, ${v}) → (${a} + (1 - c) ${b} m, ${rest}`,
      because: [`${b} multiplies ${v} beside ${a}: one at a time they hold each other fast`],
    }
  },

  bind({ intercept, slope, multiplied, isCentred, after: { computed }, weighed }, engine) {
    const weigh = bindWeigh(weighed, engine)
    const n = multiplied.length
    const before = new Float64Array(n)
    let s: Float64Array = new Float64Array(0)
    let a = 0
    let b = 0
    let m = 0
    const moveTo = (c: number): void => {
      if (!isCentred) s[intercept] = a + (1 - c) * b * m
      s[slope] = b * c
      for (let k = 0; k < n; k++) s[multiplied[k]!] = m + (before[k]! - m) / c
      engine.compute(s, computed, 0, computed.relation.length)
    }
    const read = (): void => {
      a = s[intercept]!
      b = s[slope]!
      m = 0
      for (let k = 0; k < n; k++) m += (before[k] = s[multiplied[k]!]!) / n
    }
    const density = (t: number): number => {
      moveTo(Math.exp(t))
      const log = weigh(s) + (2 - n) * t
      return Number.isNaN(log) ? -Infinity : log
    }
    return {
      writes: Int32Array.of(intercept, slope, ...multiplied),
      memoryLength: 0,
      step(state, _memory, rng) {
        s = state
        read()
        const t = drawSlice(density, 0, WIDTH, -Infinity, Infinity, rng)
        moveTo(Number.isNaN(t) ? 1 : Math.exp(t))
        read()
        const here = weigh(s)
        moveTo(-1)
        if (Math.log(rng.uniform()) < weigh(s) - here) return
        moveTo(1)
      },
    }
  },
}

/**
 * Whether the children of an intercept are as likely after a slope has been multiplied and what it multiplies brought nearer to its
 * mean: tried at one state, with arbitrary values for everything that is drawn.
 */
function keepsChildren(
  { graph, network, engine }: RelationModel,
  intercept: Target,
  { slope, multiplied }: Pick<PivotMatch, "slope" | "multiplied">,
  { computed }: Dependents,
): boolean {
  const weigh = bindWeigh(findReach(network, [intercept]).children, engine)
  const s = graph.values.map((value, slot) => (Number.isNaN(value) ? 0.5 + (slot % 7) / 14 : value))
  const likelihood = (): number => {
    engine.compute(s, computed, 0, computed.relation.length)
    return weigh(s)
  }
  const before = likelihood()
  const m = multiplied.reduce((sum, slot) => sum + s[slot]! / multiplied.length, 0)
  s[slope]! *= 2
  for (const slot of multiplied) s[slot] = m + (s[slot]! - m) / 2
  return Math.abs(likelihood() - before) <= 1e-9 * Math.abs(before)
}
