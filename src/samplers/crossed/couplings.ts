/**
 * What the effects outside a block take from the response of the block: cross-products in compressed rows over the
 * non-empty cells, so that no sweep touches a row.
 */

import type { Sums } from "../gaussian/remember-sums.ts"
import type { DesignColumn } from "../kernel/gram.ts"

/** Cross-products of one column of the block with one column outside, level by level. Plain data. */
export interface Coupling {
  /** Place of level l of the column inside: `first + step · l`, among the eliminated columns or the rest. */
  readonly first: number
  readonly step: number
  /** Entries of level l: from `pointer[l]` to `pointer[l + 1]`. */
  readonly pointer: Int32Array
  /** State slot of the effect outside, and cross-product with it. */
  readonly slot: Int32Array
  readonly value: Float64Array
}

/** The effects outside as a quadratic form of the residual sum of squares: `|r − W u|²`. Plain data. */
export interface OutsideSquares {
  /** `−2 w'r` by effect, and its state slot. */
  readonly slot: Int32Array
  readonly value: Float64Array
  /** `w'w` of pairs of columns, those of different columns doubled; `first` and `step` give the state slot of level l. */
  readonly products: readonly Coupling[]
}

/** A column of a block and where its levels stand. */
export interface InsideColumn {
  readonly column: DesignColumn
  readonly first: number
  readonly step: number
}

/** One coupling for each column outside. */
export function couple(
  { column, first, step }: InsideColumn,
  outside: readonly DesignColumn[],
  sums: Sums,
): Coupling[] {
  return outside.map((other) => ({ first, step, ...crossProducts(column, other, sums, 1) }))
}

/** What effects outside a block take off the sum of squares of the responses: linear terms by slot, and products of columns. */
export function outsideSquares(
  outside: readonly DesignColumn[],
  residual: Float64Array,
  sums: Sums,
): OutsideSquares {
  const slot: number[] = []
  const value: number[] = []
  const products: Coupling[] = []
  outside.forEach((column, k) => {
    sums.by(column.values, residual, column.codes!, column.levels).forEach((product, l) => {
      slot.push(column.slot + column.stride * l)
      value.push(-2 * product)
    })
    outside.slice(0, k + 1).forEach((other, m) => {
      const pairs = crossProducts(column, other, sums, m === k ? 1 : 2)
      products.push({ first: column.slot, step: column.stride, ...pairs })
    })
  })
  return { slot: Int32Array.from(slot), value: Float64Array.from(value), products }
}

/** Cross-products of the levels of two columns, times a factor. */
function crossProducts(
  a: DesignColumn,
  b: DesignColumn,
  sums: Sums,
  factor: number,
): Pick<Coupling, "pointer" | "slot" | "value"> {
  const slotOf = (level: number): number => b.slot + b.stride * level
  if (a.codes === null || a.codes === b.codes) {
    const value = sums.by(a.values, b.values, b.codes!, b.levels).map((product) => factor * product)
    const slot = Int32Array.from(value, (_, l) => slotOf(l))
    const pointer =
      a.codes === null ? Int32Array.of(0, b.levels) : Int32Array.from([...value.keys(), b.levels])
    return { pointer, slot, value }
  }
  const { pointer, code, ofRow } = sums.cells(a.codes, a.levels, b.codes!, b.levels)
  const value = sums.by(a.values, b.values, ofRow, code.length).map((product) => factor * product)
  return { pointer, slot: code.map(slotOf), value }
}

/** Takes from `response` what the effects in `state` explain. */
export function subtractCoupling(
  { first, step, pointer, slot, value }: Coupling,
  response: Float64Array,
  state: Float64Array,
): void {
  for (let l = 0, at = first; l < pointer.length - 1; l++, at += step) {
    let sum = 0
    const end = pointer[l + 1]!
    for (let e = pointer[l]!; e < end; e++) sum += value[e]! * state[slot[e]!]!
    response[at]! -= sum
  }
}

/** `|r − W u|² − |r|²` for the effects in `state`. */
export function changeOfSquares({ slot, value, products }: OutsideSquares, state: Float64Array): number {
  let total = 0
  for (let k = 0; k < slot.length; k++) total += value[k]! * state[slot[k]!]!
  for (let p = 0; p < products.length; p++) {
    const { first, step, pointer, slot: slots, value: values } = products[p]!
    for (let l = 0, at = first; l < pointer.length - 1; l++, at += step) {
      let sum = 0
      const end = pointer[l + 1]!
      for (let e = pointer[l]!; e < end; e++) sum += values[e]! * state[slots[e]!]!
      total += sum * state[at]!
    }
  }
  return total
}
