/** The left-hand sides: how large each array is, and which statement defines which of its elements. */
import type { Arrays } from "./arrays.ts"
import type { BugsIndex, BugsVariable } from "./ast.ts"
import { compileFixed, type FixedValue } from "./fixed.ts"
import { inferDims } from "./infer-dims.ts"
import { selectedDims, selectedSlots } from "./selected-slots.ts"
import type { UnrolledStatement } from "./unroll.ts"

export interface PlacedStatement extends UnrolledStatement {
  /** By iteration: the slots that it defines. */
  readonly slots: readonly (readonly number[])[]
  /** By iteration: their dimensions. */
  readonly dims: readonly (readonly number[])[]
}

type TargetIndices = readonly (number | readonly number[])[]

/**
 * Allocates the arrays that only relations define, as large as their largest index, and enters who defines what.
 * @throws ModelError for an element defined twice, an index that is not a positive integer, or shapes that do not fit
 */
export function allocateTargets(
  arrays: Arrays,
  statements: readonly UnrolledStatement[],
): readonly PlacedStatement[] {
  declare(arrays)
  const largest = new Map<string, number[]>()
  const evaluated = statements.map((statement) => {
    const { target } = statement.statement
    if (target.indices === null) return null
    const evaluate = compileTarget(arrays, target, statement.loops)
    const indices = statement.iterations.map(evaluate)
    if (arrays.variable(target.name) === undefined) noteLargest(arrays, largest, target, indices)
    return indices
  })
  for (const [name, dims] of largest) arrays.allocate(name, dims)
  allocateWhole(arrays, statements)
  return statements.map((unrolled, s) => {
    const { target } = unrolled.statement
    const variable = arrays.variable(target.name)!
    const whole = variable.dims.map((dim) => Array.from({ length: dim }, (_, k) => k + 1))
    const chosen: readonly TargetIndices[] = evaluated[s] ?? unrolled.iterations.map(() => whole)
    const slots = chosen.map((indices, i) => {
      checkInside(arrays, target, variable.dims, indices)
      const own = selectedSlots(variable, indices)
      for (const slot of own) arrays.define(slot, s, i, statements)
      return own
    })
    return { ...unrolled, slots, dims: chosen.map(selectedDims) }
  })
}

/** Arrays of `var`, which must fit the data. */
function declare(arrays: Arrays): void {
  for (const { name, dims, span } of arrays.program.declarations) {
    const sizes = dims.map((dim) => {
      const value = compileFixed(dim, [], arrays)([])
      if (typeof value === "number" && Number.isInteger(value) && value > 0) return value
      throw arrays.error(`the dimensions of ${name} must be known positive integers`, dim)
    })
    const declared = sizes.length === 0 ? [1] : sizes
    checkSize(arrays, name, declared, { span })
    const found = arrays.variable(name)
    if (found === undefined) arrays.allocate(name, declared)
    else if (found.dims.join() !== declared.join()) {
      throw arrays.error(
        `${name} is declared ${declared.join(" by ")}, its data are ${found.dims.join(" by ")}`,
        { span },
        "declare what the data have",
      )
    }
  }
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
  all: readonly TargetIndices[],
): void {
  if (all.length === 0) return
  const dims = largest.get(target.name) ?? all[0]!.map(() => 0)
  if (dims.length !== all[0]!.length)
    throw arrays.error(`${target.name} has ${dims.length} indices elsewhere, found ${all[0]!.length}`, target)
  for (const indices of all)
    indices.forEach((index, d) => {
      const top = typeof index === "number" ? index : index.reduce((a, b) => Math.max(a, b), 0)
      if (top > dims[d]!) dims[d] = top
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
