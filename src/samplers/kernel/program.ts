/**
 * Lowers a full conditional to a program: plain data that a worker turns into code. Shapes are gone (every output is
 * a scalar), sums over rows are reduced to tables and cross-products, inverses stand apart so that each is taken once.
 */
import { InternalError } from "../../core/errors.ts"
import { affineIn, isAffine } from "../../models/affine.ts"
import {
  divide,
  type Expr,
  element,
  index,
  mapChildren,
  multiply,
  nodesIn,
  number,
  at as position,
  type Range,
  sameExpr,
} from "../../models/expression.ts"
import { columnOf, type ModelGraph, mapOf, nodeOf, plateOf, type StochasticNode } from "../../models/graph.ts"
import type { ConditionalFamily, Natural } from "../conditional.ts"
import { compileClosure, type DataScope, pruneScope, scopeOf } from "./closures.ts"
import { buildGram, type CentredResponse, centreResponse, type DesignColumn, type Gram } from "./gram.ts"
import type { NodeSlots, StateLayout } from "./layout.ts"

export interface Program {
  readonly family: ConditionalFamily
  readonly target: NodeSlots
  /** Index variable that runs over the target's members; null for a node without a plate. */
  readonly index: string | null
  /** Scalar natural parameters in the order that `draw.ts` documents for the family. */
  readonly outputs: readonly Expr[]
  readonly data: DataScope
}

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

/** Lowers natural parameters of a node's conditional (or of its likelihood) to a program. */
export function lowerProgram(
  context: LoweringContext,
  node: string,
  memberIndex: string | null,
  family: ConditionalFamily,
  natural: Natural,
): Program {
  const target = context.layout.slots[node]
  if (target === undefined) throw new InternalError(`node ${node} has no slots`)
  const lowering = new Lowering(context)
  const outputs = scalarOutputs(family, natural, target.q).map((e) => lowering.lower(e))
  return { family, target, index: memberIndex, outputs, data: pruneScope(lowering.data, outputs) }
}

/** Natural parameters as scalars: matrices row by row. */
function scalarOutputs(family: ConditionalFamily, natural: Natural, q: number): Expr[] {
  const square = (e: Expr) => Array.from({ length: q * q }, (_, i) => element(e, Math.floor(i / q), i % q))
  switch (family) {
    case "normal":
      return [natural.precision!, natural.shift!]
    case "inverseGamma":
      return [natural.shape!, natural.scale!]
    case "multivariateNormal":
      return [
        ...square(natural.precision!),
        ...Array.from({ length: q }, (_, t) => element(natural.shift!, t)),
      ]
    case "inverseWishart":
      return [...square(natural.scale!), natural.df!]
  }
}

class Lowering {
  readonly data: DataScope
  private readonly context: LoweringContext
  private readonly inverses: string[] = []

  constructor(context: LoweringContext) {
    this.context = context
    this.data = scopeOf(context.graph, context.layout)
  }

  lower(e: Expr): Expr {
    if (e.op === "sum" && !this.context.literal)
      return this.reduce(e) ?? mapChildren(e, (child) => this.lower(child))
    if (e.op === "element" && e.arg.op === "inverse")
      return this.inverseEntry(e.arg.arg, e.row, e.column ?? 0)
    if (e.op === "dot") return this.dotProduct(e.left, e.right)
    return mapChildren(e, (child) => this.lower(child))
  }

  private dotProduct(left: Expr, right: Expr): Expr {
    const shaped = left.op === "vector" ? left : right
    if (shaped.op !== "vector") throw new InternalError("a dot product needs one explicit vector")
    const terms = shaped.elements.map(
      (_, t): Expr => ({ op: "multiply", factors: [element(left, t), element(right, t)] }),
    )
    return this.lower(terms.length === 1 ? terms[0]! : { op: "add", terms })
  }

  /** The entry of an inverse as a read of a table that is refilled at every step. */
  private inverseEntry(arg: Expr, row: number, col: number): Expr {
    const key = JSON.stringify(arg)
    let found = this.inverses.indexOf(key)
    if (found === -1) {
      found = this.inverses.push(key) - 1
      const q = this.orderOf(arg)
      const entries = Array.from({ length: q * q }, (_, i) =>
        this.lower(element(arg, Math.floor(i / q), i % q)),
      )
      this.data.inverses.push({ q, entries, table: this.data.tables.push(new Float64Array(q * q)) - 1 })
    }
    const { q, table } = this.data.inverses[found]!
    return { op: "table", table, at: position(row * q + col) }
  }

  private orderOf(arg: Expr): number {
    if (arg.op === "matrix") return arg.q
    if (arg.op === "diagonal") return arg.elements.length
    if (arg.op === "state") return this.data.layout.slots[arg.node]!.q
    throw new InternalError(`the inverse of "${arg.op}" has no order`)
  }

  /** A sum over data alone becomes a table, one over residuals a cross-product; anything else stays a loop. */
  private reduce(e: Extract<Expr, { op: "sum" }>): Expr | null {
    if (nodesIn(e.body).size === 0) return this.tabulate(e.index, e.range, e.body)
    for (const child of this.context.graph.nodes) {
      if (child.observed === null || child.plate !== e.range.plate || child.distribution.family !== "normal")
        continue
      const reduced = this.reduceResiduals(e, child)
      if (reduced !== null) return reduced
    }
    return null
  }

  private tabulate(name: string, range: Range, body: Expr): Expr {
    const { graph } = this.context
    const value = compileClosure(body, this.data, [name])
    const { size: members, standsFor } = plateOf(graph, range.plate)
    // A count of rows counts those that they stand for.
    if (standsFor !== undefined && range.where === undefined && body.op === "number") {
      return number(standsFor * body.value)
    }
    const map = range.where === undefined ? null : mapOf(graph, range.where.map)
    const table = new Float64Array(map === null ? 1 : plateOf(graph, map.to).size)
    const noState = new Float64Array(0)
    const variables = new Int32Array(1)
    for (let i = 0; i < members; i++) {
      variables[0] = i
      table[map === null ? 0 : map.codes[i]!]! += value(noState, variables)
    }
    if (range.where === undefined) return number(table[0]!)
    return { op: "table", table: this.addTable(table), at: index(range.where.equals) }
  }

  private addTable(values: Float64Array): number {
    return this.data.tables.push(values) - 1
  }

  private reduceResiduals(e: Extract<Expr, { op: "sum" }>, child: StochasticNode): Expr | null {
    const { graph, linear } = this.context
    const own = plateOf(graph, child.plate!).index
    if (!linear.has(child.id)) linear.set(child.id, linearChild(this.context, this.data, child))
    const found = linear.get(child.id)
    if (found === undefined || found === null || e.index !== own) return null
    // The weights of the rows are in the cross-products: what remains is the sum without them.
    const body =
      found.weights === null ? e.body : withoutWeight(e.body, child.distribution.parameters.variance!)
    if (body === null) return null
    const isResidual = (x: Expr): x is Extract<Expr, { op: "subtract" }> =>
      x.op === "subtract" && x.left.op === "column" && x.left.column === child.observed

    if (body.op === "power" && body.exponent === 2 && isResidual(body.base)) {
      const complete = sameExpr(body.base.right, child.distribution.parameters.mean!)
      return complete && e.range.where === undefined ? { op: "rss", gram: this.addGram(found.gram) } : null
    }
    const factors = body.op === "multiply" ? body.factors : [body]
    const residual = factors.find(isResidual)
    if (residual === undefined || factors.filter(isResidual).length > 1) return null
    const others = factors.filter((f) => f !== residual)
    const coefficient = others.length === 0 ? number(1) : others.length === 1 ? others[0]! : null
    const present = nodesIn(residual.right)
    const missing = new Set(found.columns.map((c) => c.node).filter((node) => !present.has(node)))
    if (coefficient === null || missing.size !== 1) return null
    const [target] = missing
    const k = found.columns.findIndex((c) => c.node === target && sameExpr(c.coefficient, coefficient))
    if (k === -1 || (found.columns[k]!.codes === null) !== (e.range.where === undefined)) return null
    // What is left out must be exactly the target's part, or the cross-products would say something else.
    const without = affineIn(child.distribution.parameters.mean!, target!)
    if (!isAffine(without) || !sameExpr(without.offset, residual.right)) return null
    return {
      op: "score",
      gram: this.addGram(found.gram),
      first: found.gram.first[k]!,
      at: e.range.where === undefined ? null : index(e.range.where.equals),
    }
  }

  private addGram(gram: Gram): number {
    const known = this.data.grams.indexOf(gram)
    return known === -1 ? this.data.grams.push(gram) - 1 : known
  }
}

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
function linearChild(context: LoweringContext, data: DataScope, child: StochasticNode): LinearChild | null {
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
function withoutWeight(body: Expr, variance: Expr): Expr | null {
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
