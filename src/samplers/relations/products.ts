/** Products of drawn elements with each other, `beta * theta[j]`: linear in either, not in both. */
import type { Relation, RelationExpr, RelationGraph } from "../../models/relations/relation-graph.ts"
import { dependsOn, isAffineIn } from "./linear.ts"
import { findPath, findReach, type Reach, reachedArguments, slotsOf } from "./linear-set.ts"
import type { RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

/** Elements of a block in which products of its own elements (`beta * theta[j]`) are still found to move well. */
export const MOST_WITH_PRODUCTS = 12

const PRODUCTS: readonly string[] = ["*", "/", "inprod", "%*%"]

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
  return joinIntercepts(model, parts)
}

/**
 * Intercepts beside the slope of their line: given the many numbers that a slope multiplies (covariates known with error),
 * the two are one regression, and these numbers know less of each other.
 */
function joinIntercepts(model: RelationModel, parts: readonly Target[][]): Target[][] {
  const isNumber = (target: Target) => slotsOf(model.graph, target).length === 1
  const slopes = parts.slice(1).map((part) => part.filter(isNumber))
  const placeOf = (target: Target): number =>
    1 + slopes.findIndex((own) => own.some((slope) => sharesChildren(model, target, slope)))
  const moved = new Map(
    parts[0]!.filter(isNumber).flatMap((target) => {
      const place = placeOf(target)
      return place > 0 && !hasProducts(model, [...parts[place]!, target]) ? [[target, place] as const] : []
    }),
  )
  if (moved.size === parts[0]!.length) return [...parts]
  return parts.map((part, k) => [
    ...part.filter((target) => !moved.has(target)),
    ...[...moved].flatMap(([target, place]) => (place === k ? [target] : [])),
  ])
}

/** Whether somewhere on the way to their children a number and elements of a vector, both as they are, are multiplied. */
export function multiplies({ graph, network }: RelationModel, factor: Target, vector: Target): boolean {
  const one = findReach(network, [factor])
  const other = findReach(network, [vector])
  const computed = new Set([...one.computed, ...other.computed])
  const children = new Set([...one.children, ...other.children].map(({ relation }) => relation))
  /** Whether a product has a part of each as its factors, with what `isOf` wants of these. */
  const findsProduct = (isOf: (relation: Relation, e: RelationExpr, of: Reach) => boolean) => {
    const visit = (relation: Relation, e: RelationExpr): boolean => {
      if (e.op !== "call") return false
      const isProduct = PRODUCTS.includes(e.name) && e.args.length === 2
      const [a, b] = e.args
      if (isProduct && isOf(relation, a!, one) && isOf(relation, b!, other)) return true
      if (isProduct && isOf(relation, b!, one) && isOf(relation, a!, other)) return true
      return e.args.some((arg) => visit(relation, arg))
    }
    return (
      [...computed].some((r) => r.kind === "deterministic" && visit(r, r.value)) ||
      [...children].some((relation) => {
        const child = relationOf(graph, relation)
        return child.args.some((arg) => visit(child, arg))
      })
    )
  }
  // What hangs on the two together takes long to find: only where some product may be theirs.
  if (!findsProduct((relation, e, { slots }) => dependsOn(relation, e, slots))) return false
  const both = findReach(network, [factor, vector])
  return findsProduct(
    (relation, e, { slots }) => dependsOn(relation, e, slots) && isAffineThroughout(graph, both, relation, e),
  )
}

/** Whether any two of the targets multiply each other. */
export function multiplyEachOther(model: RelationModel, targets: readonly Target[]): boolean {
  const reach = findReach(model.network, targets)
  const inSet = reach.slots
  // Where no product has two factors that move, there is nothing to ask about any pair.
  const mayMultiply = (relation: Relation, e: RelationExpr): boolean =>
    e.op === "call" &&
    ((PRODUCTS.includes(e.name) && e.args.every((arg) => dependsOn(relation, arg, inSet))) ||
      e.args.some((arg) => mayMultiply(relation, arg)))
  const isPossible =
    reach.computed.some((r) => r.kind === "deterministic" && mayMultiply(r, r.value)) ||
    reach.children.some(({ relation }) => {
      const child = relationOf(model.graph, relation)
      return child.args.some((arg) => mayMultiply(child, arg))
    })
  return (
    isPossible && targets.some((one, k) => targets.slice(0, k).some((other) => multiplies(model, one, other)))
  )
}

/**
 * Whether somewhere on the way to the children elements of the targets are multiplied with each other. A product of nothing
 * but curved functions of them (`exp(a) * exp(b)`) is none: what is positive multiplies as its logarithms add.
 */
export function hasProducts({ graph, network }: RelationModel, targets: readonly Target[]): boolean {
  const reach = findReach(network, targets)
  return (
    reach.computed.some((r) => r.kind === "deterministic" && multipliesSet(graph, reach, r, r.value)) ||
    reach.children.some(({ relation }) => {
      const child = relationOf(graph, relation)
      return child.args.some((arg) => multipliesSet(graph, reach, child, arg))
    })
  )
}

function multipliesSet(graph: RelationGraph, reach: Reach, relation: Relation, e: RelationExpr): boolean {
  if (e.op !== "call") return false
  const inSet = reach.slots
  const moving = e.args.filter((arg) => dependsOn(relation, arg, inSet))
  const isProduct = moving.length > 1 && PRODUCTS.includes(e.name)
  if (isProduct && moving.some((arg) => isAffineThroughout(graph, reach, relation, arg))) return true
  return moving.some((arg) => multipliesSet(graph, reach, relation, arg))
}

/** Whether an expression, and all that it is computed from, is affine in the targets. */
function isAffineThroughout(
  graph: RelationGraph,
  reach: Reach,
  relation: Relation,
  e: RelationExpr,
): boolean {
  const inSet = reach.slots
  return (
    isAffineIn(relation, e, inSet) &&
    findPath(graph, reach, relation, e).every(
      (next) => next.kind === "deterministic" && isAffineIn(next, next.value, inSet),
    )
  )
}

/** Whether two targets enter the same relations through the same arguments: a precision beside a slope is no intercept. */
export function sharesChildren({ graph, network }: RelationModel, one: Target, other: Target): boolean {
  const [a, b] = [one, other].map((target) => {
    const reach = findReach(network, [target])
    return reach.children
      .map(({ relation }) => `${relation}:${reachedArguments(relationOf(graph, relation), reach)}`)
      .join(" ")
  })
  return a === b
}
