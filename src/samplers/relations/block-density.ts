import type { Engine } from "./engine.ts"
import { bindMergedDensity, findMergedRows } from "./merged-rows.ts"

/** Instances of a relation. Plain data. */
export interface Instances {
  readonly relation: number
  readonly instances: Int32Array
}

/** A function that sums the log densities of stochastic instances, up to terms in the data alone. */
export function bindWeigh(weighed: readonly Instances[], engine: Engine): (s: Float64Array) => number {
  const parts = weighed.flatMap(({ relation, instances }) => {
    const f = engine.functions[relation]!
    if (f.kind !== "stochastic") return []
    const rows = findMergedRows(engine.graph, relation, instances)
    if (rows !== null) return [bindMergedDensity(engine.graph, relation, rows)]
    return [(s: Float64Array) => f.logDensity(s, instances, 0, instances.length)]
  })
  return (s) => {
    let total = 0
    for (let k = 0; k < parts.length; k++) total += parts[k]!(s)
    return total
  }
}
