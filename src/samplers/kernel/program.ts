/**
 * Lowers a full conditional to a program: plain data that a worker turns into code. Shapes are gone (every output is
 * a scalar), sums over rows are reduced to tables and cross-products, inverses stand apart so that each is taken once.
 */
import { InternalError } from "../../core/errors.ts"
import { affineIn, isAffine } from "../../models/affine.ts"
import {
  type Expr,
  element,
  index,
  mapChildren,
  nodesIn,
  number,
  at as position,
  type Range,
  sameExpr,
} from "../../models/expression.ts"
import { mapOf, plateOf, type StochasticNode } from "../../models/graph.ts"
import type { ConditionalFamily, Natural } from "../conditional.ts"
import { compileClosure, type DataScope, pruneScope, scopeOf } from "./closures.ts"
import type { Gram } from "./gram.ts"
import type { NodeSlots } from "./layout.ts"
import { type LoweringContext, linearChild, withoutWeight } from "./lowering-context.ts"

export interface Program {
  readonly family: ConditionalFamily
  readonly target: NodeSlots
  /** Index variable that runs over the target's members; null for a node without a plate. */
  readonly index: string | null
  /** Scalar natural parameters in the order that `draw.ts` documents for the family. */
  readonly outputs: readonly Expr[]
  readonly data: DataScope
}

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
