/** What a conjugate pair is: how one child's density, as a function of the target, adds to the natural parameters. */
import {
  column,
  dependsOn,
  divide,
  type Expr,
  type Index,
  index,
  multiply,
  type Range,
  state,
  sum,
} from "../../models/expression.ts"
import { type ModelGraph, plateOf, type StochasticNode } from "../../models/graph.ts"
import type { ConditionalFamily, Natural, Refusal } from "../conditional.ts"

/** A place where the target enters a child's distribution. */
export interface Site {
  readonly graph: ModelGraph
  readonly target: StochasticNode
  readonly child: StochasticNode
  /** The child's parameter that the target enters. */
  readonly parameter: string
}

export interface ConjugatePair {
  /** Form of the target's conditional to which the pair contributes. */
  readonly family: ConditionalFamily
  /** Distribution of the child and its parameter that the target enters. */
  readonly child: string
  readonly parameter: string
  contribute(site: Site): Contributed | Refusal
}

/** What a child adds to the natural parameters, and why, one phrase. */
export interface Contributed {
  readonly natural: Natural
  readonly because: string
}

/** The index variable of a node's plate, as an index; null without a plate. */
function ownIndex(graph: ModelGraph, node: StochasticNode): Index | null {
  return node.plate === null ? null : index(plateOf(graph, node.plate).index)
}

/** The child's value: its data column, or its state. */
export function childValue(graph: ModelGraph, child: StochasticNode): Expr {
  const own = ownIndex(graph, child)
  return child.observed !== null && own !== null ? column(child.observed, own) : state(child.id, own)
}

/**
 * Sums an expression over the members of the child's plate that depend on one member of the target, when the target
 * is read there as `at`.
 */
export function sumOverChildren({ graph, target, child }: Site, at: Index | null, body: Expr): Expr {
  if (child.plate === null) return body
  const plate = plateOf(graph, child.plate)
  const where =
    target.plate !== null && at?.kind === "gather"
      ? { where: { map: at.map, equals: plateOf(graph, target.plate).index } }
      : {}
  const range: Range = { plate: plate.id, ...where }
  // Children in the target's own plate, read at the same member, are one child each.
  if (target.plate === child.plate && at?.kind === "index") return body
  return sum(plate.index, range, body)
}

/** `x / v`, a v that is itself a quotient turned over: `w x / σ²` rather than `x / (σ² / w)`. */
export const overVariance = (x: Expr, v: Expr): Expr =>
  v.op === "divide" ? divide(multiply(v.right, x), v.left) : divide(x, v)

/** `158 normal children (y)`. */
export function describeChildren({ graph, child, target }: Site): string {
  // `multivariateNormal` in words.
  const family = child.distribution.family.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  if (child.plate === null) return `the ${family} child ${child.id}`
  const { size: members, standsFor: size = members } = plateOf(graph, child.plate)
  const each = target.plate === null ? "" : ", those of its own group"
  return `${size} ${family} children (${child.id}${each})`
}

/** c of an expression `c / t`; undefined for anything else. */
export function overTarget(e: Expr, target: string): Expr | undefined {
  if (e.op !== "divide" || e.right.op !== "state" || e.right.node !== target) return undefined
  return dependsOn(e.left, target) ? undefined : e.left
}
