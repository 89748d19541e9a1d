import type { Engine } from "./engine.ts"

/** Instances of a relation. Plain data. */
export interface Instances {
  readonly relation: number
  readonly instances: Int32Array
}

/** A function that sums the log densities of stochastic instances. */
export function bindWeigh(weighed: readonly Instances[], engine: Engine): (s: Float64Array) => number {
  const parts = weighed.flatMap(({ relation, instances }) => {
    const f = engine.functions[relation]!
    return f.kind === "stochastic" ? [{ f, instances }] : []
  })
  return (s) => {
    let total = 0
    for (let k = 0; k < parts.length; k++) {
      const { f, instances } = parts[k]!
      total += f.logDensity(s, instances, 0, instances.length)
    }
    return total
  }
}
