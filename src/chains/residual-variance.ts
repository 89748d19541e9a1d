/** Draws of the residual variance of rows: one for all, or scaled row by row by what is known. */
import { DataError, ModelError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import type { Design, ResidualScale } from "../models/formula/design.ts"
import { varianceDraws } from "./covariance-draws.ts"
import type { DrawsByName } from "./recorded-draws.ts"

/** Writes the draws of a row's residual variance into `out`: σ², σ²/w with a weight w, s² with a known standard error s. */
export type ResidualVariance = (row: number, out: Float64Array) => void

/** @throws DataError when the residual spread is estimated and was not recorded */
export function residualVariance(scale: ResidualScale | undefined, draws: DrawsByName): ResidualVariance {
  if (scale?.kind === "se") return (row, out) => out.fill(scale.values[row]! ** 2)
  const shared = varianceDraws("residual", draws)
  if (scale === undefined) return (_, out) => out.set(shared)
  return (row, out) => {
    const weight = scale.values[row]!
    for (let s = 0; s < out.length; s++) out[s] = shared[s]! / weight
  }
}

/**
 * What is known of the residual variances of new rows, by the column of the name that it had in the data.
 *
 * @param rowIndex row of the table that became each row
 * @throws DataError when the table lacks the column, or a value in it is no positive number
 */
export function newResidualScale(
  { residualScale }: Design,
  table: Table,
  rowIndex: Int32Array,
): ResidualScale | undefined {
  if (residualScale === undefined) return undefined
  const { kind, name } = residualScale
  const column = table.columns.get(name)
  const what = kind === "se" ? "standard errors" : "weights"
  if (column?.kind !== "numeric") {
    throw new DataError(
      `new responses need the ${what} in column "${name}", found ${column === undefined ? "no such column" : "text"}`,
      {
        code: "unknown-column",
        where: table.name,
        hint: "add the column, or predict expectations",
      },
    )
  }
  const values = Float64Array.from(rowIndex, (row) => column.values[row]!)
  const bad = values.findIndex((value) => !(value > 0 && Number.isFinite(value)))
  if (bad === -1) return { kind, name, values }
  throw new DataError(
    `found ${values[bad]} in row ${rowIndex[bad]! + 1} of the ${what}, expected a positive number`,
    {
      code: "not-positive",
      where: `column "${name}" of ${table.name}`,
      hint: "leave the row out",
    },
  )
}

/** @throws ModelError for a design whose rows stand for several observations: these cannot be left out or replicated one by one */
export function checkNotReduced({ reducedFrom, nobs }: Design, what: string): void {
  if (reducedFrom === undefined) return
  throw new ModelError(
    `${what} is about single observations, but ${reducedFrom.rows} rows were reduced to ${nobs}`,
    {
      code: "reduced-rows",
      where: "model",
      hint: "make the model without reducing its rows",
    },
  )
}
