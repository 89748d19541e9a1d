import { InternalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { referenceStart, type StochasticRelation } from "../../models/relations/relation-graph.ts"
import { drawSlice } from "../slice.ts"
import { findDependents, type TargetRuns } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { slotsOf } from "./linear-set.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

/** Pairs of elements of one observed sum each. Plain data. */
export interface SumMatch {
  /** Slots of pair k at 2 k and 2 k + 1, and who draws them. */
  readonly slots: Int32Array
  readonly relations: Int32Array
  readonly instances: Int32Array
  readonly isDiscrete: boolean
  /** By pair what to compute again, and whose density it enters. */
  readonly computed: TargetRuns
  readonly weighed: TargetRuns
  /** Relations of the observed sums. */
  readonly sums: readonly number[]
}

/** First width of a slice. */
const WIDTH = 2

/**
 * Moves two elements of an observed sum (`y ~ dsum(a, b, c)`) against each other, (a, b) → (a + t, b − t): one at a time the
 * sum holds each fast. Drawn beside the samplers of both, it takes nothing from them. t is drawn by slice sampling from 0, in whole
 * steps where the elements are integers. Source: Liu & Sabatti (2000), Generalised Gibbs sampler and multigrid Monte Carlo,
 * Biometrika 87, theorem 1; the group of shifts leaves volumes as they are.
 */
export const sumMove: RelationBlockSampler<SumMatch> = {
  name: "sum-move",
  describe: "two elements of an observed sum, moved against each other so that the sum stays",

  match(model, targets) {
    const kinds = [true, false].flatMap((isDiscrete) => {
      const match = matchPairs(model, targets, isDiscrete)
      return match === null ? [] : [{ targets: [], match }]
    })
    return { blocks: kinds, reason: "no sum of it and another drawn element is observed" }
  },

  explain: ({ relations, sums }, { graph }) => {
    const nameOf = (r: number) => headOf(graph.relations[r]!.text)
    const names = [...new Set([...relations].map(nameOf))].join(", ")
    return {
      formula: `(${names}) → two of them, x + t and x′ − t`,
      because: [`the sum ${sums.map(nameOf).join(", ")} is observed: one at a time it holds each fast`],
    }
  },

  bind({ slots, relations, instances, isDiscrete, computed, weighed }, engine) {
    const pairs = slots.length / 2
    const own = Array.from(relations, (r) => {
      const f = engine.functions[r]!
      if (f.kind !== "stochastic") throw new InternalError("what is computed is not drawn")
      return f
    })
    // One may be the other's parent: each density counts once.
    const runs = Array.from({ length: pairs }, (_, k) =>
      childrenOf(weighed, k, (r, i) =>
        [2 * k, 2 * k + 1].some((j) => relations[j] === r && instances[j] === i),
      ),
    )
    let s: Float64Array = new Float64Array(0)
    let k = 0
    let a = 0
    let b = 0
    const moveTo = (t: number): void => {
      const step = isDiscrete ? Math.floor(t) : t
      s[slots[2 * k]!] = a + step
      s[slots[2 * k + 1]!] = b - step
      engine.compute(s, computed, computed.start[k]!, computed.start[k + 1]!)
    }
    const density = (t: number): number => {
      moveTo(t)
      let total = 0
      for (let j = 2 * k; j < 2 * k + 2; j++) {
        total += own[j]!.logDensity(s, instances, j, j + 1)
        if (!(total > -Infinity)) return -Infinity
      }
      for (const { relation, list } of runs[k]!) {
        const f = engine.functions[relation]!
        if (f.kind === "stochastic") total += f.logDensity(s, list, 0, list.length)
      }
      return total
    }
    return {
      writes: slots,
      memoryLength: 0,
      step(state, _memory, rng) {
        s = state
        for (k = 0; k < pairs; k++) {
          a = s[slots[2 * k]!]!
          b = s[slots[2 * k + 1]!]!
          const from = isDiscrete ? rng.uniform() : 0
          const width = WIDTH + (isDiscrete ? 0.2 * (Math.abs(a) + Math.abs(b)) : 0)
          const t = drawSlice(density, from, width, -Infinity, Infinity, rng)
          moveTo(Number.isNaN(t) ? 0 : t)
        }
      },
    }
  },
}

/** Children of a pair, without its own two elements. */
function childrenOf(
  { start, relation, from, to, instances }: TargetRuns,
  k: number,
  isOwn: (relation: number, instance: number) => boolean,
) {
  const found: { readonly relation: number; readonly list: Int32Array }[] = []
  for (let run = start[k]!; run < start[k + 1]!; run++) {
    const r = relation[run]!
    const list = instances.slice(from[run]!, to[run]!).filter((i) => !isOwn(r, i))
    if (list.length > 0) found.push({ relation: r, list })
  }
  return found
}

/** Neighbours in every observed sum, in a ring; null where no sum has two elements that can be moved. */
function matchPairs(
  { graph, network }: RelationModel,
  targets: readonly Target[],
  isDiscrete: boolean,
): SumMatch | null {
  const drawn = new Map<number, { readonly relation: number; readonly instance: number }>()
  for (const target of targets) {
    const one = relationOf(graph, target.relation)
    const d = lookupBugsDistribution(one.distribution)
    if (one.width !== 1 || d.shape !== "scalar" || d.isDetermined || d.discrete !== isDiscrete) continue
    slotsOf(graph, target).forEach((slot, n) => {
      drawn.set(slot, { relation: target.relation, instance: target.instances[n]! })
    })
  }
  const slots: number[] = []
  const sums = new Set<number>()
  graph.relations.forEach((one, r) => {
    if (
      one.kind !== "stochastic" ||
      !one.observed ||
      lookupBugsDistribution(one.distribution).name !== "dsum"
    )
      return
    for (let i = 0; i < one.size; i++) {
      const own = [...new Set(summands(one, i).filter((slot) => drawn.has(slot)))]
      if (own.length < 2) continue
      sums.add(r)
      own.slice(own.length === 2 ? 1 : 0).forEach((slot, n) => {
        slots.push(slot, own.length === 2 ? own[0]! : own[(n + 1) % own.length]!)
      })
    }
  })
  if (slots.length === 0) return null
  const targetsOf = Array.from({ length: slots.length / 2 }, (_, k) => slots.slice(2 * k, 2 * k + 2))
  const { computed, weighed } = findDependents(network, targetsOf)
  return {
    slots: Int32Array.from(slots),
    relations: Int32Array.from(slots, (slot) => drawn.get(slot)!.relation),
    instances: Int32Array.from(slots, (slot) => drawn.get(slot)!.instance),
    isDiscrete,
    computed,
    weighed,
    sums: [...sums],
  }
}

/** Slots of the arguments of an instance that are read as they are. */
const summands = ({ args, references }: StochasticRelation, instance: number): readonly number[] =>
  args.flatMap((arg) => {
    if (arg.op !== "read") return []
    const reference = references[arg.reference]!
    const start = referenceStart(reference, instance)
    return [...reference.slots.subarray(start, start + reference.length)]
  })
