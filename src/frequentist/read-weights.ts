/** Known weights as a user gives them, in the rows of a design. */

import { DataError, ModelError, OptionError, suggest } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import type { Design } from "../models/formula/design.ts"

/**
 * @param weights a column of the table, or one number for each of its rows
 * @returns length nobs; whether they are positive is for `checkWeights` to say
 * @throws ModelError when there is no such column of numbers, OptionError for a list of another length
 */
export function readKnownWeights(
  design: Design,
  table: Table,
  weights: string | ArrayLike<number>,
): Float64Array {
  const values = readWeights(table, weights)
  return Float64Array.from(design.rowIndex, (row) => values[row]!)
}

/**
 * Known standard deviations of the residuals, as {@link readKnownWeights} reads weights.
 *
 * @throws DataError for one that is not positive and finite
 */
export function readStandardErrors(
  design: Design,
  table: Table,
  se: string | ArrayLike<number>,
): Float64Array {
  const values = readWeights(table, se, "se")
  const errors = Float64Array.from(design.rowIndex, (row) => values[row]!)
  // Their squares, and one over these, must be numbers too.
  const bad = errors.findIndex((value) => !(value > 1e-150 && value < 1e150))
  if (bad === -1) return errors
  throw new DataError(
    `the standard error in row ${(design.rowIndex[bad] ?? bad) + 1} is ${errors[bad]}, expected a positive number`,
    {
      code: "bad-residual-scale",
      where: "option se",
      hint: "leave the row out, or correct the value",
    },
  )
}

function readWeights(
  table: Table,
  weights: string | ArrayLike<number>,
  option: "weights" | "se" = "weights",
): ArrayLike<number> {
  if (typeof weights === "string") {
    const column = table.columns.get(weights)
    if (column?.kind === "numeric") return column.values
    const what = column === undefined ? "is not a column" : "is not a column of numbers"
    throw new ModelError(`"${weights}" ${what} of ${table.name}`, {
      code: column === undefined ? "unknown-column" : "not-numeric",
      where: `option ${option}`,
      hint: suggest(
        weights,
        [...table.columns].filter(([, { kind }]) => kind === "numeric").map(([name]) => name),
      ),
    })
  }
  if (weights.length === table.rows) return weights
  const what = option === "se" ? "standard errors" : "weights"
  throw new OptionError(`there are ${weights.length} ${what} for ${table.rows} rows of ${table.name}`, {
    code: "bad-weights",
    where: `option ${option}`,
    hint: "give one for each row of the table",
  })
}
