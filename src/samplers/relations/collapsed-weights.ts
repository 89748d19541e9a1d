/** The precisions that weigh the terms of a collapsed draw, read off a state. */
import { cholesky } from "../../math/small-dense.ts"
import type { PrecisionTerm } from "./collapsed-sums.ts"
import type { Engine } from "./engine.ts"
import type { FactorGroup } from "./gaussian-factors.ts"
import { relationOf } from "./site.ts"

export interface PrecisionWeights {
  /** Writes the weight of each term at a state. */
  read(s: Float64Array, weights: Float64Array): void
  /**
   * Σ n_g log|P_g| / 2 over the groups of n_g children whose precision is drawn; NaN when one is not positive definite. After
   * `read` at the same state.
   */
  logDeterminant(s: Float64Array): number
}

/** A precision and the number of values that have it. */
interface Shared {
  readonly slots: Int32Array
  readonly width: number
  readonly count: number
}

/**
 * @param groups all of them; those of the terms have one precision for all their children: a number, a value that is read, or
 * a number that is computed (`1 / variance`)
 */
export function bindPrecisionWeights(
  groups: readonly FactorGroup[],
  terms: readonly PrecisionTerm[],
  engine: Engine,
): PrecisionWeights {
  const { graph } = engine
  const precisionOf = (g: number) => {
    const child = relationOf(graph, groups[g]!.relation)
    const spread = child.args[1]!
    return spread.op === "read" ? child.references[spread.reference]!.slots : null
  }
  const from = Int32Array.from(terms, ({ group, row, column }) => {
    const slots = precisionOf(group)
    return slots === null ? -1 : slots[row * groups[group]!.width + column]!
  })
  const numbers = Float64Array.from(terms, ({ group }) => {
    const spread = relationOf(graph, groups[group]!.relation).args[1]!
    return spread.op === "number" ? spread.value : Number.NaN
  })
  const computed = [...new Set(terms.map(({ group }) => group))].flatMap((g) => {
    const { relation, instances } = groups[g]!
    const f = engine.functions[relation]!
    if (relationOf(graph, relation).args[1]!.op !== "call" || f.kind !== "stochastic") return []
    const own = terms.flatMap(({ group }, t) => (group === g ? [t] : []))
    return [
      { f, instance: instances[0]!, args: new Float64Array(f.argsLength), own, half: 0.5 * instances.length },
    ]
  })
  const shared = new Map<number, Shared>()
  for (const g of new Set(terms.map(({ group }) => group))) {
    const slots = precisionOf(g)
    if (slots === null || graph.fixed[slots[0]!] === 1) continue
    const { width, instances } = groups[g]!
    const before = shared.get(slots[0]!)?.count ?? 0
    shared.set(slots[0]!, { slots, width, count: before + instances.length })
  }
  const single = [...shared.values()].filter(({ width }) => width === 1)
  const places = Int32Array.from(single, ({ slots }) => slots[0]!)
  const halves = Float64Array.from(single, ({ count }) => 0.5 * count)
  const matrices = [...shared.values()].filter(({ width }) => width > 1)
  const widest = Math.max(0, ...matrices.map(({ width }) => width))
  const l = new Float64Array(widest * widest)
  return {
    read(s, weights) {
      for (let t = 0; t < from.length; t++) weights[t] = from[t]! < 0 ? numbers[t]! : s[from[t]!]!
      for (let k = 0; k < computed.length; k++) {
        const { f, instance, args, own } = computed[k]!
        f.args(s, instance, args)
        for (let t = 0; t < own.length; t++) weights[own[t]!] = args[1]!
      }
    },
    logDeterminant(s) {
      let total = 0
      for (let k = 0; k < computed.length; k++) total += computed[k]!.half * Math.log(computed[k]!.args[1]!)
      for (let k = 0; k < places.length; k++) total += halves[k]! * Math.log(s[places[k]!]!)
      for (let m = 0; m < matrices.length; m++) {
        const { slots, width, count } = matrices[m]!
        for (let k = 0; k < width * width; k++) l[k] = s[slots[k]!]!
        if (!cholesky(l, 0, width)) return Number.NaN
        for (let k = 0; k < width; k++) total += count * Math.log(l[k * width + k]!)
      }
      return total
    },
  }
}
