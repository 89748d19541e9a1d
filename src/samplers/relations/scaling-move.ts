import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { drawSlice } from "../slice.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import { findWeighed } from "./block-scales.ts"
import { type Dependents, findDependents } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { slotsOfAll } from "./linear-set.ts"
import { hasProducts, MOST_WITH_PRODUCTS, multiplies } from "./products.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

/** A factor and what it multiplies. Plain data. */
export interface ScalingMatch {
  readonly factor: number
  readonly multiplied: Int32Array
  readonly after: Dependents
  readonly weighed: readonly Instances[]
  readonly relations: readonly [number, number]
}

/** Width of a slice's first interval of log c. */
const WIDTH = 0.5

/**
 * Moves a factor b and the many elements v that it multiplies together, (b, v) → (b c, v / c), which leaves their products as
 * they are: one at a time each holds the other fast. Drawn beside the samplers of both, it takes nothing from them. log c has the
 * density π(b c, v / c) c^(1 − n) and is drawn by slice sampling from c = 1. Source: Liu & Sabatti (2000), Generalised Gibbs
 * sampler and multigrid Monte Carlo, Biometrika 87, theorem 1.
 */
export const scalingMove: RelationBlockSampler<ScalingMatch> = {
  name: "scaling",
  describe: "a factor and the elements that it multiplies, moved so that their products stay",

  match(model, targets) {
    const { graph, network } = model
    const factors = targets.filter(
      (target) => isContinuousNumber(model, target) && target.instances.length === 1,
    )
    const vectors = targets.filter(
      (target) => isContinuousNumber(model, target) && target.instances.length > MOST_WITH_PRODUCTS,
    )
    const blocks = factors.flatMap((factor) =>
      vectors
        .filter((vector) => multiplies(model, factor, vector) && !hasProducts(model, [vector]))
        .map((vector) => {
          const both = [factor, vector] as const
          const slots = slotsOfAll(graph, both)
          return {
            targets: [],
            match: {
              factor: slots[0]!,
              multiplied: slots.slice(1),
              after: findDependents(network, [slots]),
              weighed: findWeighed(model, both),
              relations: [factor.relation, vector.relation] as const,
            },
          }
        }),
    )
    return { blocks, reason: "no drawn number multiplies it" }
  },

  explain: ({ relations }, { graph }) => {
    const [factor, vector] = relations.map((r) => headOf(graph.relations[r]!.text))
    return {
      formula: `(${factor}, ${vector}) → (${factor} c, ${vector} / c)`,
      because: [`${factor} multiplies ${vector}: one at a time each holds the other fast`],
    }
  },

  bind({ factor, multiplied, after: { computed }, weighed }, engine) {
    const weigh = bindWeigh(weighed, engine)
    const before = new Float64Array(multiplied.length)
    let s: Float64Array = new Float64Array(0)
    let b = 0
    const moveTo = (t: number): void => {
      const c = Math.exp(t)
      s[factor] = b * c
      for (let k = 0; k < multiplied.length; k++) s[multiplied[k]!] = before[k]! / c
      engine.compute(s, computed, 0, computed.relation.length)
    }
    const density = (t: number): number => {
      moveTo(t)
      return weigh(s) + (1 - multiplied.length) * t
    }
    return {
      writes: Int32Array.of(factor, ...multiplied),
      memoryLength: 0,
      step(state, _memory, rng) {
        s = state
        b = s[factor]!
        for (let k = 0; k < multiplied.length; k++) before[k] = s[multiplied[k]!]!
        const t = drawSlice(density, 0, WIDTH, -Infinity, Infinity, rng)
        moveTo(Number.isNaN(t) ? 0 : t)
      },
    }
  },
}

/** Whether a target is of numbers on a continuous scale. */
export function isContinuousNumber({ graph }: RelationModel, { relation }: Target): boolean {
  const { distribution, width, bounds } = relationOf(graph, relation)
  const d = lookupBugsDistribution(distribution)
  return width === 1 && d.shape === "scalar" && !d.discrete && bounds?.kind !== "I"
}
