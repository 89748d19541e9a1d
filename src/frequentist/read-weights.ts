/** Known weights as a user gives them, in the rows of a design. */

import { ModelError, OptionError, suggest } from "../core/errors.ts"
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

function readWeights(table: Table, weights: string | ArrayLike<number>): ArrayLike<number> {
  if (typeof weights === "string") {
    const column = table.columns.get(weights)
    if (column?.kind === "numeric") return column.values
    const what = column === undefined ? "is not a column" : "is not a column of numbers"
    throw new ModelError(`"${weights}" ${what} of ${table.name}`, {
      code: column === undefined ? "unknown-column" : "not-numeric",
      where: "option weights",
      hint: suggest(weights, [...table.columns.keys()]),
    })
  }
  if (weights.length === table.rows) return weights
  throw new OptionError(`there are ${weights.length} weights for ${table.rows} rows of ${table.name}`, {
    code: "bad-weights",
    where: "option weights",
    hint: "give one weight for each row of the table",
  })
}
