/** From the indices of a name to slots and dimensions. */
import type { Variable } from "../relations/relation-graph.ts"

/** The indices of a whole array. */
export const wholeOf = (variable: Variable): (number | readonly number[])[] =>
  variable.size === 1 ? variable.dims.map(() => 1) : variable.dims.map(oneTo)

const ranges = new Map<number, readonly number[]>()
/** 1 … n; small ones are made once. */
export function oneTo(n: number): readonly number[] {
  const found = ranges.get(n)
  if (found !== undefined) return found
  const made = Array.from({ length: n }, (_, k) => k + 1)
  if (ranges.size < 64) ranges.set(n, made)
  return made
}

const ONE: readonly number[] = [1]

/** Slots of a selection, first index fastest. */
export function selectedSlots(
  variable: Variable,
  indices: readonly (number | readonly number[])[],
): readonly number[] {
  let slot = variable.offset
  let stride = 1
  let isOne = true
  for (let d = 0; d < indices.length && isOne; d++) {
    const index = indices[d]!
    if (typeof index === "number") slot += (index - 1) * stride
    else isOne = false
    stride *= variable.dims[d]!
  }
  if (isOne) return [slot]
  let slots: number[] = [variable.offset]
  stride = 1
  const strides = variable.dims.map((dim) => {
    const own = stride
    stride *= dim
    return own
  })
  for (let d = 0; d < indices.length; d++) {
    const index = indices[d]!
    const own = strides[d]!
    if (typeof index === "number") {
      for (let k = 0; k < slots.length; k++) slots[k]! += (index - 1) * own
    } else {
      const next: number[] = []
      for (const i of index) for (const slot of slots) next.push(slot + (i - 1) * own)
      slots = next
    }
  }
  return slots
}

/** Dimensions of a selection; those with a single index are dropped, as R does. */
export function selectedDims(indices: readonly (number | readonly number[] | null)[]): readonly number[] {
  if (indices.every((index) => typeof index === "number")) return ONE
  const dims = indices.flatMap((index) => (typeof index === "number" || index === null ? [] : [index.length]))
  const kept = dims.filter((dim) => dim !== 1)
  return kept.length > 0 ? kept : [1]
}
