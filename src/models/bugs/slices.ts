import type { BugsVariable } from "./ast.ts"
import { type Column, evaluateColumn, slotsAt } from "./columns.ts"
import { compileFixed, type Known, usesAny } from "./fixed.ts"
import type { Iterations } from "./iterations.ts"
import { oneTo, selectedDims, selectedSlots } from "./selected-slots.ts"

/** The slots of a part of an array that has one shape in all iterations: those of iteration i are `slots[i * length …]`. */
export interface Slices {
  readonly slots: Int32Array
  readonly length: number
  readonly dims: readonly number[]
}

/**
 * Slots of a name some of whose indices mean several elements, the same ones in every iteration (`r[j, ]`, `alpha[j, 1:3]`), in all
 * iterations at once.
 * @returns null for anything else: one element, ranges that change, indices that are drawn or out of range
 */
export function evaluateSlices(
  e: BugsVariable,
  loops: readonly string[],
  iterations: Iterations,
  known: Known,
): Slices | null {
  const variable = known.variable(e.name)
  if (variable === undefined) return null
  const { dims, offset } = variable
  if (e.indices === null)
    return variable.size === 1 ? null : placeSlices(dims, offset, dims.map(oneTo), iterations.count)
  if (e.indices.length !== dims.length) return null
  const parts: (Column | readonly number[])[] = []
  for (const [d, index] of e.indices.entries()) {
    const part = index.kind === "all" ? oneTo(dims[d]!) : evaluatePart(index.value, loops, iterations, known)
    if (part === null) return null
    if (isList(part) && !part.every((at) => Number.isInteger(at) && at >= 1 && at <= dims[d]!)) return null
    parts.push(part)
  }
  return placeSlices(dims, offset, parts, iterations.count)
}

const isList = (part: Column | readonly number[]): part is readonly number[] => Array.isArray(part)

/** A number in each iteration, or the same numbers in all; null for anything else. */
function evaluatePart(
  e: Parameters<typeof evaluateColumn>[0],
  loops: readonly string[],
  iterations: Iterations,
  known: Known,
): Column | readonly number[] | null {
  if (usesAny(e, loops)) {
    const column = evaluateColumn(e, loops, iterations, known)
    return column === null || Number.isNaN(column) ? null : column
  }
  const value = compileFixed(e, [], known)([])
  return value === null || typeof value === "number" ? value : [...value.values]
}

function placeSlices(
  dims: readonly number[],
  offset: number,
  parts: readonly (Column | readonly number[])[],
  count: number,
): Slices | null {
  if (!parts.some(isList)) return null
  const starts = slotsAt(
    dims,
    offset,
    parts.map((part) => (isList(part) ? 1 : part)),
    count,
  )
  if (starts === null) return null
  const indices = parts.map((part) => (isList(part) ? part : 1))
  const offsets = Int32Array.from(selectedSlots({ name: "", dims, offset: 0, size: 0 }, indices))
  const { length } = offsets
  const slots = new Int32Array(count * length)
  for (let i = 0, at = 0; i < count; i++) {
    const start = typeof starts === "number" ? starts : starts[i]!
    for (let k = 0; k < length; k++) slots[at++] = start + offsets[k]!
  }
  return { slots, length, dims: selectedDims(indices) }
}
