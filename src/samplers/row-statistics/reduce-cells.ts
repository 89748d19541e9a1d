/** Rows to counts, means and centred products of the combinations of groups that occur. */
import { findGroupedMoments } from "../../math/grouped-moments.ts"
import type { RowValues } from "../../math/grouped-sums.ts"
import { findCells } from "../kernel/cells.ts"
import type { RowStatistics } from "./row-statistics.ts"

/** Rows by a factor of which every level occurs. */
export interface GroupedRows {
  readonly levels: readonly string[]
  readonly codes: Int32Array
}

/**
 * Weights (rows, where there are none), weighted means and centred products by combination of levels, in one pass over the rows.
 * @param columns length of the codes, not changed; null for ones
 */
export function reduceCells(
  factors: readonly GroupedRows[],
  columns: readonly RowValues[],
  weights: Float64Array | null,
): Pick<RowStatistics, "codes" | "count" | "mean" | "products"> {
  const { codes, ofRow, cells } = numberCells(factors)
  return { codes, ...findGroupedMoments(columns, weights, ofRow, cells) }
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
