/**
 * Evaluates lowered expressions through closures: for pages that forbid generated code, for sums over data when a
 * program is made, and as the reference that generated code must agree with bit for bit. Operations are carried out
 * in the order in which `generated.ts` writes them.
 */
import { InternalError } from "../../core/errors.ts"
import type { Expr, Index } from "../../models/expression.ts"
import { columnOf, type ModelGraph, mapOf, plateOf } from "../../models/graph.ts"
import { type Gram, residualSumOfSquares, scoreOf } from "./gram.ts"
import type { StateLayout } from "./layout.ts"

/** The arrays that expressions read beside the state: plain data, sent to workers with the program. */
export interface DataScope {
  readonly layout: StateLayout
  readonly plates: Readonly<Record<string, number>>
  /** Only what the program's loops read; filled while lowering. */
  readonly columns: Record<string, Float64Array>
  readonly maps: Record<string, Int32Array>
  readonly tables: Float64Array[]
  readonly grams: Gram[]
  /** Matrices to invert at every step into their table. */
  readonly inverses: { readonly q: number; readonly entries: readonly Expr[]; readonly table: number }[]
}

/** A scope over everything in a graph. */
export function scopeOf(graph: ModelGraph, layout: StateLayout): DataScope {
  return {
    layout,
    plates: Object.fromEntries(graph.plates.map((plate) => [plate.id, plateOf(graph, plate.id).size])),
    columns: Object.fromEntries(graph.columns.map(({ id }) => [id, columnOf(graph, id).values])),
    maps: Object.fromEntries(graph.maps.map(({ id }) => [id, mapOf(graph, id).codes])),
    tables: [],
    grams: [],
    inverses: [],
  }
}

/** The scope without the data that no remaining expression reads, so that rows are not sent where none are needed. */
export function pruneScope(data: DataScope, outputs: readonly Expr[]): DataScope {
  const text = JSON.stringify([outputs, data.inverses])
  const keep = <T>(record: Record<string, T>, field: string): Record<string, T> =>
    Object.fromEntries(
      Object.entries(record).filter(([name]) => text.includes(`"${field}":${JSON.stringify(name)}`)),
    )
  return { ...data, columns: keep(data.columns, "column"), maps: keep(data.maps, "map") }
}

/** Value of an expression at a state, given the values of index variables in the order they were declared. */
export type Evaluate = (state: Float64Array, variables: Int32Array) => number

/** @param variables names of the index variables, in the order in which their values will be passed */
export function compileClosure(e: Expr, data: DataScope, variables: readonly string[]): Evaluate {
  const build = (x: Expr, scope: readonly string[]): Evaluate => {
    const position = (at: Index): ((v: Int32Array) => number) => {
      if (at.kind === "at") return () => at.position
      const slot = scope.lastIndexOf(at.index)
      if (slot === -1) throw new InternalError(`index ${at.index} is not bound`)
      if (at.kind === "index") return (v) => v[slot]!
      const codes = data.maps[at.map]!
      return (v) => codes[v[slot]!]!
    }
    const slotOf = (node: string, at: Index | null, offset: number): Evaluate => {
      const slots = data.layout.slots[node]
      if (slots === undefined) throw new InternalError(`node ${node} has no slots`)
      const base = slots.offset + offset
      if (at === null) return (s) => s[base]!
      const member = position(at)
      return (s, v) => s[base + slots.stride * member(v)]!
    }
    switch (x.op) {
      case "number": {
        const { value } = x
        return () => value
      }
      case "state":
        return slotOf(x.node, x.at, 0)
      case "element": {
        if (x.arg.op !== "state") throw new InternalError(`element of "${x.arg.op}" was not lowered`)
        const q = data.layout.slots[x.arg.node]!.q
        return slotOf(x.arg.node, x.arg.at, x.column === null ? x.row : x.row * q + x.column)
      }
      case "column": {
        const values = data.columns[x.column]!
        const row = position(x.at)
        return (_, v) => values[row(v)]!
      }
      case "table": {
        const values = data.tables[x.table]!
        if (x.at === null) return () => values[0]!
        const row = position(x.at)
        return (_, v) => values[row(v)]!
      }
      case "add":
        return x.terms.map((term) => build(term, scope)).reduce((a, b) => (s, v) => a(s, v) + b(s, v))
      case "multiply":
        return x.factors.map((factor) => build(factor, scope)).reduce((a, b) => (s, v) => a(s, v) * b(s, v))
      case "subtract":
      case "divide": {
        const [a, b] = [build(x.left, scope), build(x.right, scope)]
        return x.op === "subtract" ? (s, v) => a(s, v) - b(s, v) : (s, v) => a(s, v) / b(s, v)
      }
      case "power": {
        const base = build(x.base, scope)
        const { exponent } = x
        if (exponent === 2) {
          return (s, v) => {
            const value = base(s, v)
            return value * value
          }
        }
        return (s, v) => base(s, v) ** exponent
      }
      case "call": {
        const arg = build(x.arg, scope)
        const f = Math[x.name]
        return (s, v) => f(arg(s, v))
      }
      case "sum":
        return buildSum(x, scope)
      case "score": {
        const gram = data.grams[x.gram]!
        const { first } = x
        if (x.at === null) return (s) => scoreOf(gram, first, s)
        const level = position(x.at)
        return (s, v) => scoreOf(gram, first + level(v), s)
      }
      case "rss": {
        const gram = data.grams[x.gram]!
        return (s) => residualSumOfSquares(gram, s)
      }
      default:
        throw new InternalError(`"${x.op}" has a shape and was not lowered`)
    }
  }

  const buildSum = (x: Extract<Expr, { op: "sum" }>, scope: readonly string[]): Evaluate => {
    const members = data.plates[x.range.plate]!
    const { where } = x.range
    const codes = where === undefined ? null : data.maps[where.map]!
    const group = where === undefined ? -1 : scope.lastIndexOf(where.equals)
    const slot = scope.length
    const body = build(x.body, [...scope, x.index])
    // One array deep enough for every nested index; grown once, when the sum is first evaluated.
    let inner = new Int32Array(slot + 1)
    return (s, v) => {
      if (inner.length < slot + 1) inner = new Int32Array(slot + 1)
      for (let k = 0; k < slot; k++) inner[k] = v[k]!
      let total = 0
      for (let i = 0; i < members; i++) {
        if (codes !== null && codes[i] !== v[group]) continue
        inner[slot] = i
        total += body(s, inner)
      }
      return total
    }
  }
  return build(e, variables)
}
