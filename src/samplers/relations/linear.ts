import { lookupFunction } from "../../models/functions/registry.ts"
import type { Relation, RelationExpr } from "../../models/relations/relation-graph.ts"

/**
 * Whether an expression is affine in all slots of a set together (a sum of terms with one of them each, times what does not
 * hang on them), judged from its form.
 * @param inSet whether a slot is in the set, or hangs on it
 */
export function isAffineIn(relation: Relation, e: RelationExpr, inSet: (slot: number) => boolean): boolean {
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

/** Whether an expression reads, in any instance, a slot of the set. */
export function dependsOn(relation: Relation, e: RelationExpr, inSet: (slot: number) => boolean): boolean {
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
