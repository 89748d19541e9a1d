import { lookupFunction } from "../../models/functions/registry.ts"
import type { Relation, RelationExpr } from "../../models/relations/relation-graph.ts"

/** By slot: 1 when it is in the set. Never changed once it has been asked about. */
export type SlotSet = Uint8Array

/**
 * Whether an expression is affine in all slots of a set together (a sum of terms with one of them each, times what does not
 * hang on them), judged from its form.
 * @param inSet the set and what hangs on it
 */
export function isAffineIn(relation: Relation, e: RelationExpr, inSet: SlotSet): boolean {
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

/** Whether an expression is the same in all instances. */
export function isCommon(relation: Relation, e: RelationExpr): boolean {
  if (e.op === "number") return true
  if (e.op === "read") return relation.references[e.reference]!.shared
  return e.op === "call" && e.args.every((arg) => isCommon(relation, arg))
}

/** Whether an expression, in any instance, reads a slot of the set. */
export function dependsOn(relation: Relation, e: RelationExpr, inSet: SlotSet): boolean {
  switch (e.op) {
    case "read":
      return meets(relation.references[e.reference]!.slots, inSet)
    case "gather": {
      const gather = relation.gathers[e.gather]!
      return (
        meets(gather.reach, inSet) || gather.indices.some(({ value }) => dependsOn(relation, value, inSet))
      )
    }
    case "call":
      return e.args.some((arg) => dependsOn(relation, arg, inSet))
    default:
      return false
  }
}

/** Answers by set and table: samplers ask about the same expressions in turn, and about their parts. */
const answers = new WeakMap<SlotSet, WeakMap<Int32Array, boolean>>()

/** Whether a table holds a slot of the set. */
function meets(table: Int32Array, inSet: SlotSet): boolean {
  let byTable = answers.get(inSet)
  if (byTable === undefined) {
    byTable = new WeakMap()
    answers.set(inSet, byTable)
  }
  const before = byTable.get(table)
  if (before !== undefined) return before
  let found = false
  for (let k = 0; k < table.length && !found; k++) found = inSet[table[k]!] === 1
  byTable.set(table, found)
  return found
}
