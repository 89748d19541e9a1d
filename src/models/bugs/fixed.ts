/**
 * Expressions that can be evaluated before anything is drawn: loop bounds, indices, what follows from data alone.
 * Compiled once a statement to closures over the loop variables, because a loop evaluates them in every iteration.
 */
import type { ModelError } from "../../core/errors.ts"
import { type ArrayValue, elementwise, lookupFunction } from "../functions/registry.ts"
import type { Variable } from "../relations/relation-graph.ts"
import type { BugsExpr, BugsIndex, BugsVariable } from "./ast.ts"
import { oneTo, selectedDims, selectedSlots, wholeOf } from "./selected-slots.ts"

/** A number, an array, or null: it is not known before drawing. */
export type FixedValue = number | ArrayValue | null
/** Value of an expression given the values of the loop variables, outermost first. */
export type Fixed = (loops: readonly number[]) => FixedValue

/** What is known about the model's arrays while it is being compiled. */
export interface Known {
  /** @returns undefined for an array that does not exist (yet) */
  variable(name: string): Variable | undefined
  /** Value in a slot; NaN when it is not known before drawing. */
  value(slot: number): number
  /** Error that points at a place of the source. */
  error(message: string, at: BugsExpr | BugsIndex, hint?: string): ModelError
  /** What `make` gives; its ModelError is one about this place of the source. */
  at<T>(place: BugsExpr, make: () => T): T
}

export function compileFixed(e: BugsExpr, loops: readonly string[], known: Known): Fixed {
  const evaluate = compileAny(e, loops, known)
  if (e.kind !== "call" || loops.length === 0 || usesAny(e, loops)) return evaluate
  // `mean(x[])` in a loop over x: once, not once an iteration.
  let found: FixedValue = null
  return (values) => {
    found ??= evaluate(values)
    return found
  }
}

/** Whether an expression mentions one of the loop variables. */
export function usesAny(e: BugsExpr, loops: readonly string[]): boolean {
  if (e.kind === "number") return false
  if (e.kind === "call") return e.args.some((arg) => usesAny(arg, loops))
  if (e.indices === null) return loops.includes(e.name)
  return e.indices.some((index) => index.kind === "value" && usesAny(index.value, loops))
}

function compileAny(e: BugsExpr, loops: readonly string[], known: Known): Fixed {
  switch (e.kind) {
    case "number": {
      const { value } = e
      return () => value
    }
    case "variable": {
      const loop = e.indices === null ? loops.lastIndexOf(e.name) : -1
      if (loop >= 0) return (values) => values[loop]!
      return compileRead(e, loops, known)
    }
    case "call":
      return compileCall(e, loops, known)
  }
}

function compileCall(e: Extract<BugsExpr, { kind: "call" }>, loops: readonly string[], known: Known): Fixed {
  const args = e.args.map((arg) => compileFixed(arg, loops, known))
  // Bounds of ranges by far most often; the function table would allocate.
  if (e.name === "length" || e.name === "dim") {
    const target = e.args[0]
    if (target?.kind === "variable" && target.indices === null) {
      const dims = () => known.variable(target.name)?.dims ?? null
      if (e.name === "length") return () => dims()?.reduce((a, b) => a * b, 1) ?? null
      return () => {
        const found = dims()
        return found === null ? null : { dims: [found.length], values: Float64Array.from(found) }
      }
    }
  }
  const f = known.at(e, () => lookupFunction(e.name, e.args.length))
  const [first, second] = args
  return (values) => {
    if (f.kind === "scalar" && args.length <= 2) {
      // Almost every call is one of a number or two; nothing is allocated for it, and nothing evaluated twice.
      const a = first!(values)
      if (a === null) return null
      const b = second === undefined ? 0 : second(values)
      if (b === null) return null
      if (typeof a === "number" && typeof b === "number")
        return second === undefined ? f.evaluate(a) : f.evaluate(a, b)
      return known.at(e, () => applyFunction(f, second === undefined ? [a] : [a, b]))
    }
    if (f.name === ":") {
      const from = first!(values)
      const to = second!(values)
      if (from === null || to === null) return null
      const range = smallRange(from, to)
      return range ?? known.at(e, () => applyFunction(f, [from, to]))
    }
    const found: (number | ArrayValue)[] = []
    for (const arg of args) {
      const value = arg(values)
      if (value === null) return null
      found.push(value)
    }
    return known.at(e, () => applyFunction(f, found))
  }
}

/** `from:to`, two or more integers and not very many; undefined for anything else. */
function smallRange(from: number | ArrayValue, to: number | ArrayValue): ArrayValue | undefined {
  if (typeof from !== "number" || typeof to !== "number" || !Number.isInteger(from)) return undefined
  const length = to - from + 1
  if (!(Number.isInteger(length) && length > 1 && length < 10_000)) return undefined
  const values = new Float64Array(length)
  for (let k = 0; k < length; k++) values[k] = from + k
  return { dims: [length], values }
}

/** A function of the table at numbers and arrays; a scalar function goes element by element. */
export function applyFunction(
  f: ReturnType<typeof lookupFunction>,
  args: readonly (number | ArrayValue)[],
): number | ArrayValue {
  if (f.kind === "scalar") {
    if (args.every((arg) => typeof arg === "number")) return f.evaluate(...(args as number[]))
    return unwrap(elementwise(f, args.map(wrap)))
  }
  const arrays = args.map(wrap)
  const dims = f.dims(
    arrays.map((a) => a.dims),
    arrays,
  )
  const out = new Float64Array(dims.reduce((a, b) => a * b, 1))
  f.evaluate(arrays, out)
  return unwrap({ dims, values: out })
}

const wrap = (x: number | ArrayValue): ArrayValue =>
  typeof x === "number" ? { dims: [1], values: Float64Array.of(x) } : x
const unwrap = (x: ArrayValue): number | ArrayValue => (x.values.length === 1 ? x.values[0]! : x)

function compileRead(e: BugsVariable, loops: readonly string[], known: Known): Fixed {
  const select = compileSelection(e, loops, known)
  const slotOf = compileSlot(e, loops, known)
  return (values) => {
    const slot = slotOf(values)
    if (slot >= 0) {
      const value = known.value(slot)
      return Number.isNaN(value) ? null : value
    }
    if (slot !== NO_SLOT.severalOrNone) return null
    const selected = select(values)
    if (selected === null || selected.indices.some((index) => index === null)) return null
    const { variable } = selected
    const slots = selectedSlots(variable, selected.indices as readonly (number | readonly number[])[])
    if (slots.length === 1) {
      const value = known.value(slots[0]!)
      return Number.isNaN(value) ? null : value
    }
    const array = new Float64Array(slots.length)
    for (let k = 0; k < slots.length; k++) {
      const value = known.value(slots[k]!)
      if (Number.isNaN(value)) return null
      array[k] = value
    }
    return { dims: selectedDims(selected.indices as readonly (number | readonly number[])[]), values: array }
  }
}

/** What is no slot: the array is not there, an index is drawn, or it may be several elements (or dimensions do not fit). */
export const NO_SLOT = { undefinedArray: -1, drawnIndex: -2, severalOrNone: -3 } as const

/**
 * The slot of a name all of whose indices are numbers, without allocating; one of `NO_SLOT` for anything else.
 * @throws ModelError for an index out of range
 */
export function compileSlot(
  e: BugsVariable,
  loops: readonly string[],
  known: Known,
): (values: readonly number[]) => number {
  if (e.indices?.some((index) => index.kind === "all")) return () => NO_SLOT.severalOrNone
  const indices = (e.indices ?? []).map((index) =>
    index.kind === "all" ? () => null : compileFixed(index.value, loops, known),
  )
  const select = compileSelection(e, loops, known)
  return (values) => {
    const variable = known.variable(e.name)
    if (variable === undefined) return NO_SLOT.undefinedArray
    const { dims, offset, size } = variable
    if (e.indices === null) return size === 1 ? offset : NO_SLOT.severalOrNone
    if (indices.length !== dims.length) return NO_SLOT.severalOrNone
    let slot = offset
    let stride = 1
    for (let d = 0; d < dims.length; d++) {
      const index = indices[d]!(values)
      if (index === null) return NO_SLOT.drawnIndex
      if (typeof index !== "number") return NO_SLOT.severalOrNone
      if (!(Number.isInteger(index) && index >= 1 && index <= dims[d]!)) {
        // It says what is wrong, and where.
        select(values)
        return NO_SLOT.severalOrNone
      }
      slot += (index - 1) * stride
      stride *= dims[d]!
    }
    return slot
  }
}

/** Which elements of an array an indexed name means: by dimension an index, a list of them, or null (drawn). */
export interface Selection {
  readonly variable: Variable
  readonly indices: readonly (number | readonly number[] | null)[]
}

/** Evaluates the indices of a name; null when the array is not there. @throws ModelError out of range, wrong dimensions */
export function compileSelection(
  e: BugsVariable,
  loops: readonly string[],
  known: Known,
): (values: readonly number[]) => Selection | null {
  const indices = e.indices?.map((index) =>
    index.kind === "all" ? null : compileFixed(index.value, loops, known),
  )
  return (values) => {
    const variable = known.variable(e.name)
    if (variable === undefined) return null
    const { dims } = variable
    if (indices === undefined) return { variable, indices: wholeOf(variable) }
    if (indices.length !== dims.length && !(indices.length === 1 && indices[0] === null)) {
      throw known.error(
        `${e.name} has ${dims.length === 1 ? "one dimension" : `${dims.length} dimensions`}, found ${indices.length} ${indices.length === 1 ? "index" : "indices"}`,
        e,
      )
    }
    if (indices.length !== dims.length) return { variable, indices: wholeOf(variable) }
    return {
      variable,
      indices: indices.map((index, d) => {
        if (index === null) return oneTo(dims[d]!)
        const value = index(values)
        if (value === null) return null
        const place = e.indices![d]!
        if (typeof value === "number") {
          checkIndex(value, d)
          return value
        }
        for (const v of value.values) checkIndex(v, d)
        return [...value.values]
        function checkIndex(v: number, dimension: number): void {
          if (!Number.isInteger(v))
            throw known.error(`index ${v} of ${e.name} is not an integer`, place, where(values))
          if (v < 1 || v > dims[dimension]!) {
            const which = dims.length === 1 ? "" : `, dimension ${dimension + 1},`
            throw known.error(
              `index ${v} of ${e.name}${which} is outside 1:${dims[dimension]}`,
              place,
              where(values),
            )
          }
        }
      }),
    }
  }
  function where(values: readonly number[]): string | undefined {
    return loops.length === 0
      ? undefined
      : `it is so at ${loops.map((name, k) => `${name} = ${values[k]}`).join(", ")}`
  }
}
