/** Rows to counts, means and centred products of the combinations of groups that occur. */
import { type CentredValues, sumCentredProductsBy, sumProductsBy } from "../../math/grouped-sums.ts"
import { findCells } from "../kernel/cells.ts"
import type { RowStatistics } from "./row-statistics.ts"

/** Rows by a factor of which every level occurs. */
export interface GroupedRows {
  readonly levels: readonly string[]
  readonly codes: Int32Array
}

/**
 * Weights (rows, where there are none), weighted means and centred products by combination of levels: a pass over the rows for
 * the mean of each column, and one for each pair of columns that vary. Sums are compensated.
 * @param columns length of the codes, not changed
 */
export function reduceCells(
  factors: readonly GroupedRows[],
  columns: readonly Float64Array[],
  weights: Float64Array | null,
): Pick<RowStatistics, "codes" | "count" | "mean" | "products"> {
  const { codes, ofRow, cells } = numberCells(factors)
  const w = columns.length
  const triangle = (w * (w + 1)) / 2
  const count = sumProductsBy(weights, null, ofRow, cells)
  const mean = new Float64Array(cells * w)
  // A column of one value, as the intercept's, does not deviate from its mean: null.
  const centred = columns.map((values, k): CentredValues | null => {
    if (isConstant(values)) {
      for (let c = 0; c < cells; c++) mean[c * w + k] = values[0]!
      return null
    }
    const centre = sumProductsBy(values, weights, ofRow, cells)
    for (let c = 0; c < cells; c++) {
      centre[c]! /= count[c]!
      mean[c * w + k] = centre[c]!
    }
    return { values, centre }
  })
  const products = new Float64Array(cells * triangle)
  let at = 0
  for (let k = 0; k < w; k++) {
    for (let j = 0; j <= k; j++, at++) {
      const [a, b] = [centred[k]!, centred[j]!]
      if (a === null || b === null) continue
      const sums = sumCentredProductsBy(a, b, weights, ofRow, cells)
      for (let c = 0; c < cells; c++) products[c * triangle + at] = sums[c]!
    }
  }
  return { codes, count, mean, products }
}

/** The combinations that occur, ordered by the first factor, then the next: their codes side by side, and that of each row. */
function numberCells([first, ...others]: readonly GroupedRows[]): {
  codes: Int32Array
  ofRow: Int32Array
  cells: number
} {
  let ofRow = first!.codes
  let lists: readonly Int32Array[] = [Int32Array.from(first!.levels.keys())]
  for (const { codes: own, levels } of others) {
    const found = findCells(ofRow, lists[0]!.length, own, levels.length)
    ofRow = found.ofRow
    lists = [...lists.map((list) => repeat(list, found.pointer)), found.code]
  }
  const cells = lists[0]!.length
  const codes = new Int32Array(cells * lists.length)
  lists.forEach((list, f) => {
    for (let c = 0; c < cells; c++) codes[c * lists.length + f] = list[c]!
  })
  return { codes, ofRow, cells }
}

/** The l-th value from `pointer[l]` to `pointer[l + 1]`. */
function repeat(values: Int32Array, pointer: Int32Array): Int32Array {
  const repeated = new Int32Array(pointer[values.length]!)
  for (let l = 0; l < values.length; l++) repeated.fill(values[l]!, pointer[l]!, pointer[l + 1]!)
  return repeated
}

function isConstant(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false
  return values.length > 0
}
