import { lookupFunction } from "../../models/functions/registry.ts"
import type { Relation, RelationExpr } from "../../models/relations/relation-graph.ts"

type InSet = (slot: number) => boolean

/**
 * Whether an expression is affine in all slots of a set together (a sum of terms with one of them each, times what does not
 * hang on them), judged from its form.
 * @param inSet whether a slot is in the set, or hangs on it
 */
export function isAffineIn(relation: Relation, e: RelationExpr, inSet: InSet): boolean {
  const depends = (x: RelationExpr): boolean => dependsOn(relation, x, inSet)
  const visit = (x: RelationExpr): boolean => {
    if (!depends(x)) return true
    switch (x.op) {
      case "read":
        return true
      case "gather":
        return !relation.gathers[x.gather]!.indices.some(({ value }) => depends(value))
      case "call": {
        if (x.name === "ifelse") return !depends(x.args[0]!) && x.args.slice(1).every(visit)
        const { linear } = lookupFunction(x.name, x.args.length)
        if (linear === undefined) return false
        if (linear === "jointly") return x.args.every(visit)
        const moving = x.args.flatMap((arg, k) => (depends(arg) ? [k] : []))
        return moving.length === 1 && linear.includes(moving[0]!) && visit(x.args[moving[0]!]!)
      }
      default:
        return true
    }
  }
  return visit(e)
}

/** Whether an affine expression has no term without an element of the set: it is zero where they all are. */
export function isProportionalIn(relation: Relation, e: RelationExpr, inSet: InSet): boolean {
  if (!dependsOn(relation, e, inSet)) return false
  switch (e.op) {
    case "read":
      return relation.references[e.reference]!.slots.every(inSet)
    case "gather":
      return relation.gathers[e.gather]!.reach.every(inSet)
    case "call": {
      if (e.name === "ifelse") return e.args.slice(1).every((arg) => isProportionalIn(relation, arg, inSet))
      const { linear } = lookupFunction(e.name, e.args.length)
      if (linear === undefined) return false
      if (linear === "jointly") return e.args.every((arg) => isProportionalIn(relation, arg, inSet))
      return e.args.some((arg, k) => linear.includes(k) && isProportionalIn(relation, arg, inSet))
    }
    default:
      return false
  }
}

/** Whether an expression is a constant over something proportional: `1 / x`, `k / (x * c)`, `x^-1`, `pow(x, -1)`. */
export function isReciprocalIn(relation: Relation, e: RelationExpr, inSet: InSet): boolean {
  if (e.op !== "call") return false
  const [a, b] = e.args
  const free = (x: RelationExpr) => !dependsOn(relation, x, inSet)
  const proportional = (x: RelationExpr) =>
    isAffineIn(relation, x, inSet) && isProportionalIn(relation, x, inSet)
  switch (e.name) {
    case "/":
      return free(a!) ? proportional(b!) : free(b!) && isReciprocalIn(relation, a!, inSet)
    case "^":
      return b!.op === "number" && b!.value === -1 && proportional(a!)
    case "*":
      return free(a!) ? isReciprocalIn(relation, b!, inSet) : free(b!) && isReciprocalIn(relation, a!, inSet)
    default:
      return false
  }
}

/** Whether an expression, in any instance, reads a slot of the set. */
export function dependsOn(relation: Relation, e: RelationExpr, inSet: InSet): boolean {
  switch (e.op) {
    case "read":
      return relation.references[e.reference]!.slots.some(inSet)
    case "gather": {
      const gather = relation.gathers[e.gather]!
      return gather.reach.some(inSet) || gather.indices.some(({ value }) => dependsOn(relation, value, inSet))
    }
    case "call":
      return e.args.some((arg) => dependsOn(relation, arg, inSet))
    default:
      return false
  }
}
