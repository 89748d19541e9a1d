/** A fitted linear mixed model: its numbers, and what is computed from them when asked for. */

import type { TableInput } from "../data/to-table.ts"
import type { BootstrapLrt, BootstrapOptions, BootstrapParameters } from "./bootstrap.ts"
import type { ParallelBootstrapOptions } from "./bootstrap-parallel.ts"
import type { Comparable } from "./comparable.ts"
import type { ConfintOptions, Interval, ProfilePoint, profileZeta } from "./confint.ts"
import type { ContrastEstimate, EstimateOptions } from "./contrast-estimates.ts"
import type { ExactTestOptions, ExactVarianceTest } from "./exact-variance-test.ts"
import type { ExplainedVariance, IntraclassCorrelation } from "./explained-variance.ts"
import type { AnovaOptions, AnovaRow, ContrastOptions, DdfOptions, FTest, WaldTest } from "./f-test.ts"
import type { RemlChanges } from "./fit-options.ts"
import type { GroupLine } from "./group-coefficients.ts"
import type { KenwardRogerOptions } from "./kenward-roger.ts"
import type { LikelihoodRatioTest } from "./likelihood-ratio.ts"
import type { FixedEffect, LmmEstimate, RandomEffectRow } from "./lmm-estimate.ts"
import type { PredictedRow, PredictOptions } from "./predict.ts"
import type { BootstrapPredictOptions } from "./predict-bootstrap.ts"
import type { ResidualKind } from "./residuals.ts"
import type { SimulateOptions } from "./simulate.ts"

export type {
  FixedEffect,
  LmmEstimate,
  RandomEffectRow,
  RandomEffects,
  VarianceComponent,
} from "./lmm-estimate.ts"

export interface LmmFit extends LmmEstimate {
  /** BLUPs by group, levels in factor order. */
  ranef(): Record<string, RandomEffectRow[]>
  /** Standard deviations of the random effects given the data (β, θ and σ taken as known), laid out as `ranef()`. */
  ranefSd(): Record<string, RandomEffectRow[]>
  /** Fixed effects plus BLUPs, level by level, as R's `coef`. */
  coef(): Record<string, RandomEffectRow[]>
  /** The line of each group with group-level predictors worked in, and standard errors. */
  groupLines(group?: string): readonly GroupLine[]
  /** Length nobs; `response − fitted`, times √w, or that over σ. */
  residualsOf(kind: ResidualKind): Float64Array
  /** Share of the variance that lies between the groups. */
  icc(): readonly IntraclassCorrelation[]
  /** Marginal and conditional R². */
  rSquared(): ExplainedVariance
  /** Predictions for new rows, or for the rows of the fit. */
  predict(table?: TableInput, options?: PredictOptions): readonly PredictedRow[]
  /** The same with intervals by parametric bootstrap, of a new response unless told. */
  bootstrapPredict(table?: TableInput, options?: BootstrapPredictOptions): readonly PredictedRow[]
  /** Responses drawn from the fitted model, one array of length nobs each. */
  simulate(replicates: number, options?: SimulateOptions): readonly Float64Array[]
  /**
   * The same model fitted to another response of the rows used, length nobs, on the scale of the formula's left side.
   * @throws OptionError for another length, and what `fitLmm` throws
   */
  refit(response: ArrayLike<number>): LmmFit
  /**
   * The model with another formula, options or data, fitted anew, as R's `update`: `fit.update(". ~ . - floor")`,
   * `fit.update({ method: "ML" })`, `fit.update(". ~ . + x", { weights: null })`; null takes an option away, `data`
   * replaces the table. `start` is not kept for another formula. See `updateFormula`.
   * @throws ModelError for a fit that `reml` did not make, and what `updateFormula` and `reml` throw
   */
  update(change: string | RemlChanges, changes?: RemlChanges): LmmFit
  /** F tests of the terms of the fixed part. */
  anova(options?: AnovaOptions): readonly AnovaRow[]
  /** F test of any contrasts, rows of one number a fixed effect. */
  testContrast(contrast: readonly ArrayLike<number>[], options?: ContrastOptions): FTest
  /** Wald's χ² test; of all coefficients but the intercept when no contrast is given, null when there are none. */
  waldTest(contrast?: readonly ArrayLike<number>[]): WaldTest | null
  /** Linear combinations of the fixed effects, with t tests and intervals. */
  estimateContrasts(
    rows: readonly ArrayLike<number>[],
    options?: EstimateOptions,
  ): readonly ContrastEstimate[]
  /** Fixed effects with the standard errors, degrees of freedom and p values of a method. */
  testCoefficients(options?: DdfOptions): readonly FixedEffect[]
  /** Fixed effects with Kenward and Roger's standard errors and degrees of freedom. */
  kenwardRoger(options?: KenwardRogerOptions): readonly FixedEffect[]
  /** Wald, profile or bootstrap intervals of all parameters. */
  confint(options?: ConfintOptions): readonly Interval[]
  /** Profile zeta curves, for plots. */
  profile(options?: Parameters<typeof profileZeta>[1]): readonly ProfilePoint[]
  /** Parameters of refits to responses drawn from the model. */
  bootstrap(options?: BootstrapOptions): BootstrapParameters
  /** The same replicates over worker threads, with progress and without holding up this one. */
  bootstrapInParallel(options?: ParallelBootstrapOptions): Promise<BootstrapParameters>
  /** Likelihood-ratio test against a smaller model. */
  lrt(smaller: Comparable): LikelihoodRatioTest
  /** The same by bootstrap under the smaller model; that without random effects when none is given. */
  bootstrapLrt(smaller?: Comparable, options?: BootstrapOptions): BootstrapLrt
  /** The same statistics over worker threads, with progress and cancel, and without holding up this thread. */
  bootstrapLrtInParallel(smaller?: Comparable, options?: ParallelBootstrapOptions): Promise<BootstrapLrt>
  /** Exact (restricted) likelihood-ratio test of the variance, where there is a single one. */
  exactVarianceTest(options?: ExactTestOptions): ExactVarianceTest
}
