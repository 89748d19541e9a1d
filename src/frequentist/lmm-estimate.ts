/** The numbers that a fitted linear mixed model holds. */

import type { Table } from "../data/table.ts"
import type { Design } from "../models/formula/design.ts"
import type { Criterion, LmmMethod } from "./criterion.ts"
import type { VarianceSensitivity } from "./satterthwaite.ts"
import type { FittedStructure } from "./structures/fitted-structure.ts"
import type { ResidualEstimate } from "./structures/residual-model.ts"
import type { TermStructure } from "./structures/term-parameters.ts"

export interface FixedEffect {
  readonly name: string
  readonly estimate: number
  readonly se: number
  /** Satterthwaite degrees of freedom; null when they could not be computed, and with known residual variances. */
  readonly df: number | null
  /** `estimate / se`. */
  readonly t: number
  /** Two-sided, from Student's t with `df`; null with it. With known residual variances, from the normal distribution. */
  readonly p: number | null
}

/** A row of the variance components, as `reml --json` prints it. */
export type VarianceComponent =
  | { readonly group: string; readonly term: string; readonly sd: number; readonly variance: number }
  | {
      readonly group: string
      readonly term: string
      readonly term2: string
      readonly cov: number
      /** NaN when one of the two variances is zero. */
      readonly cor: number
    }
  | { readonly group: "residual"; readonly sd: number; readonly variance: number }

/** The random effects of one level of a grouping factor: `level`, then one number a coefficient. */
export interface RandomEffectRow {
  readonly level: string
  readonly [term: string]: number | string
}

export interface RandomEffects {
  readonly group: string
  readonly levels: readonly string[]
  /** Coefficients that vary, those of all bars with this factor; one named twice appears once, as its sum. */
  readonly terms: readonly string[]
  /** BLUPs, row-major levels × terms. */
  readonly values: Float64Array
  /** Of each level, row-major terms × terms: variance of the effects given y, β and the variance parameters. */
  readonly conditionalVariances: readonly Float64Array[]
}

/** The covariance matrix of one random term's coefficients. */
export interface TermCovariance {
  /** Index in `design.random`. */
  readonly designIndex: number
  readonly group: string
  readonly terms: readonly string[]
  readonly structure: TermStructure
  /** Row-major q × q. */
  readonly covariance: Float64Array
}

/** Where the search ended, for what is computed from it later. */
export interface FitState {
  /** Its workspace is overwritten by every evaluation: evaluate at `factors` before reading it. */
  readonly criterion: Criterion
  /** The optimum: T of each term in internal coordinates. */
  readonly factors: readonly Float64Array[]
  /** Derivatives and information at the optimum; null when the information is not positive definite. */
  readonly sensitivity: VarianceSensitivity | null
  /** Structures of random terms or residuals, and where in their terms the optimum is; null without any. */
  readonly structure: FittedStructure | null
}

export interface LmmEstimate {
  readonly formula: string
  readonly method: LmmMethod
  /** REML criterion, or −2 log likelihood for ML. */
  readonly criterion: number
  /** `−criterion / 2`. */
  readonly logLik: number
  /** Parameters counted by `aic` and `bic`: fixed effects, θ and the residual variance, as R counts them. */
  readonly parameters: number
  /** `criterion + 2 parameters`. */
  readonly aic: number
  /** `criterion + log(nobs) parameters`. */
  readonly bic: number
  /** Residual standard deviation; 1 where the standard deviations of the rows are known. */
  readonly sigma: number
  /** The residual standard deviations are known, 1/√w each: tests are normal, not Student's. */
  readonly residualKnown: boolean
  /**
   * Lower triangles of the relative covariance factors, column by column, diagonal ≥ 0; order of lme4. Of a structured
   * term its relative standard deviation and, for `cs`, its correlation.
   */
  readonly theta: Float64Array
  /** `county.(Intercept)`, `county.floor.(Intercept)`, `county.floor`. */
  readonly thetaNames: readonly string[]
  readonly nobs: number
  /** A covariance matrix of random effects has less than full rank. */
  readonly singular: boolean
  /** Rank of each random term's covariance matrix, in the order of θ. */
  readonly ranks: readonly { readonly group: string; readonly size: number; readonly rank: number }[]
  readonly converged: boolean
  /** What the optimiser tried, a line an attempt. */
  readonly log: readonly string[]
  /** Evaluations of the criterion with its gradient. */
  readonly evaluations: number
  /** Largest derivative of the criterion with respect to θ, for predictors scaled to unit mean square. */
  readonly gradientNorm: number
  /** As `gradientNorm`, the one-sided slopes at singular covariance matrices included. */
  readonly kktResidual: number
  /** Wall time of the fit, design matrices not included. */
  readonly seconds: number
  readonly fixed: readonly FixedEffect[]
  /** Covariance matrix of the fixed effects, row-major p × p. */
  readonly vcov: Float64Array
  readonly varcorr: readonly VarianceComponent[]
  /** The same as matrices, one a random term, in the order of θ. */
  readonly covariances: readonly TermCovariance[]
  readonly randomEffects: readonly RandomEffects[]
  /** Response on the scale of the data, offset and random effects included; length nobs. */
  readonly fitted: Float64Array
  /** `response − fitted`. */
  readonly residuals: Float64Array
  readonly design: Design
  /** The data that the design was made of; null for a fit of a design alone. */
  readonly source: Table | null
  /** Known factors w of the residual variances σ²/w, length nobs; null when all are one. */
  readonly weights: Float64Array | null
  /** Estimates of the residual structure: `{"ar1": 0.67}`; null without one. `sigma` is then the scale it multiplies. */
  readonly residual: ResidualEstimate | null
  readonly state: FitState
}

/** What a fit without structures can be restored from. */
export interface FittedModel {
  readonly design: Design
  readonly method: LmmMethod
  readonly weights: Float64Array | null
  /** As in `Criterion`. */
  readonly knownVariance: number | null
  /** T of each term in internal coordinates, as `LmmFit.state` holds them; they are not checked. */
  readonly factors: readonly Float64Array[]
}
