/** Sums of products over rows, each computed once. */
import { type RowValues, sumProducts, sumProductsBy } from "../../math/grouped-sums.ts"
import { type Cells, findCells } from "../kernel/cells.ts"

/** Sums over the rows, none taken twice: an intercept's products are counts wherever it meets another intercept. */
export interface Sums {
  all(a: RowValues, b: RowValues): number
  by(a: RowValues, b: RowValues, codes: Int32Array, groups: number): Float64Array
  cells(a: Int32Array, levelsA: number, b: Int32Array, levelsB: number): Cells
}

/** Sums of products over so many rows that are computed once for each pair of columns and codes, told apart by identity. */
export function rememberSums(rows: number): Sums {
  const known: { a: RowValues; b: RowValues; codes: Int32Array; sums: Float64Array }[] = []
  const tables: { a: Int32Array; b: Int32Array; cells: Cells }[] = []
  return {
    all: (a, b) => sumProducts(a, b, rows),
    by(a, b, codes, groups) {
      const found = known.find(
        (one) => one.codes === codes && ((one.a === a && one.b === b) || (one.a === b && one.b === a)),
      )
      if (found !== undefined) return found.sums
      const sums = sumProductsBy(a, b, codes, groups)
      known.push({ a, b, codes, sums })
      return sums
    },
    cells(a, levelsA, b, levelsB) {
      const found = tables.find((one) => one.a === a && one.b === b)
      if (found !== undefined) return found.cells
      const cells = findCells(a, levelsA, b, levelsB)
      tables.push({ a, b, cells })
      return cells
    },
  }
}
