/** The rows of a model in the coordinates of its system, before and after they are whitened. */

import { orthonormaliseColumns } from "../../math/orthonormal-basis.ts"
import type { LmmSystem } from "../lmm-system.ts"
import { weightRows } from "../weights.ts"
import type { CorrelationTransform } from "./correlation.ts"

export interface Rows {
  /** Of X, p columns. */
  readonly basis: readonly Float64Array[]
  /** The response without what least squares explain, on the scale of the system. */
  readonly response: Float64Array
  /** Of each grouping factor: the columns that its levels multiply. */
  readonly factors: readonly (readonly Float64Array[])[]
}

/** Rows that known weights alone have rescaled. */
export function rowsOf(base: LmmSystem): Rows {
  const { design, leastSquares, responseScale, weights, factors } = base
  const rows = weights === null ? design : weightRows(design, weights)
  const { basis } = orthonormaliseColumns(rows.fixed.columns)
  const response = rows.response.values.map((value, i) => {
    let rest = value - (rows.offset?.[i] ?? 0)
    rows.fixed.columns.forEach((column, j) => {
      rest -= column[i]! * leastSquares[j]!
    })
    return rest / responseScale
  })
  return { basis, response, factors: factors.map(({ columns }) => columns) }
}

/** Copies that are multiplied by W. */
export function whitenRows({ basis, response, factors }: Rows, transform: CorrelationTransform): Rows {
  const whiten = (column: Float64Array): Float64Array => {
    const out = Float64Array.from(column)
    transform.whiten(out)
    return out
  }
  return {
    basis: basis.map(whiten),
    response: whiten(response),
    factors: factors.map((columns) => columns.map(whiten)),
  }
}
