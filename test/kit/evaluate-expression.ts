/**
 * A second route to the value of an expression: a tree walk over numbers, vectors and matrices as they stand, with
 * nothing lowered, reduced or compiled. Slow and literal on purpose: what the samplers run is held against it.
 */
import type { Expr, Index, Range } from "../../src/models/expression.ts"
import { columnOf, type ModelGraph, mapOf, plateOf } from "../../src/models/graph.ts"
import type { StateLayout } from "../../src/samplers/kernel/layout.ts"

export type Value = number | readonly number[] | readonly (readonly number[])[]

export interface Place {
  readonly graph: ModelGraph
  readonly layout: StateLayout
  readonly state: Float64Array
  /** Values of the index variables in force. */
  readonly variables: Readonly<Record<string, number>>
}

export function evaluate(e: Expr, place: Place): Value {
  switch (e.op) {
    case "number":
      return e.value
    case "matrix":
      return rows(e.values, e.q)
    case "state":
      return readState(e.node, e.at, place)
    case "column":
      return columnOf(place.graph, e.column).values[position(e.at, place)]!
    default:
      return combineParts(e, place)
  }
}

const plus: Binary = (x, y) => x + y
const minus: Binary = (x, y) => x - y

function combineParts(e: Expr, place: Place): Value {
  const value = (x: Expr) => evaluate(x, place)
  const real = (x: Expr) => asNumber(value(x))
  switch (e.op) {
    case "add":
      return e.terms.map(value).reduce((a, b) => combine(a, b, plus))
    case "subtract":
      return combine(value(e.left), value(e.right), minus)
    case "multiply":
      return e.factors.map(value).reduce(scaleBy)
    case "divide":
      return scaleBy(1 / real(e.right), value(e.left))
    case "power":
      return real(e.base) ** e.exponent
    case "call":
      return Math[e.name](real(e.arg))
    case "sum":
      return members(e.range, place)
        .map((i) => evaluate(e.body, { ...place, variables: { ...place.variables, [e.index]: i } }))
        .reduce((a, b) => combine(a, b, plus), 0)
    case "vector":
      return e.elements.map(real)
    case "diagonal":
      return e.elements.map((x, i) => e.elements.map((_, j) => (i === j ? real(x) : 0)))
    case "dot": {
      const right = asVector(value(e.right))
      return asVector(value(e.left)).reduce((total, x, i) => total + x * right[i]!, 0)
    }
    case "outer": {
      const x = asVector(value(e.arg))
      return x.map((a) => x.map((b) => a * b))
    }
    case "inverse":
      return invert(asMatrix(value(e.arg)))
    case "element": {
      const inside = value(e.arg)
      return e.column === null ? asVector(inside)[e.row]! : asMatrix(inside)[e.row]![e.column]!
    }
    default:
      throw new Error(`"${e.op}" is made by the lowering: it has no place in a model`)
  }
}

/** Members `i` of a range, in order. */
function members(range: Range, place: Place): number[] {
  const all = Array.from({ length: plateOf(place.graph, range.plate).size }, (_, i) => i)
  const { where } = range
  if (where === undefined) return all
  const { codes } = mapOf(place.graph, where.map)
  return all.filter((i) => codes[i] === place.variables[where.equals])
}

function position(at: Index, { graph, variables }: Place): number {
  if (at.kind === "at") return at.position
  const own = variables[at.index]
  if (own === undefined) throw new Error(`index ${at.index} is not bound`)
  return at.kind === "index" ? own : mapOf(graph, at.map).codes[own]!
}

function readState(node: string, at: Index | null, place: Place): Value {
  const slots = place.layout.slots[node]!
  const start = slots.offset + slots.stride * (at === null ? 0 : position(at, place))
  const isMatrix = matricesOf(place.graph).has(node)
  if (slots.stride === 1 && !isMatrix) return place.state[start]!
  const values = Array.from({ length: slots.stride }, (_, k) => place.state[start + k]!)
  return isMatrix ? rows(values, slots.q) : values
}

const matrices = new WeakMap<ModelGraph, ReadonlySet<string>>()

/** Nodes whose members are matrices. */
function matricesOf(graph: ModelGraph): ReadonlySet<string> {
  const known =
    matrices.get(graph) ??
    new Set(graph.nodes.flatMap(({ id, shape }) => (shape.kind === "matrix" ? [id] : [])))
  matrices.set(graph, known)
  return known
}

const rows = (values: readonly number[], q: number): number[][] =>
  Array.from({ length: q }, (_, i) => values.slice(i * q, (i + 1) * q))

export function asNumber(value: Value): number {
  if (typeof value !== "number") throw new Error("expected a number, found a vector or matrix")
  return value
}

/** A scalar 0 stands for a zero vector of any length; the length is then the caller's to know. */
export function asVector(value: Value): readonly number[] {
  if (typeof value === "number" || value.some((x) => typeof x !== "number"))
    throw new Error("expected a vector")
  return value as readonly number[]
}

export function asMatrix(value: Value): readonly (readonly number[])[] {
  if (typeof value === "number" || value.some((x) => typeof x === "number"))
    throw new Error("expected a matrix")
  return value as readonly (readonly number[])[]
}

type Binary = (x: number, y: number) => number

function combine(a: Value, b: Value, f: Binary): Value {
  if (typeof a === "number" && typeof b === "number") return f(a, b)
  if (typeof a === "number") return mapValue(b, (y) => f(zeroOnly(a), y))
  if (typeof b === "number") return mapValue(a, (x) => f(x, zeroOnly(b)))
  return a.map((x, i) => combine(x, b[i]!, f)) as Value
}

function zeroOnly(x: number): number {
  if (x !== 0) throw new Error(`${x} is added to a vector or matrix`)
  return x
}

const mapValue = (a: Value, f: (x: number) => number): Value =>
  typeof a === "number" ? f(a) : (a.map((x: Value) => mapValue(x, f)) as Value)

/** Scalar times anything, or matrix times vector. */
function scaleBy(a: Value, b: Value): Value {
  if (typeof a === "number") return mapValue(b, (x) => a * x)
  if (typeof b === "number") return mapValue(a, (x) => x * b)
  const right = asVector(b)
  return asMatrix(a).map((row) => row.reduce((total, x, i) => total + x * right[i]!, 0))
}

/** Inverse by Gauss–Jordan elimination with pivoting: no Cholesky, so that nothing is shared with the kernels. */
export function invert(a: readonly (readonly number[])[]): number[][] {
  const n = a.length
  const work = a.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))])
  for (let c = 0; c < n; c++) {
    let pivot = c
    for (let r = c + 1; r < n; r++) if (Math.abs(work[r]![c]!) > Math.abs(work[pivot]![c]!)) pivot = r
    ;[work[c], work[pivot]] = [work[pivot]!, work[c]!]
    const lead = work[c]![c]!
    if (lead === 0) throw new Error("singular matrix")
    work[c] = work[c]!.map((x) => x / lead)
    for (let r = 0; r < n; r++) {
      const factor = work[r]![c]!
      if (r !== c && factor !== 0) work[r] = work[r]!.map((x, j) => x - factor * work[c]![j]!)
    }
  }
  return work.map((row) => row.slice(n))
}
