/** The left-hand sides: how large each array is, and which statement defines which of its elements. */

import type { Variable } from "../relations/relation-graph.ts"
import type { Arrays } from "./arrays.ts"
import type { BugsIndex, BugsVariable } from "./ast.ts"
import { type Column, evaluateIndices, slotsAt } from "./columns.ts"
import { compileFixed, type FixedValue } from "./fixed.ts"
import { inferDims } from "./infer-dims.ts"
import { iterationAt } from "./iterations.ts"
import { selectedDims, selectedSlots } from "./selected-slots.ts"
import { evaluateSlices, type Slices } from "./slices.ts"
import type { UnrolledStatement } from "./unroll.ts"

export interface PlacedStatement extends UnrolledStatement {
  /** The slots that iteration i defines: `slots[start[i]..start[i + 1])`. */
  readonly slots: Int32Array
  readonly start: Int32Array
  /** Dimensions of what an iteration defines. */
  dims(i: number): readonly number[]
}

type TargetIndices = readonly (number | readonly number[])[]

/**
 * Allocates the arrays that only relations define, as large as their largest index, and enters who defines what.
 * @throws ModelError for an element defined twice, an index that is not a positive integer, or shapes that do not fit
 */
export function allocateTargets(
  arrays: Arrays,
  unrolled: readonly UnrolledStatement[],
): readonly PlacedStatement[] {
  declare(arrays)
  // A loop that runs no iteration defines nothing, not even how large an array is.
  const statements = unrolled.filter(({ iterations }) => iterations.count > 0)
  const largest = new Map<string, number[]>()
  const evaluated = statements.map((statement): Targets | null => {
    const { target } = statement.statement
    if (target.indices === null) return null
    if (arrays.variable(target.name) === undefined) {
      const found = evaluateTargets(arrays, target, statement)
      noteLargest(arrays, largest, target, found, statement.iterations.count)
      return found
    }
    const slices = evaluateSlices(target, statement.loops, statement.iterations, arrays)
    return slices === null ? evaluateTargets(arrays, target, statement) : { kind: "slices", slices }
  })
  arrays.allocateAll(largest)
  allocateWhole(arrays, statements)
  return statements.map((own, s) => {
    const { target } = own.statement
    const { count } = own.iterations
    const variable = arrays.variable(target.name)!
    const targets = evaluated[s] ?? wholeTargets(variable.dims, count)
    const single = targets.kind === "columns" ? elementSlots(variable, targets.columns, count) : null
    if (single !== null) {
      arrays.defineAll(single, 1, s, statements)
      return { ...own, slots: single, start: regularStarts(count, 1), dims: () => ONE }
    }
    if (targets.kind === "slices") {
      const { slots, length, dims } = targets.slices
      arrays.defineAll(slots, length, s, statements)
      return { ...own, slots, start: regularStarts(count, length), dims: () => dims }
    }
    const start = new Int32Array(count + 1)
    const all: number[] = []
    const dims: (readonly number[])[] = []
    for (let i = 0; i < count; i++) {
      const indices = indicesAt(targets, i)
      checkInside(arrays, target, variable.dims, indices)
      for (const slot of selectedSlots(variable, indices)) {
        arrays.define(slot, s, i, statements)
        all.push(slot)
      }
      start[i + 1] = all.length
      dims.push(selectedDims(indices))
    }
    return { ...own, slots: Int32Array.from(all), start, dims: (i: number) => dims[i]! }
  })
}

/** Indices on the left: numbers in columns, parts of one shape, or by iteration what each of them is. */
type Targets = IndexTargets | { readonly kind: "slices"; readonly slices: Slices }

type IndexTargets =
  | { readonly kind: "columns"; readonly columns: readonly Column[] }
  | { readonly kind: "lists"; readonly lists: readonly TargetIndices[] }

const ONE: readonly number[] = [1]

function evaluateTargets(
  arrays: Arrays,
  target: BugsVariable,
  { loops, iterations }: UnrolledStatement,
): IndexTargets {
  const columns = evaluateIndices(target, loops, iterations, arrays)
  if (columns?.every(isPositive)) return { kind: "columns", columns }
  const evaluate = compileTarget(arrays, target, loops)
  const lists = Array.from({ length: iterations.count }, (_, i) => evaluate(iterationAt(iterations, i)))
  return { kind: "lists", lists }
}

function isPositive(column: Column): boolean {
  if (typeof column === "number") return Number.isInteger(column) && column >= 1
  for (let i = 0; i < column.length; i++) {
    const index = column[i]!
    if ((index | 0) !== index || index < 1) return false
  }
  return true
}

function wholeTargets(dims: readonly number[], count: number): IndexTargets {
  const whole = dims.map((dim) => Array.from({ length: dim }, (_, k) => k + 1))
  return { kind: "lists", lists: Array.from({ length: count }, () => whole) }
}

const indicesAt = (targets: IndexTargets, i: number): TargetIndices =>
  targets.kind === "lists"
    ? targets.lists[i]!
    : targets.columns.map((column) => (typeof column === "number" ? column : column[i]!))

/** One slot for each iteration; null when an index does not fit, which is told one by one. */
function elementSlots({ dims, offset }: Variable, columns: readonly Column[], count: number) {
  const slots = slotsAt(dims, offset, columns, count)
  return typeof slots === "number" ? new Int32Array(count).fill(slots) : slots
}

function regularStarts(count: number, length: number): Int32Array {
  const start = new Int32Array(count + 1)
  for (let i = 1; i <= count; i++) start[i] = i * length
  return start
}

/** Arrays of `var`, which must fit the data. */
function declare(arrays: Arrays): void {
  const fresh = new Map<string, readonly number[]>()
  for (const { name, dims, span } of arrays.program.declarations) {
    const sizes = dims.map((dim) => {
      const value = compileFixed(dim, [], arrays)([])
      if (typeof value === "number" && Number.isInteger(value) && value > 0) return value
      throw arrays.error(`the dimensions of ${name} must be known positive integers`, dim)
    })
    const declared = sizes.length === 0 ? [1] : sizes
    checkSize(arrays, name, declared, { span })
    const found = arrays.variable(name)?.dims ?? fresh.get(name)
    if (found === undefined) fresh.set(name, declared)
    else if (found.join() !== declared.join()) {
      throw arrays.error(
        `${name} is declared ${declared.join(" by ")}, its data are ${found.join(" by ")}`,
        { span },
        "declare what the data have",
      )
    }
  }
  arrays.allocateAll(fresh)
}

/** Elements of one array: more do not fit into memory. */
const MOST_ELEMENTS = 50_000_000

function checkSize(
  arrays: Arrays,
  name: string,
  dims: readonly number[],
  at: { readonly span: BugsVariable["span"] },
): void {
  if (dims.reduce((a, b) => a * b, 1) <= MOST_ELEMENTS) return
  throw arrays.error(
    `${name} would be ${dims.join(" by ")}, more than ${MOST_ELEMENTS} elements`,
    at,
    "check its largest index",
  )
}

function compileTarget(
  arrays: Arrays,
  target: BugsVariable,
  loops: readonly string[],
): (values: readonly number[]) => TargetIndices {
  const compiled = target.indices!.map((index) =>
    index.kind === "all" ? null : compileFixed(index.value, loops, arrays),
  )
  return (values) =>
    compiled.map((index, d) => {
      const place = target.indices![d]!
      if (index === null) return wholeDimension(arrays, target, d, place)
      const value = index(values)
      if (value === null)
        throw arrays.error(`an index of ${target.name} on the left must be known before drawing`, place)
      checkPositive(arrays, target, value, place)
      return typeof value === "number" ? value : [...value.values]
    })
}

function wholeDimension(arrays: Arrays, target: BugsVariable, d: number, place: BugsIndex): number[] {
  const dims = arrays.variable(target.name)?.dims
  const size = target.indices!.length === 1 && dims?.length !== 1 ? undefined : dims?.[d]
  if (size !== undefined) return Array.from({ length: size }, (_, k) => k + 1)
  throw arrays.error(
    `the size of ${target.name} is not known`,
    place,
    `write its range, ${target.name}[1:n], or declare it: var ${target.name}[n]`,
  )
}

function checkPositive(
  arrays: Arrays,
  target: BugsVariable,
  value: Exclude<FixedValue, null>,
  at: BugsIndex,
): void {
  for (const v of typeof value === "number" ? [value] : value.values)
    if (!(Number.isInteger(v) && v >= 1))
      throw arrays.error(`index ${v} of ${target.name} is not a positive integer`, at)
}

function checkInside(
  arrays: Arrays,
  target: BugsVariable,
  dims: readonly number[],
  indices: TargetIndices,
): void {
  if (indices.length !== dims.length) {
    throw arrays.error(
      `${target.name} has ${dims.length} dimension${dims.length === 1 ? "" : "s"}, found ${indices.length} ind${indices.length === 1 ? "ex" : "ices"}`,
      target,
    )
  }
  indices.forEach((index, d) => {
    const largest = typeof index === "number" ? index : Math.max(...index)
    if (largest > dims[d]!)
      throw arrays.error(`index ${largest} of ${target.name} is outside 1:${dims[d]}`, target)
  })
}

function noteLargest(
  arrays: Arrays,
  largest: Map<string, number[]>,
  target: BugsVariable,
  targets: IndexTargets,
  count: number,
): void {
  if (count === 0) return
  const length = indicesAt(targets, 0).length
  const dims = largest.get(target.name) ?? Array.from({ length }, () => 0)
  if (dims.length !== length)
    throw arrays.error(`${target.name} has ${dims.length} indices elsewhere, found ${length}`, target)
  const note = (d: number, values: ArrayLike<number>): void => {
    for (let k = 0; k < values.length; k++) if (values[k]! > dims[d]!) dims[d] = values[k]!
  }
  if (targets.kind === "columns")
    targets.columns.forEach((column, d) => {
      note(d, typeof column === "number" ? [column] : column)
    })
  else
    for (const indices of targets.lists)
      indices.forEach((index, d) => {
        note(d, typeof index === "number" ? [index] : index)
      })
  checkSize(arrays, target.name, dims, target)
  largest.set(target.name, dims)
}

/** Arrays that stand on the left without an index get the shape of what is on the right. */
function allocateWhole(arrays: Arrays, statements: readonly UnrolledStatement[]): void {
  let waiting = statements.filter(
    ({ statement: { target } }) => target.indices === null && arrays.variable(target.name) === undefined,
  )
  while (waiting.length > 0) {
    const known = waiting.flatMap(({ statement }) => {
      const dims = inferDims(statement, arrays)
      return dims === null ? [] : [{ name: statement.target.name, dims }]
    })
    for (const { name, dims } of known) if (arrays.variable(name) === undefined) arrays.allocate(name, dims)
    // What waits for itself is a cycle, reported where cycles are.
    if (known.length === 0) for (const { statement } of waiting) arrays.allocate(statement.target.name, [1])
    waiting = waiting.filter(({ statement: { target } }) => arrays.variable(target.name) === undefined)
  }
}
