/** From a formula and a table to a fitted model, in one call. */

import { ModelError, OptionError, suggest } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import type { TableInput } from "../data/to-table.ts"
import { toTable } from "../data/to-table.ts"
import type { DesignOptions } from "../models/formula/build-design.ts"
import { buildDesign } from "../models/formula/build-design.ts"
import type { FitLmmOptions } from "./fit-lmm.ts"
import { fitLmm } from "./fit-lmm.ts"
import type { LmmFit } from "./lmm-fit.ts"

/** Options of the fit (`method`, `start`, `signal`) and of the design (`contrasts`, `factor`, `numeric`, …). */
export interface RemlOptions extends Omit<FitLmmOptions, "weights">, DesignOptions {
  /** Known w of the residual variances σ²/w: a column of the data, or one number for each of its rows. */
  readonly weights?: string | ArrayLike<number>
  /** A column of the data to add to the linear predictor, as `offset(column)` in the formula would. */
  readonly offset?: string
}

/**
 * Fits `formula` to `data` by REML, or by maximum likelihood with `method: "ML"`.
 *
 * @param formula in lme4's notation: `log_radon ~ floor + (floor | county)`
 * @param data a table, an Arquero table, columns or rows
 * @throws what `buildDesign` and `fitLmm` throw; ModelError when `weights` names no column of numbers
 */
export function reml(formula: string, data: TableInput, options: RemlOptions = {}): LmmFit {
  const table = toTable(data)
  const { offset, weights, ...rest } = options
  const full = offset === undefined ? formula : `${formula} + offset(\`${offset}\`)`
  const design = buildDesign(full, table, rest)
  if (weights === undefined) return fitLmm(design, rest)
  const values = readWeights(table, weights)
  return fitLmm(design, { ...rest, weights: Float64Array.from(design.rowIndex, (row) => values[row]!) })
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
