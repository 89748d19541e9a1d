/** Known weights of the rows: residual variances σ²/w. */

import { DataError, OptionError } from "../core/errors.ts"
import type { Design } from "../models/formula/design.ts"

/**
 * The design with response, offset, X and Z multiplied by √w row by row. Levels, names and `rowIndex` are shared.
 *
 * @param weights positive, length nobs; not changed
 */
export function weightRows(design: Design, weights: Float64Array): Design {
  const roots = weights.map(Math.sqrt)
  const scale = (column: Float64Array): Float64Array => column.map((value, i) => value * roots[i]!)
  const { response, offset, fixed, random } = design
  return {
    ...design,
    response: { ...response, values: scale(response.values) },
    offset: offset === null ? null : scale(offset),
    fixed: { ...fixed, columns: fixed.columns.map(scale) },
    random: random.map((term) => ({ ...term, columns: term.columns.map(scale) })),
  }
}

/**
 * @throws OptionError when there is not one weight for each row of the design
 * @throws DataError for a weight that is not positive and finite
 */
export function checkWeights(design: Design, weights: Float64Array): void {
  if (weights.length !== design.nobs) {
    throw new OptionError(`there are ${weights.length} weights for ${design.nobs} rows`, {
      code: "bad-weights",
      where: "option weights",
      hint: "give one weight for each row that the formula uses",
    })
  }
  const row = weights.findIndex((weight) => !(weight > 0 && weight < Number.POSITIVE_INFINITY))
  if (row === -1) return
  throw new DataError(
    `the weight in row ${(design.rowIndex[row] ?? row) + 1} is ${weights[row]}, expected a positive number`,
    {
      code: "bad-weights",
      where: "option weights",
      hint: 'leave rows without weight out by a subset ("w > 0"); residual variances are σ²/weight',
    },
  )
}
