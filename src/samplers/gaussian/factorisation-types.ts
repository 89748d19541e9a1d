/** The arrays of a factorisation, allocated once and overwritten by every evaluation. */
import type { GaussianStatistics } from "./statistics.ts"

/** Inverse covariance of one set of effects and the log determinant of the covariance. */
export interface SpreadValue {
  readonly q: number
  readonly inverse: Float64Array
  logDeterminant: number
}

/** Priors of the other columns: precision (0 is flat) and mean, measured from the centre. */
export interface RestPriors {
  readonly precision: Float64Array
  readonly mean: Float64Array
  /** Σ precision · mean², and Σ log precision of the proper ones. */
  readonly quadratic: number
  readonly logPrecision: number
}

export interface Factorisation {
  readonly statistics: GaussianStatistics
  readonly priors: RestPriors
  /** Cholesky factors of W, per level row-major q × q. */
  readonly own: Float64Array
  /** `L⁻¹` times each cross-product, and times each level's right side. */
  readonly solvedCross: Float64Array
  readonly solvedResponse: Float64Array
  /** Cholesky factor of M, and `L_M⁻¹` times its right side. */
  readonly rest: Float64Array
  readonly solvedRest: Float64Array
  readonly ownPrecision: Float64Array
  /** The other columns' draw, measured from the centre. */
  readonly draw: Float64Array
  /** q values. */
  readonly scratch: Float64Array
  /** log|W| + log|M| of the last factorisation. */
  logDeterminant: number
  /** What the levels contributed to it. */
  readonly eliminated: { quadratic: number; logDeterminant: number }
}
