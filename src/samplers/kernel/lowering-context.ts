/** What the programs of one plan share: normal children taken apart into their design and a weighted response, once each. */
import { affineIn, isAffine } from "../../models/affine.ts"
import { divide, type Expr, multiply, nodesIn, number, sameExpr } from "../../models/expression.ts"
import { columnOf, type ModelGraph, mapOf, nodeOf, plateOf, type StochasticNode } from "../../models/graph.ts"
import { compileClosure, type DataScope, scopeOf } from "./closures.ts"
import { buildGram, type CentredResponse, centreResponse, type DesignColumn, type Gram } from "./gram.ts"
import type { StateLayout } from "./layout.ts"

/** Shared by the programs of one plan: cross-products are computed once for each observed child. */
export interface LoweringContext {
  readonly graph: ModelGraph
  readonly layout: StateLayout
  readonly linear: Map<string, LinearChild | null>
  /** Literal programs keep every sum as a loop over rows: the reference that reductions are tested against. */
  readonly literal: boolean
}

export interface LinearChild extends CentredResponse {
  /** Rows, as the likelihood counts them. */
  readonly rows: number
  /** What the residual variances of all rows have in common: a row's is this divided by its weight. */
  readonly variance: Expr
  /** Known weights of the rows, by whose roots columns and response have been multiplied; null for ones. */
  readonly weights: Float64Array | null
  readonly gram: Gram
  readonly columns: readonly (DesignColumn & { readonly node: string; readonly coefficient: Expr })[]
}

export const newContext = (graph: ModelGraph, layout: StateLayout, literal = false): LoweringContext => ({
  graph,
  layout,
  literal,
  linear: new Map(),
})

/** Every observed normal child whose mean is linear in the state. */
export function linearChildren(context: LoweringContext): LinearChild[] {
  const { graph, layout, linear } = context
  const data = scopeOf(graph, layout)
  for (const child of graph.nodes) {
    if (child.observed === null || child.distribution.family !== "normal" || linear.has(child.id)) continue
    linear.set(child.id, linearChild(context, data, child))
  }
  return [...linear.values()].filter((child) => child !== null)
}

/** The cross-products of an observed normal child whose mean is linear in the state; null when it is not. */
export function linearChild(
  context: LoweringContext,
  data: DataScope,
  child: StochasticNode,
): LinearChild | null {
  const { graph, layout } = context
  const { mean } = child.distribution.parameters
  const own = plateOf(graph, child.plate!).index
  const n = plateOf(graph, child.plate!).size
  const evaluate = (e: Expr): Float64Array | null => {
    if (e.op === "number" && e.value === 1) return null
    if (e.op === "column") return columnOf(graph, e.column).values
    const value = compileClosure(e, data, [own])
    const variables = new Int32Array(1)
    return Float64Array.from({ length: n }, (_, i) => {
      variables[0] = i
      return value(new Float64Array(0), variables)
    })
  }
  const spread = splitVariance(child.distribution.parameters.variance!, own)
  if (spread === null) return null
  const { variance } = spread
  const weights = spread.weight === null ? null : evaluate(spread.weight)
  const roots = weights?.map(Math.sqrt) ?? null
  const columns: (DesignColumn & { node: string; coefficient: Expr })[] = []
  let rest = mean!
  let block = 0
  for (const node of nodesIn(mean!)) {
    const affine = affineIn(rest, node)
    if (!isAffine(affine)) return null
    rest = affine.offset
    const map = affine.at?.kind === "gather" ? mapOf(graph, affine.at.map) : null
    if (map === null && nodeOf(graph, node).plate !== null) return null
    const parts = affine.coefficient.op === "vector" ? affine.coefficient.elements : [affine.coefficient]
    if (parts.some((part) => nodesIn(part).size > 0)) return null
    const { offset, stride, members } = layout.slots[node]!
    parts.forEach((coefficient, t) => {
      const codes = map === null ? null : map.codes
      columns.push({
        node,
        coefficient,
        slot: offset + t,
        stride,
        levels: members,
        codes,
        block,
        values: weigh(evaluate(coefficient), roots),
      })
    })
    block++
  }
  const response = weigh(lessOffset(columnOf(graph, child.observed!).values, rest, evaluate), roots)!
  const centred = centreResponse(columns, response)
  // Only single-site kernels need the cross-products.
  let gram: Gram | null = null
  return {
    columns,
    rows: plateOf(graph, child.plate!).standsFor ?? n,
    variance,
    weights,
    ...centred,
    get gram() {
      gram ??= buildGram(columns, centred)
      return gram
    },
  }
}

/** The response without the part of its mean that is known; the response itself where there is none. */
function lessOffset(y: Float64Array, rest: Expr, evaluate: (e: Expr) => Float64Array | null): Float64Array {
  if (rest.op === "number") return rest.value === 0 ? y : y.map((value) => value - rest.value)
  const offset = evaluate(rest)!
  return y.map((value, i) => value - offset[i]!)
}

/** A variance as one that all rows share over known weights; null when it is neither that nor wholly known. */
function splitVariance(variance: Expr, own: string): { variance: Expr; weight: Expr | null } | null {
  const varies = (e: Expr) => JSON.stringify(e).includes(`"index":"${own}"`)
  if (!varies(variance)) return { variance, weight: null }
  if (nodesIn(variance).size === 0) return { variance: number(1), weight: divide(number(1), variance) }
  if (variance.op !== "divide" || varies(variance.left) || nodesIn(variance.right).size > 0) return null
  return { variance: variance.left, weight: variance.right }
}

/** A term of a weighted sum without its weight; null when the weight is not there to be taken out. */
export function withoutWeight(body: Expr, variance: Expr): Expr | null {
  if (nodesIn(variance).size === 0) {
    return body.op === "divide" && sameExpr(body.right, variance) ? body.left : null
  }
  if (variance.op !== "divide" || body.op !== "multiply") return null
  const k = body.factors.findIndex((factor) => sameExpr(factor, variance.right))
  return k === -1 ? null : multiply(...body.factors.filter((_, i) => i !== k))
}

/** Values times the roots of the weights; null stands for ones in either. */
function weigh(values: Float64Array | null, roots: Float64Array | null): Float64Array | null {
  if (roots === null) return values
  if (values === null) return roots
  return roots.map((root, i) => root * values[i]!)
}
