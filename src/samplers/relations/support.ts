import { type Relation, type RelationExpr, referenceStart } from "../../models/relations/relation-graph.ts"
import type { Engine } from "./engine.ts"
import { relationOf } from "./site.ts"

type Bounds = (s: Float64Array, instance: number, out: Float64Array) => void

/** Bounds of an element: its distribution's support cut by its truncation or censoring. Writes `[lower, upper]`. */
export const bindSupport = (engine: Engine, relation: number): Bounds => bindBounds(engine, relation, null)

/**
 * The bounds that an element has whatever is drawn. Writes `[lower, upper]`; NaN where they hang on draws, also by what has a
 * value of what is not known, `1 + step(x)`.
 */
export function bindKnownSupport(
  engine: Engine,
  relation: number,
): (instance: number, out: Float64Array) => void {
  const { values } = engine.graph
  const bounds = bindBounds(engine, relation, (e, i) =>
    isKnown(relationOf(engine.graph, relation), e, i, values),
  )
  return (instance, out) => bounds(values, instance, out)
}

function bindBounds(
  engine: Engine,
  relation: number,
  isFixed: ((e: RelationExpr, instance: number) => boolean) | null,
): Bounds {
  const f = engine.functions[relation]!
  if (f.kind !== "stochastic") return () => undefined
  const { distribution, argsLength, argStarts, argLengths } = f
  const args = new Float64Array(Math.max(4, argsLength))
  const own = new Float64Array(2)
  const lower = new Float64Array(1)
  const upper = new Float64Array(1)
  const { bounds, args: expressions } = relationOf(engine.graph, relation)
  return (s, instance, out) => {
    f.args(s, instance, args)
    if (isFixed !== null)
      expressions.forEach((e, k) => {
        if (!isFixed(e, instance)) args.fill(Number.NaN, argStarts[k]!, argStarts[k]! + argLengths[k]!)
      })
    if (distribution.calling === "numbers") {
      distribution.support(out, args[0]!, args[1]!, args[2]!, args[3]!)
    } else {
      distribution.support(lower, upper, 1, args, argStarts, argLengths)
      out[0] = lower[0]!
      out[1] = upper[0]!
    }
    if (bounds === null) return
    f.bounds(s, instance, own)
    if (isFixed !== null) {
      if (bounds.lower !== null && !isFixed(bounds.lower, instance)) own[0] = Number.NaN
      if (bounds.upper !== null && !isFixed(bounds.upper, instance)) own[1] = Number.NaN
    }
    out[0] = Math.max(out[0]!, distribution.discrete ? Math.ceil(own[0]!) : own[0]!)
    out[1] = Math.min(out[1]!, distribution.discrete ? Math.floor(own[1]!) : own[1]!)
  }
}

/** Whether an expression of an instance reads only what is known. */
function isKnown(relation: Relation, e: RelationExpr, instance: number, values: Float64Array): boolean {
  const are = (slots: Int32Array): boolean => slots.every((slot) => !Number.isNaN(values[slot]!))
  switch (e.op) {
    case "read": {
      const reference = relation.references[e.reference]!
      const start = referenceStart(reference, instance)
      return are(reference.slots.subarray(start, start + reference.length))
    }
    case "gather": {
      const { reach, reachLength, shared, indices } = relation.gathers[e.gather]!
      const start = shared ? 0 : instance * reachLength
      return (
        are(reach.subarray(start, start + reachLength)) &&
        indices.every(({ value }) => isKnown(relation, value, instance, values))
      )
    }
    case "call":
      return e.args.every((arg) => isKnown(relation, arg, instance, values))
    default:
      return true
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
  const support = bindKnownSupport(engine, relation)
  const bounds = new Float64Array(2)
  const lowest = new Float64Array(instances.length)
  const counts = new Float64Array(instances.length)
  instances.forEach((i, n) => {
    support(i, bounds)
    lowest[n] = bounds[0]!
    const count = bounds[1]! - bounds[0]! + 1
    counts[n] = count >= 1 ? count : Number.POSITIVE_INFINITY
  })
  return { lowest, counts }
}
