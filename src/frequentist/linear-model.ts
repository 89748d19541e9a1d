/** The linear model by least squares, as R's `lm` reports it: the analysis without random effects. */

import studentCdf from "@stdlib/stats-base-dists-t-cdf"
import { ModelError, OptionError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import type { TableInput } from "../data/to-table.ts"
import { toTable } from "../data/to-table.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns } from "../math/orthonormal-basis.ts"
import { invertPositiveDefinite } from "../math/small-dense.ts"
import { buildDesign, type DesignOptions } from "../models/formula/build-design.ts"
import type { Design } from "../models/formula/design.ts"
import { newDesign } from "../models/formula/new-design.ts"
import type { Comparable } from "./comparable.ts"
import type { Interval } from "./confint.ts"
import { restrict } from "./kenward-roger.ts"
import { fitWithoutRandom } from "./likelihood-ratio.ts"
import type { FixedEffect } from "./lmm-estimate.ts"
import { fitOls, inverseCrossProduct } from "./ols.ts"
import type { PredictedRow } from "./predict.ts"
import { readKnownWeights } from "./read-weights.ts"
import { studentQuantile } from "./student-quantile.ts"
import { fTail } from "./tail-probabilities.ts"
import type { TestType } from "./term-contrasts.ts"
import { termContrasts } from "./term-contrasts.ts"
import { mergeOptions, notFromFormula, readUpdate } from "./update-options.ts"
import { checkWeights, weightRows } from "./weights.ts"

export interface OlsOptions extends DesignOptions {
  /** Known w of the residual variances σ²/w: a column of the data, or one number for each of its rows. */
  readonly weights?: string | ArrayLike<number>
  /** A column of the data to add to the linear predictor. */
  readonly offset?: string
}

/** What `update` changes: options take their new values, `null` takes one away; `data` replaces the table. */
export type OlsChanges = {
  readonly [Name in keyof OlsOptions]?: OlsOptions[Name] | null
} & { readonly data?: TableInput }

export interface LinearAnovaRow {
  /** A term of the formula, or `Residuals`. */
  readonly term: string
  readonly df: number
  readonly sumSq: number
  readonly meanSq: number
  /** Null for the residuals, with `p`. */
  readonly F: number | null
  readonly p: number | null
}

/** F test of a model within a larger one, or of all coefficients but the intercept. */
export interface NestedFTest {
  readonly F: number
  readonly ndf: number
  readonly ddf: number
  readonly p: number
}

export interface LinearModel {
  readonly formula: string
  readonly method: "OLS"
  readonly nobs: number
  /** Residual degrees of freedom, n − p. */
  readonly df: number
  readonly rss: number
  /** Residual standard deviation, `sqrt(rss / df)`. */
  readonly sigma: number
  /** Share of the variance about the mean (about zero without an intercept); NaN when there is none. */
  readonly rSquared: number
  readonly adjustedRSquared: number
  /** Of all coefficients but the intercept; null when there are none. */
  readonly overall: NestedFTest | null
  /** By maximum likelihood, as R's `logLik`, with `aic` and `bic`. */
  readonly logLik: number
  readonly aic: number
  readonly bic: number
  readonly fixed: readonly FixedEffect[]
  /** Row-major p × p. */
  readonly vcov: Float64Array
  /** On the scale of the data, offset included. */
  readonly fitted: Float64Array
  readonly residuals: Float64Array
  readonly design: Design
  readonly weights: Float64Array | null
  /** Sequential (1), marginal in the sense of Fox (2) or with sum contrasts (3) tests of the terms; 1, as R's `anova`. */
  anova(options?: { readonly type?: TestType }): readonly LinearAnovaRow[]
  /** Student's intervals, named as a mixed model's: `b[x]`. */
  confint(level?: number): readonly Interval[]
  predict(table?: TableInput, options?: LinearPredictOptions): readonly PredictedRow[]
  /** The model with another formula, options or data, as a mixed model's: `fit.update(". ~ . - x")`. */
  update(change: string | OlsChanges, changes?: OlsChanges): LinearModel
  /** What a likelihood-ratio test with a mixed model needs of it. */
  comparable(method: "REML" | "ML"): Comparable
}

export interface LinearPredictOptions {
  readonly level?: number
  /** `confidence` (the default) for the mean response, `prediction` for a new one. */
  readonly interval?: "confidence" | "prediction"
}

/**
 * Ordinary (with weights, weighted) least squares of a formula without bars; factors, interactions and contrasts as in
 * the mixed models. Columns that depend on others are dropped, `design.messages` says which.
 *
 * @throws ModelError for a formula with a bar
 * @throws what `buildDesign` and `fitOls` throw
 */
export function ols(formula: string, data: TableInput, options: OlsOptions = {}): LinearModel {
  const table = toTable(data)
  return {
    ...fitFormula(formula, table, options),
    update: (change, changes) => {
      const updated = readUpdate(formula, table, change, changes)
      return ols(updated.formula, updated.table, mergeOptions(options, updated.changed))
    },
  }
}

function fitFormula(formula: string, table: Table, options: OlsOptions): LinearModel {
  const { weights, offset, ...rest } = options
  const full = offset === undefined ? formula : `${formula} + offset(\`${offset}\`)`
  const complete = typeof weights === "string" ? [weights] : []
  const design = buildDesign(full, table, { ...rest, complete: [...(rest.complete ?? []), ...complete] })
  const known = weights === undefined ? null : readKnownWeights(design, table, weights)
  return fitLinearModel(design, known)
}

/** As {@link ols}, from a design. */
function fitLinearModel(design: Design, weights: Float64Array | null = null): LinearModel {
  const [bar] = design.random
  if (bar !== undefined) {
    throw new ModelError(
      `least squares has no random term, found (${bar.terms.join(" + ")} | ${bar.group})`,
      {
        code: "random-term",
        where: design.formula,
        hint: "fit it with reml(), or take the bar out",
      },
    )
  }
  if (weights !== null) checkWeights(design, weights)
  const weighted = weights === null ? design : weightRows(design, weights)
  const { estimate, se, sigma, df, rss } = fitOls(weighted)
  const p = estimate.length
  const n = design.nobs
  const fitted = Float64Array.from({ length: n }, (_, i) => {
    let value = design.offset?.[i] ?? 0
    for (let j = 0; j < p; j++) value += design.fixed.columns[j]![i]! * estimate[j]!
    return value
  })
  const unscaled = inverseCrossProduct(weighted.fixed.columns)
  const vcov = unscaled.map((value) => value * sigma * sigma)
  const total = totalSquares(design, fitted, weights)
  const model = p - (total.centred ? 1 : 0)
  const rSquared = 1 - rss / (rss + total.explained)
  const fixed = design.fixed.names.map((name, j): FixedEffect => {
    const t = estimate[j]! / se[j]!
    return { name, estimate: estimate[j]!, se: se[j]!, df, t, p: 2 * studentCdf(-Math.abs(t), df) }
  })
  let logLik = -0.5 * n * (1 + Math.log((2 * Math.PI * rss) / n))
  if (weights !== null) for (const weight of weights) logLik += 0.5 * Math.log(weight)
  return {
    formula: design.formula,
    method: "OLS",
    nobs: n,
    df,
    rss,
    sigma,
    rSquared,
    adjustedRSquared: 1 - ((1 - rSquared) * (n - (total.centred ? 1 : 0))) / df,
    overall: model === 0 ? null : fTest(total.explained, model, rss, df),
    logLik,
    aic: -2 * logLik + 2 * (p + 1),
    bic: -2 * logLik + Math.log(n) * (p + 1),
    fixed,
    vcov,
    fitted,
    residuals: fitted.map((value, i) => design.response.values[i]! - value),
    design,
    weights,
    anova: (options = {}) => anovaOf(weighted, fixed, vcov, sigma, df, rss, options.type ?? 1),
    confint: (level = 0.95) => {
      const quantile = studentQuantile(0.5 + 0.5 * checkLevel(level), df)
      return fixed.map(({ name, estimate: centre, se: spread }) => {
        return {
          name: `b[${name}]`,
          estimate: centre,
          lower: centre - quantile * spread,
          upper: centre + quantile * spread,
        }
      })
    },
    predict: (table, options = {}) => predictLinear({ design, fixed, vcov, sigma, df }, table, options),
    update: () => {
      throw notFromFormula(design.formula, "ols(formula, data)")
    },
    comparable: (method) => fitWithoutRandom(design, method, weights),
  }
}

/**
 * F test of `smaller` within `larger`: `{(rss₀ − rss₁)/q} / {rss₁/df₁}`.
 *
 * @throws ModelError for fits to different rows, responses or weights, or when the larger model does not contain the
 *   smaller
 */
export function nestedFTest(smaller: LinearModel, larger: LinearModel): NestedFTest {
  checkNested(smaller, larger)
  return fTest(smaller.rss - larger.rss, smaller.df - larger.df, larger.rss, larger.df)
}

function fTest(explained: number, ndf: number, rss: number, ddf: number): NestedFTest {
  const F = explained / ndf / (rss / ddf)
  return { F, ndf, ddf, p: fTail(F, ndf, ddf) }
}

function checkNested(smaller: LinearModel, larger: LinearModel): void {
  const where = `${smaller.formula} within ${larger.formula}`
  const fail = (message: string, hint: string): ModelError => {
    return new ModelError(message, { code: "not-nested", where, hint })
  }
  const a = smaller.design
  const b = larger.design
  const sameRows = a.nobs === b.nobs && a.rowIndex.every((row, i) => row === b.rowIndex[i])
  if (!sameRows) {
    throw fail(
      `the two models are fitted to different rows (${a.nobs} and ${b.nobs})`,
      'leave out the rows where a variable of either formula is missing, subset "!is.na(x)", and fit both again',
    )
  }
  if (
    !a.response.values.every((value, i) => value === b.response.values[i]) ||
    !sameNumbers(smaller, larger)
  ) {
    throw fail("the two models have different responses, offsets or weights", "fit both to the same")
  }
  const { basis } = orthonormaliseColumns(b.fixed.columns)
  const outside = a.fixed.columns.findIndex((column) => {
    const shares = basis.map((direction) => dot(direction, column))
    const inside = shares.reduce((sum, share) => sum + share * share, 0)
    const total = dot(column, column)
    return total - inside > 1e-10 * total
  })
  if (outside !== -1) {
    throw fail(
      `the coefficient ${a.fixed.names[outside]} is in the smaller model alone`,
      "name the smaller model first",
    )
  }
  if (smaller.df <= larger.df) {
    throw fail("the larger model has no coefficient more than the smaller", "name the smaller model first")
  }
}

function sameNumbers(a: LinearModel, b: LinearModel): boolean {
  const same = (x: Float64Array | null, y: Float64Array | null): boolean => {
    return x === null || y === null ? x === y : x.every((value, i) => value === y[i])
  }
  return same(a.weights, b.weights) && same(a.design.offset, b.design.offset)
}

/** Sum of squares of each term: `(Lb)'(L(X'X)⁻¹L')⁻¹Lb`. */
function anovaOf(
  weighted: Design,
  fixed: readonly FixedEffect[],
  vcov: Float64Array,
  sigma: number,
  df: number,
  rss: number,
  type: TestType,
): readonly LinearAnovaRow[] {
  const p = fixed.length
  const rows = termContrasts(weighted, type).map(({ term, rows: q, contrast }): LinearAnovaRow => {
    const values = Float64Array.from({ length: q }, (_, k) => {
      return fixed.reduce((sum, { estimate }, j) => sum + contrast[k * p + j]! * estimate, 0)
    })
    const inverse = new Float64Array(q * q)
    invertPositiveDefinite(restrict(vcov, contrast, q, p), 0, q, inverse, 0, new Float64Array(q * q))
    let squares = 0
    for (let a = 0; a < q; a++)
      for (let b = 0; b < q; b++) squares += values[a]! * inverse[a * q + b]! * values[b]!
    const F = squares / q
    const sumSq = squares * sigma * sigma
    return { term, df: q, sumSq, meanSq: sumSq / q, F, p: fTail(F, q, df) }
  })
  return [...rows, { term: "Residuals", df, sumSq: rss, meanSq: rss / df, F: null, p: null }]
}

/** Weighted squares of the fitted values, the offset aside, about their mean where an intercept is in the model. */
function totalSquares(
  design: Design,
  fitted: Float64Array,
  weights: Float64Array | null,
): { readonly explained: number; readonly centred: boolean } {
  const centred = design.fixed.names.includes("(Intercept)")
  const value = (i: number): number => fitted[i]! - (design.offset?.[i] ?? 0)
  let sum = 0
  let weight = 0
  for (let i = 0; i < fitted.length; i++) {
    const w = weights?.[i] ?? 1
    sum += w * value(i)
    weight += w
  }
  const centre = centred ? sum / weight : 0
  let explained = 0
  for (let i = 0; i < fitted.length; i++) explained += (weights?.[i] ?? 1) * (value(i) - centre) ** 2
  return { explained, centred }
}

function predictLinear(
  { design, fixed, vcov, sigma, df }: Pick<LinearModel, "design" | "fixed" | "vcov" | "sigma" | "df">,
  table: TableInput | undefined,
  options: LinearPredictOptions,
): readonly PredictedRow[] {
  const quantile = studentQuantile(0.5 + 0.5 * checkLevel(options.level ?? 0.95), df)
  const rows = table === undefined ? design : newDesign(design, toTable(table), { random: false })
  const extra = options.interval === "prediction" ? sigma * sigma : 0
  const p = fixed.length
  return Array.from({ length: rows.nobs }, (_, i): PredictedRow => {
    const x = rows.fixed.columns.map((column) => column[i]!)
    let value = rows.offset?.[i] ?? 0
    let variance = 0
    for (let a = 0; a < p; a++) {
      value += x[a]! * fixed[a]!.estimate
      for (let b = 0; b < p; b++) variance += x[a]! * vcov[a * p + b]! * x[b]!
    }
    const half = quantile * Math.sqrt(variance + extra)
    return {
      row: rows.rowIndex[i]! + 1,
      fit: value,
      se: Math.sqrt(variance),
      lower: value - half,
      upper: value + half,
    }
  })
}

function checkLevel(level: number): number {
  if (level > 0 && level < 1) return level
  throw new OptionError(`found level ${level}, expected a probability between 0 and 1`, {
    code: "bad-level",
    where: "option level",
    hint: "for instance 0.95",
  })
}
