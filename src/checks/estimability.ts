/** Which linear combinations of the coefficients the data tell about, where columns of X were dropped for rank deficiency. */
import type { Table } from "../data/table.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns, solveUpperColumns } from "../math/orthonormal-basis.ts"
import type { Design } from "../models/formula/design.ts"
import { newDesign } from "../models/formula/new-design.ts"

/** A hierarchical model, or a fit with its data. */
export interface GriddedModel {
  readonly design: Design
  readonly data: Table
}

/** Values of a row, or means of several, in the columns that the design has and in those that it dropped. */
export type IsEstimable = (kept: ArrayLike<number>, dropped: ArrayLike<number>) => boolean

const ROUNDING = 1e-8

/**
 * A dropped column is a linear combination of those that were kept, over the rows of the data. An expectation of a row is
 * estimable when the row keeps to all of these combinations (Searle 1971, Linear Models, section 5.4).
 *
 * @param count columns that were dropped
 */
export function estimability({ design, data }: GriddedModel, count: number): IsEstimable {
  if (count === 0) return () => true
  const { leftOut, rowIndex } = newDesign(design, data, { random: false })
  const placeOf = new Map(Array.from(rowIndex, (row, i) => [row, i]))
  const places = Int32Array.from(design.rowIndex, (row) => placeOf.get(row)!)
  const { basis, coordinates } = orthonormaliseColumns(design.fixed.columns)
  const combinations = leftOut.columns.map((column) => {
    const used = Float64Array.from(places, (place) => column[place]!)
    const solution = Float64Array.from(basis, (direction) => dot(direction, used))
    solveUpperColumns(coordinates, solution)
    return solution
  })
  return (kept, dropped) => {
    return combinations.every((combination, k) => {
      const value = dropped[k]!
      const size = combination.reduce((sum, own, j) => sum + Math.abs(own * kept[j]!), Math.abs(value))
      const rest = combination.reduce((sum, own, j) => sum - own * kept[j]!, value)
      return Math.abs(rest) <= ROUNDING * Math.max(1, size)
    })
  }
}
