/**
 * Fixed expressions over all iterations of a loop at once. A loop over a column costs a fraction of a closure called in
 * every iteration, which matters most where the program has just started. What is not one number in every iteration, or is
 * wrong (an index out of range), is left to `fixed.ts`, which says what and where.
 */
import { lookupFunction, type ScalarFunction } from "../functions/registry.ts"
import type { BugsExpr, BugsIndex, BugsVariable } from "./ast.ts"
import { compileFixed, type Known, usesAny } from "./fixed.ts"
import type { Iterations } from "./iterations.ts"

/** A number by iteration, or one for all; NaN where it is not known before drawing. */
export type Column = number | Float64Array

/**
 * Values of an expression in all iterations.
 * @param loops names of the loop variables, outermost first
 * @returns null when it is not one number in each of them, or when an iteration is in error
 */
export function evaluateColumn(
  e: BugsExpr,
  loops: readonly string[],
  iterations: Iterations,
  known: Known,
): Column | null {
  switch (e.kind) {
    case "number":
      return e.value
    case "variable": {
      const loop = e.indices === null ? loops.lastIndexOf(e.name) : -1
      if (loop >= 0) return iterations.columns[loop]!
      const slots = evaluateSlots(e, loops, iterations, known)
      if (slots === null) return null
      return typeof slots === "number" ? known.value(slots) : valuesOf(slots, known)
    }
    case "call":
      return evaluateCall(e, loops, iterations, known)
  }
}

function evaluateCall(
  e: Extract<BugsExpr, { kind: "call" }>,
  loops: readonly string[],
  iterations: Iterations,
  known: Known,
): Column | null {
  if (!usesAny(e, loops)) {
    const value = compileFixed(e, [], known)([])
    return value === null ? Number.NaN : typeof value === "number" ? value : null
  }
  const f = known.at(e, () => lookupFunction(e.name, e.args.length))
  if (f.name === "sum" && e.args.length === 1) return sumRanges(e.args[0]!, loops, iterations, known)
  if (f.kind !== "scalar" || e.args.length > 2) return null
  const a = evaluateColumn(e.args[0]!, loops, iterations, known)
  // What nothing is known of in any iteration stays unknown.
  if (a === null || Number.isNaN(a)) return a
  const b = e.args.length === 1 ? 0 : evaluateColumn(e.args[1]!, loops, iterations, known)
  if (b === null || Number.isNaN(b)) return b
  return e.args.length === 1
    ? applyOne(f, a, iterations.count)
    : applyTwo(f, e.name, asArray(a, iterations.count), asArray(b, iterations.count))
}

/**
 * Sums of an array from one place to another along one dimension, `sum(Y[i, 1:(j - 1)])`; NaN where not all are known.
 * @returns null for any other argument
 */
function sumRanges(
  e: BugsExpr,
  loops: readonly string[],
  iterations: Iterations,
  known: Known,
): Column | null {
  if (e.kind !== "variable" || e.indices === null) return null
  const variable = known.variable(e.name)
  const along = e.indices.findIndex(isRange)
  const range = e.indices[along]
  if (variable === undefined || range === undefined || !isRange(range)) return null
  // From the first element and to the last, by iteration; between them a stride.
  const [first, last] = range.value.args.map((end) => {
    const value = { ...range, value: end }
    return evaluateSlots(
      { ...e, indices: e.indices!.map((index, d) => (d === along ? value : index)) },
      loops,
      iterations,
      known,
    )
  })
  if (first === undefined || last === undefined || first === null || last === null) return null
  const stride = variable.dims.slice(0, along).reduce((a, b) => a * b, 1)
  const out = new Float64Array(iterations.count)
  for (let i = 0; i < out.length; i++) {
    const end = typeof last === "number" ? last : last[i]!
    let slot = typeof first === "number" ? first : first[i]!
    if (slot > end) return null
    let total = 0
    for (; slot <= end; slot += stride) total += known.value(slot)
    out[i] = total
  }
  return out
}

type RangeIndex = Extract<BugsIndex, { kind: "value" }> & {
  readonly value: Extract<BugsExpr, { kind: "call" }>
}

const isRange = (index: BugsIndex): index is RangeIndex =>
  index.kind === "value" && index.value.kind === "call" && index.value.name === ":"

const asArray = (a: Column, count: number): Float64Array =>
  typeof a === "number" ? new Float64Array(count).fill(a) : a

function applyOne(f: ScalarFunction, a: Column, count: number): Column {
  const from = asArray(a, count)
  const out = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const x = from[i]!
    out[i] = Number.isNaN(x) ? x : f.evaluate(x)
  }
  return out
}

function applyTwo(f: ScalarFunction, name: string, a: Float64Array, b: Float64Array): Column {
  const out = new Float64Array(a.length)
  switch (name) {
    case "+":
      for (let i = 0; i < out.length; i++) out[i] = a[i]! + b[i]!
      return out
    case "-":
      for (let i = 0; i < out.length; i++) out[i] = a[i]! - b[i]!
      return out
    case "*":
      for (let i = 0; i < out.length; i++) out[i] = a[i]! * b[i]!
      return out
    case "/":
      for (let i = 0; i < out.length; i++) out[i] = a[i]! / b[i]!
      return out
  }
  for (let i = 0; i < out.length; i++) {
    const x = a[i]!
    const y = b[i]!
    out[i] = Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : f.evaluate(x, y)
  }
  return out
}

/** Values in slots; one NaN where none of them is known. */
function valuesOf(slots: Int32Array, known: Known): Column {
  const out = new Float64Array(slots.length)
  let isAnyKnown = false
  for (let i = 0; i < slots.length; i++) {
    const value = known.value(slots[i]!)
    out[i] = value
    isAnyKnown ||= !Number.isNaN(value)
  }
  return isAnyKnown ? out : Number.NaN
}

/**
 * Slots of a name that is one element in every iteration, its indices known and in range: one slot for all, or by iteration.
 * @returns null for anything else
 */
export function evaluateSlots(
  e: BugsVariable,
  loops: readonly string[],
  iterations: Iterations,
  known: Known,
): number | Int32Array | null {
  const variable = known.variable(e.name)
  if (variable === undefined) return null
  if (e.indices === null) return variable.size === 1 ? variable.offset : null
  const indices = evaluateIndices(e, loops, iterations, known)
  return indices === null ? null : slotsAt(variable.dims, variable.offset, indices, iterations.count)
}

/** Known indices of a name, one number in each iteration; null for anything else. */
export function evaluateIndices(
  e: BugsVariable,
  loops: readonly string[],
  iterations: Iterations,
  known: Known,
): Column[] | null {
  const found: Column[] = []
  for (const index of e.indices ?? []) {
    if (index.kind === "all") return null
    const column = evaluateColumn(index.value, loops, iterations, known)
    if (column === null || Number.isNaN(column)) return null
    found.push(column)
  }
  return found
}

/** Slots of the elements at indices, by iteration, or one where these never change; null when one is out of range. */
export function slotsAt(
  dims: readonly number[],
  offset: number,
  indices: readonly Column[],
  count: number,
): number | Int32Array | null {
  if (indices.length !== dims.length) return null
  let base = offset
  let stride = 1
  let slots: Int32Array | null = null
  for (let d = 0; d < dims.length; d++) {
    const index = indices[d]!
    const size = dims[d]!
    if (typeof index === "number") {
      if (!(Number.isInteger(index) && index >= 1 && index <= size)) return null
      base += (index - 1) * stride
    } else {
      slots ??= new Int32Array(count)
      for (let i = 0; i < count; i++) {
        const at = index[i]!
        // NaN and what is no integer differ from what is left of them.
        if ((at | 0) !== at || at < 1 || at > size) return null
        slots[i]! += (at - 1) * stride
      }
    }
    stride *= size
  }
  if (slots === null) return base
  for (let i = 0; i < count; i++) slots[i]! += base
  return slots
}
