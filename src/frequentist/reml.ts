/** From a formula and a table to a fitted model, in one call. */

import { checkOptionNames, OptionError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import type { TableInput } from "../data/to-table.ts"
import { toTable } from "../data/to-table.ts"
import { buildDesign } from "../models/formula/build-design.ts"
import { checkTerms } from "./check-design.ts"
import { fitLmm } from "./fit-lmm.ts"
import type { RemlOptions } from "./fit-options.ts"
import type { LmmFit } from "./lmm-fit.ts"
import { readKnownWeights, readStandardErrors } from "./read-weights.ts"
import type { CorrelationSpec, VarianceSpec } from "./structures/parse-residual.ts"
import {
  columnsOfErrors,
  isCall,
  parseCorrelation,
  parseVariance,
  varianceOfCorrelation,
} from "./structures/parse-residual.ts"
import { makeResidualModel } from "./structures/residual-model.ts"
import { mergeOptions, readUpdate } from "./update-options.ts"

const OPTIONS: readonly (keyof RemlOptions)[] = [
  "method",
  "weights",
  "residual",
  "se",
  "offset",
  "collinear",
  "contrasts",
  "factor",
  "numeric",
  "complete",
  "subset",
  "maxMessages",
  "start",
  "search",
  "signal",
]

/**
 * Fits `formula` to `data` by REML, or by maximum likelihood with `method: "ML"`. Rows where a variable of the formula, a
 * weight, a time, a series or a stratum is missing are left out, and so are those outside the `subset`; `design.dropped`
 * and `design.subset` count them. `update` of the fit fits another formula, or with other options.
 *
 * @param formula in lme4's notation: `log_radon ~ floor + (floor | county)`
 * @param data a table, an Arquero table, columns or rows
 * @throws OptionError for an option that is not one of these
 * @throws what `buildDesign`, `checkTerms`, `parseCorrelation`, `parseVariance`, `makeResidualModel` and `fitLmm` throw; ModelError when `weights` names no column of numbers
 */
export function reml(formula: string, data: TableInput, options: RemlOptions = {}): LmmFit {
  checkOptionNames("reml", options, OPTIONS)
  const table = toTable(data)
  return {
    ...fitFormula(formula, table, options),
    update: (change, changes) => {
      const updated = readUpdate(formula, table, change, changes)
      const { start, search, ...rest } = options
      // θ of another formula is no start.
      return reml(
        updated.formula,
        updated.table,
        mergeOptions(updated.isFormula ? rest : options, updated.changed),
      )
    },
  }
}

function fitFormula(formula: string, table: Table, options: RemlOptions): LmmFit {
  const { offset, weights, residual, se, collinear = "error", ...rest } = options
  if (se !== undefined) refuseBeside(options)
  const full = offset === undefined ? formula : `${formula} + offset(\`${offset}\`)`
  const { known, variance } = splitWeights(weights)
  const correlation = residual === undefined ? null : parseCorrelation(residual)
  const spread = chooseVariance(correlation, variance)
  const outside = [known, se].filter((column) => typeof column === "string")
  const complete = [...(rest.complete ?? []), ...columnsOfErrors(correlation, spread), ...outside]
  const design = buildDesign(full, table, { ...rest, complete, residualKnown: se !== undefined })
  if (collinear === "error") checkTerms(design)
  const structure =
    correlation === null && spread === null
      ? null
      : makeResidualModel(design, table, rest, correlation, spread)
  const fitOptions = {
    ...rest,
    ...(structure === null ? {} : { residual: structure }),
    source: table,
  }
  if (se !== undefined) {
    const weightsOfErrors = readStandardErrors(design, table, se).map((value) => 1 / (value * value))
    return fitLmm(design, { ...fitOptions, weights: weightsOfErrors, residualKnown: true })
  }
  if (known === undefined) return fitLmm(design, fitOptions)
  return fitLmm(design, { ...fitOptions, weights: readKnownWeights(design, table, known) })
}

/** The variance function, which a correlation may bring with it. */
function chooseVariance(
  correlation: CorrelationSpec | null,
  variance: string | undefined,
): VarianceSpec | null {
  const brought = correlation === null ? null : varianceOfCorrelation(correlation)
  if (variance === undefined) return brought
  if (brought === null) return parseVariance(variance)
  throw new OptionError(`${correlation?.text} has a variance for each time, beside ${variance}`, {
    code: "conflicting-options",
    where: "option weights",
    hint: `leave ${variance} out, or write symm(…) for correlations alone`,
  })
}

/** Of the ways to say what the residuals are, standard errors leave room for no other. */
function refuseBeside({ weights, residual }: RemlOptions): void {
  const other = weights !== undefined ? "weights" : residual !== undefined ? "residual" : undefined
  if (other === undefined) return
  throw new OptionError(`se and ${other} are both given, expected one of them`, {
    code: "conflicting-options",
    where: "option se",
    hint: "se says the residual sd of each row; it leaves nothing to weigh, and the residuals are independent",
  })
}

type Weights = string | ArrayLike<number>

/** Known weights, and a variance function; at most one of each. */
function splitWeights(weights: RemlOptions["weights"]): {
  readonly known?: Weights
  readonly variance?: string
} {
  if (weights === undefined) return {}
  const parts = isList(weights) ? weights : [weights]
  const isFunction = (part: Weights): part is string => typeof part === "string" && isCall(part)
  const [variance, ...functions] = parts.filter(isFunction)
  const [known, ...columns] = parts.filter((part) => !isFunction(part))
  if (functions.length + columns.length > 0) {
    throw new OptionError("there are several weights of one kind", {
      code: "bad-weights",
      where: "option weights",
      hint: "give at most one column of known weights and one variance function",
    })
  }
  return { ...(known === undefined ? {} : { known }), ...(variance === undefined ? {} : { variance }) }
}

function isList(weights: NonNullable<RemlOptions["weights"]>): weights is readonly Weights[] {
  return Array.isArray(weights) && weights.some((part) => typeof part !== "number")
}
