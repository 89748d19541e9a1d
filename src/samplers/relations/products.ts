/** Products of drawn elements with each other, `beta * theta[j]`: linear in either, not in both. */
import type { Relation, RelationExpr } from "../../models/relations/relation-graph.ts"
import { dependsOn, type SlotSet } from "./linear.ts"
import { findReach, slotsOf } from "./linear-set.ts"
import type { RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

/** Elements of a block in which products of its own elements (`beta * theta[j]`) are still found to move well. */
export const MOST_WITH_PRODUCTS = 12

/**
 * A large group in parts whose elements do not multiply each other: the joint mode of a factor and what it multiplies
 * lies where no draws are (abilities near zero, a discrimination without bound).
 */
export function separateProducts(model: RelationModel, group: readonly Target[]): Target[][] {
  const size = group.reduce((total, target) => total + slotsOf(model.graph, target).length, 0)
  if (size <= MOST_WITH_PRODUCTS || !hasProducts(model, group)) return [[...group]]
  const parts: Target[][] = []
  let waiting = [...group]
  while (waiting.length > 0) {
    const part: Target[] = []
    for (const target of waiting)
      if (part.length === 0 || !hasProducts(model, [...part, target])) part.push(target)
    parts.push(part)
    waiting = waiting.filter((target) => !part.includes(target))
  }
  return parts
}

/** Whether somewhere on the way to the children elements of the targets are multiplied with each other. */
export function hasProducts({ graph, network }: RelationModel, targets: readonly Target[]): boolean {
  const reach = findReach(network, targets)
  const inSet = reach.slots
  return (
    reach.computed.some((r) => r.kind === "deterministic" && multipliesSet(r, r.value, inSet)) ||
    reach.children.some(({ relation }) => {
      const child = relationOf(graph, relation)
      return child.args.some((arg) => multipliesSet(child, arg, inSet))
    })
  )
}

function multipliesSet(relation: Relation, e: RelationExpr, inSet: SlotSet): boolean {
  if (e.op !== "call") return false
  const moving = e.args.filter((arg) => dependsOn(relation, arg, inSet))
  if (moving.length > 1 && ["*", "/", "inprod", "%*%"].includes(e.name)) return true
  return moving.some((arg) => multipliesSet(relation, arg, inSet))
}
