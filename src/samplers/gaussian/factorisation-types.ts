/** What the likelihoods share, and the arrays of a factorisation: allocated once, overwritten by every evaluation. */
import type { SparseFactor } from "../../math/sparse-cholesky.ts"
import type { DenseArena } from "../../math/wasm-dense/arena.ts"
import type { Stream } from "../../random/stream.ts"
import type { GaussianStatistics } from "./statistics.ts"

/** Inverse covariance of one set of effects and the log determinant of the covariance. */
export interface SpreadValue {
  readonly q: number
  readonly inverse: Float64Array
  logDeterminant: number
}

/** The likelihood of the spreads with coefficients and effects integrated out, and exact draws of these. */
export interface Likelihood {
  /**
   * log p(y | spreads), up to what flat priors leave undetermined; −Infinity or NaN when a matrix is not positive
   * definite. Draws are given these spreads until the next call. `effects[k]` belongs to the model's k-th effects.
   */
  evaluate(effects: readonly SpreadValue[], variance: number): number
  /**
   * Writes the draw of the coefficients (and effects of all grouping factors but the one eliminated) that belongs to so many
   * standard normal draws into `state`.
   */
  drawCoefficients(state: Float64Array, noise: Float64Array): void
  /** Draws the effects of the eliminated factor given those; after `drawCoefficients`, once or not at all. */
  drawEffects(state: Float64Array, rng: Stream): void
  /** What the draws are made from, for code that evaluates elsewhere; null where there is no such code. */
  readonly workspace: Workspace | null
}

/** The equations of a model with one grouping factor at the spreads of the draws. */
export interface Workspace {
  /** Inverse covariance of a level's effects, row-major q × q. */
  readonly inverse: Float64Array
  /** As `Evaluate` of `one-factor-code.ts` leaves them. */
  readonly equations: Float64Array
  /** One value: the precision of the residuals. */
  readonly weights: Float64Array
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
  /** Cholesky factor of M, with one more row: `L_M⁻¹` times the right side, which is a view of that row. Where M is sparse, M alone. */
  readonly rest: Float64Array
  /** Of a sparse M in the order of its pivots. */
  readonly solvedRest: Float64Array
  /** The factor of M where it is sparse; null otherwise. */
  readonly sparse: SparseFactor | null
  /** Where M is large: the memory that both are in, whose kernels factorise it. */
  readonly arena: DenseArena | null
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
