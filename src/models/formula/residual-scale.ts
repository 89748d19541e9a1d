/** What is known of each row's residual variance: prior weights, or standard errors that leave nothing to estimate. */
import { DataError, ModelError, OptionError, suggest } from "../../core/errors.ts"
import type { Table } from "../../data/table.ts"
import type { Design, ResidualScale } from "./design.ts"

export interface ResidualScaleOptions {
  /** Column of w: the residual variance of a row is σ²/w. */
  readonly weights?: string
  /** Column of standard errors: the residual sd of a row is known, as in a meta-analysis. */
  readonly se?: string
}

/**
 * The residual scale of a design's rows; null when neither option is given.
 * @throws OptionError when both are given; ModelError for no such column of numbers; DataError for a value that is missing
 *   or not positive in a row that is used
 */
export function readResidualScale(
  design: Pick<Design, "nobs" | "rowIndex">,
  table: Table,
  { weights, se }: ResidualScaleOptions,
): ResidualScale | null {
  if (weights !== undefined && se !== undefined) {
    throw new OptionError("weights and se are both given, expected one of them", {
      code: "conflicting-options",
      where: "option se",
      hint: "se says the residual sd of each row; weights w say that its variance is σ²/w",
    })
  }
  const kind = weights !== undefined ? "weights" : "se"
  const name = weights ?? se
  if (name === undefined) return null
  const column = table.columns.get(name)
  if (column?.kind !== "numeric") {
    const what = column === undefined ? "is not a column" : "is not a column of numbers"
    throw new ModelError(`"${name}" ${what} of ${table.name}`, {
      code: column === undefined ? "unknown-column" : "not-numeric",
      where: `option ${kind}`,
      hint: suggest(name, [...table.columns.keys()]),
    })
  }
  const values = new Float64Array(design.nobs)
  for (let i = 0; i < values.length; i++) {
    const row = design.rowIndex[i]!
    const value = column.values[row]!
    if (!(value > 0 && Number.isFinite(value))) {
      const found = Number.isNaN(value) ? "missing" : String(value)
      throw new DataError(`"${name}" is ${found} in row ${row + 1}, expected a positive number`, {
        code: "bad-residual-scale",
        where: `option ${kind}`,
        hint: "leave the row out, or correct the value",
      })
    }
    values[i] = value
  }
  return { kind, name, values }
}
