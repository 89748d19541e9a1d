import type { Engine } from "./engine.ts"
import { relationOf } from "./site.ts"

/** Bounds of an element: its distribution's support cut by its truncation or censoring. Writes `[lower, upper]`. */
export function bindSupport(
  engine: Engine,
  relation: number,
): (s: Float64Array, instance: number, out: Float64Array) => void {
  const f = engine.functions[relation]!
  if (f.kind !== "stochastic") return () => undefined
  const { distribution, argsLength, argStarts, argLengths } = f
  const args = new Float64Array(Math.max(4, argsLength))
  const own = new Float64Array(2)
  const lower = new Float64Array(1)
  const upper = new Float64Array(1)
  const isBounded = relationOf(engine.graph, relation).bounds !== null
  return (s, instance, out) => {
    f.args(s, instance, args)
    if (distribution.calling === "numbers") {
      distribution.support(out, args[0]!, args[1]!, args[2]!, args[3]!)
    } else {
      distribution.support(lower, upper, 1, args, argStarts, argLengths)
      out[0] = lower[0]!
      out[1] = upper[0]!
    }
    if (!isBounded) return
    f.bounds(s, instance, own)
    out[0] = Math.max(out[0]!, distribution.discrete ? Math.ceil(own[0]!) : own[0]!)
    out[1] = Math.min(out[1]!, distribution.discrete ? Math.floor(own[1]!) : own[1]!)
  }
}

/**
 * The values of discrete elements: the least of each, and how many there are, infinitely many where bounds are not known
 * or hang on what is drawn.
 */
export function findValues(
  engine: Engine,
  relation: number,
  instances: Int32Array,
): { readonly lowest: Float64Array; readonly counts: Float64Array } {
  const support = bindSupport(engine, relation)
  const bounds = new Float64Array(2)
  const lowest = new Float64Array(instances.length)
  const counts = new Float64Array(instances.length)
  instances.forEach((i, n) => {
    support(engine.graph.values, i, bounds)
    lowest[n] = bounds[0]!
    const count = bounds[1]! - bounds[0]! + 1
    counts[n] = count >= 1 ? count : Number.POSITIVE_INFINITY
  })
  return { lowest, counts }
}
