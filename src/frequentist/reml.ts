/** From a formula and a table to a fitted model, in one call. */

import type { TableInput } from "../data/to-table.ts"
import { toTable } from "../data/to-table.ts"
import type { DesignOptions } from "../models/formula/build-design.ts"
import { buildDesign } from "../models/formula/build-design.ts"
import type { FitLmmOptions } from "./fit-lmm.ts"
import { fitLmm } from "./fit-lmm.ts"
import type { LmmFit } from "./lmm-fit.ts"

/** Options of the fit (`method`, `start`, `signal`) and of the design (`contrasts`, `factor`, `numeric`, …). */
export interface RemlOptions extends FitLmmOptions, DesignOptions {}

/**
 * Fits `formula` to `data` by REML, or by maximum likelihood with `method: "ML"`.
 *
 * @param formula in lme4's notation: `log_radon ~ floor + (floor | county)`
 * @param data a table, an Arquero table, columns or rows
 * @throws what `buildDesign` and `fitLmm` throw
 */
export function reml(formula: string, data: TableInput, options: RemlOptions = {}): LmmFit {
  return fitLmm(buildDesign(formula, toTable(data), options), options)
}
