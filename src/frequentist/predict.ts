/** Predictions from a fitted mixed model. */

import { DataError, ModelError, OptionError } from "../core/errors.ts"
import type { TableInput } from "../data/to-table.ts"
import { toTable } from "../data/to-table.ts"
import { normalQuantile } from "../math/normal-quantile.ts"
import type { RandomDesign } from "../models/formula/design.ts"
import { type NewLevels, newDesign } from "../models/formula/new-design.ts"
import type { LmmEstimate, RandomEffects } from "./lmm-estimate.ts"
import type { RandomShare } from "./predictor-variance.ts"
import { predictorVariance } from "./predictor-variance.ts"
import { residualTransform, workingOf } from "./structures/fitted-structure.ts"

export interface PredictOptions {
  /** `known` (the default) adds the BLUPs of the levels that the fit knows; `none` predicts from the fixed effects. */
  readonly random?: "known" | "none"
  /** What to do with a level that the fit does not know: an error (the default), or random effects of zero. */
  readonly newLevels?: "error" | "zero"
  /** Whether to compute standard errors and intervals; true by default. */
  readonly se?: boolean
  /** `confidence` (the default) for the predictor, `prediction` for a new response with it. */
  readonly interval?: "confidence" | "prediction"
  /** Probability that the interval is to cover; .95 by default. */
  readonly level?: number
}

export interface PredictedRow {
  /** Row of the table, counted from 1. Rows where a predictor is missing are left out. */
  readonly row: number
  readonly fit: number
  /** Of fit − truth, variance parameters taken as known; null when not asked for. */
  readonly se: number | null
  /** Normal interval; null with `se`. */
  readonly lower: number | null
  readonly upper: number | null
}

/** Rows to predict, coded as the fit's. */
export interface PredictRows {
  readonly nobs: number
  readonly rowIndex: Int32Array
  readonly offset: Float64Array | null
  readonly columns: readonly Float64Array[]
  readonly random: readonly RandomDesign[]
  /** Of each random term, the levels behind codes of −1. */
  readonly newLevels: readonly NewLevels[]
}

/**
 * Predicts new rows, coded as the rows of the fit were. A standard error is that of the linear predictor, prediction
 * minus truth: with `random: "known"` BLUPs count as estimates of random variables, and where a level is new and
 * `newLevels` is `zero` the variance of the random effects it will have is added; with `random: "none"` it is that of
 * Xβ̂. The prediction interval adds the residual variance, that of a row of weight one and, with a variance function, its
 * stratum or covariate; correlation with rows of the fit is not used.
 *
 * @param table the new rows; the rows of the fit when left out
 * @throws DataError for a level that the fit does not know, unless `newLevels` is `zero`, and what `newDesign` throws
 * @throws ModelError when the fit has an offset that new rows do not have
 * @throws OptionError for a level of confidence that is no probability
 */
export function predict(
  fit: LmmEstimate,
  table?: TableInput,
  options: PredictOptions = {},
): readonly PredictedRow[] {
  const level = checkLevel(options.level ?? 0.95)
  const random = options.random ?? "known"
  const rows = readRows(fit, table, random)
  const codes = rows.random.map((term) => locateLevels(fit, term, rows, options.newLevels ?? "error"))
  const fitted = predictRows(fit, rows, codes)
  const sds = (options.se ?? true) ? standardErrors(fit, rows, codes) : undefined
  const z = normalQuantile(0.5 + 0.5 * level)
  const extra = options.interval === "prediction" ? residualVariances(fit, table, rows) : () => 0
  return Array.from(fitted, (value, i): PredictedRow => {
    const row = rows.rowIndex[i]! + 1
    if (sds === undefined) return { row, fit: value, se: null, lower: null, upper: null }
    const se = sds[i]!
    const half = z * Math.sqrt(se * se + extra(i))
    return { row, fit: value, se, lower: value - half, upper: value + half }
  })
}

/** @throws OptionError for a level of confidence that is no probability */
export function checkLevel(level: number): number {
  if (level > 0 && level < 1) return level
  throw new OptionError(`found level ${level}, expected a probability between 0 and 1`, {
    code: "bad-level",
    where: "option level",
    hint: "for instance level: 0.95",
  })
}

/** σ² times the variance function's factor of a row, where there is one. */
export function residualVariances(
  fit: LmmEstimate,
  table: TableInput | undefined,
  rows: PredictRows,
): (i: number) => number {
  const { structure } = fit.state
  const residual = structure?.model.residual
  if (structure === null || residual === null || residual === undefined) return () => fit.sigma ** 2
  const factors =
    table === undefined
      ? residualTransform(structure)!.factors
      : residual.factorsOf(workingOf(structure), toTable(table), rows.rowIndex)
  return (i) => (fit.sigma * (factors?.[i] ?? 1)) ** 2
}

/** What predictions are made of. */
export interface Coefficients {
  readonly fixed: readonly { readonly estimate: number }[]
  readonly randomEffects: readonly Omit<RandomEffects, "conditionalVariances">[]
}

/** The new rows, or those of the fit; `random: "none"` has no random terms. */
export function readRows(
  fit: LmmEstimate,
  table: TableInput | undefined,
  random: "known" | "none",
): PredictRows {
  const { design } = fit
  if (table === undefined) {
    const { nobs, rowIndex, offset, fixed } = design
    const effects = random === "none" ? [] : design.random
    return { nobs, rowIndex, offset, columns: fixed.columns, random: effects, newLevels: [] }
  }
  const made = newDesign(design, toTable(table), { random: random === "known" })
  if (made.offset === null && design.offset !== null) {
    throw new ModelError("the offset of the fit was given as numbers, which new rows do not have", {
      code: "no-offset",
      where: fit.formula,
      hint: "put it into the formula, + offset(column)",
    })
  }
  return { ...made, columns: made.fixed.columns }
}

/** Codes of the rows; −1 where the random effects are zero. */
export function locateLevels(
  fit: LmmEstimate,
  term: RandomDesign,
  rows: PredictRows,
  newLevels: "error" | "zero",
): Int32Array {
  const unknown = term.codes.indexOf(-1)
  if (unknown >= 0 && newLevels === "error") {
    const { codes, levels } = rows.newLevels[rows.random.indexOf(term)]!
    throw new DataError(
      `level "${levels[codes[unknown]!]}" of ${term.group} in row ${rows.rowIndex[unknown]! + 1} was not in the data of the fit`,
      {
        code: "new-level",
        where: fit.formula,
        hint: "predict with random effects of zero for new levels (newLevels: zero, on the command line --new-levels zero), or from the fixed effects alone (random: none)",
      },
    )
  }
  return term.codes
}

/** Offset, Xβ̂ and the BLUPs of the levels that the fit knows, one number a row. */
export function predictRows(
  fit: Coefficients,
  rows: PredictRows,
  codes: readonly Int32Array[],
): Float64Array {
  const fitted = new Float64Array(rows.nobs)
  if (rows.offset !== null) fitted.set(rows.offset)
  rows.columns.forEach((column, j) => {
    for (let i = 0; i < fitted.length; i++) fitted[i] = fitted[i]! + column[i]! * fit.fixed[j]!.estimate
  })
  for (const { group, values, offsets, q, columns, k } of randomParts(fit, rows)) {
    const effects = fit.randomEffects[group]!
    for (let i = 0; i < fitted.length; i++) {
      const code = codes[k]![i]!
      if (code < 0) continue
      for (let t = 0; t < q; t++) {
        if (offsets[t]! < 0) continue
        fitted[i] = fitted[i]! + columns[t]![i]! * values[code * effects.terms.length + offsets[t]!]!
      }
    }
  }
  return fitted
}

/** Where the BLUPs of each bar stand; a coefficient named in two bars of a factor is one sum, and counted once. */
function randomParts(fit: Coefficients, rows: PredictRows) {
  const counted = new Set<string>()
  return rows.random.map((term, k) => {
    const group = fit.randomEffects.findIndex((entry) => {
      return entry.group === term.group && entry.levels.length === term.levels.length
    })
    const effects = fit.randomEffects[group]!
    const offsets = term.terms.map((name) => {
      const key = `${group}/${name}`
      if (counted.has(key)) return -1
      counted.add(key)
      return effects.terms.indexOf(name)
    })
    return { k, group, values: effects.values, offsets, q: term.terms.length, columns: term.columns }
  })
}

function standardErrors(fit: LmmEstimate, rows: PredictRows, codes: readonly Int32Array[]): Float64Array {
  const varianceOf = predictorVariance(fit)
  const x = new Float64Array(rows.columns.length)
  return Float64Array.from({ length: rows.nobs }, (_, i) => {
    rows.columns.forEach((column, j) => {
      x[j] = column[i]!
    })
    let variance = 0
    const shares: RandomShare[] = []
    rows.random.forEach((term, k) => {
      const z = Float64Array.from(term.columns, (column) => column[i]!)
      const level = codes[k]![i]!
      if (level >= 0) shares.push({ designIndex: k, level, z })
      else variance += variancePart(fit, k, z)
    })
    return Math.sqrt(variance + varianceOf(x, shares))
  })
}

/** `z'Σz` of a random term: what a level not seen adds. */
function variancePart(fit: LmmEstimate, designIndex: number, z: Float64Array): number {
  const { covariance } = fit.covariances.find((entry) => entry.designIndex === designIndex)!
  let sum = 0
  for (let a = 0; a < z.length; a++) {
    for (let b = 0; b < z.length; b++) sum += z[a]! * covariance[a * z.length + b]! * z[b]!
  }
  return sum
}
