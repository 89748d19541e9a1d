/** Correlation of the residuals within series. */

import type { Series } from "./series.ts"

export type CorrelationKind = "ar1" | "car1" | "cs" | "symm" | "un" | "toep"

export interface Correlation {
  readonly series: Series
  readonly parameters: readonly CorrelationParameter[]
  /** Unconstrained numbers that the search moves, one a parameter: where it begins. */
  readonly start: readonly number[]
  at(working: Float64Array): CorrelationTransform
  /** Where R⁻¹ is a mixture of that of a few values of the only parameter; null where it is not. */
  readonly mixture: CorrelationMixture | null
  /** Null where the residuals are independent because the parameter is on the boundary of its space. */
  entriesAt(working: Float64Array): CorrelationEntries | null
}

export interface CorrelationParameter {
  /** What tells it from the others of its structure; empty for the only one. */
  readonly label: string
  /** At all working values: φ of ar1 and car1, a correlation of the others. */
  value(working: Float64Array): number
  /** The working value of its own at which it has a value; null where that depends on the others. */
  readonly working: ((natural: number) => number) | null
  /** Scale on which an interval is symmetric, that of nlme: twice artanh, logit, log{(ρ + 1/(m − 1))/(1 − ρ)}. */
  readonly interval: { to(natural: number): number; from(value: number): number }
}

/** Correlation between two places of one series, and its derivatives in the parameters' values (not the working ones). */
export interface CorrelationEntries {
  value(a: number, b: number): number
  first(i: number, a: number, b: number): number
  second(i: number, j: number, a: number, b: number): number
  /** Each correlation is a parameter or one: covariances can be parameters instead. */
  readonly linear: boolean
}

/** `R⁻¹ = Σ w_k R_k⁻¹` with fixed R_k: cross-products need forming for these alone. */
export interface CorrelationMixture {
  readonly transforms: readonly CorrelationTransform[]
  /** Null at values where the sum would lose digits. */
  at(working: number): { readonly weights: readonly number[]; readonly logDet: number } | null
}

/** At one value of the parameter: `R = W⁻¹W⁻ᵀ`. Columns have one number a row of the design. */
export interface CorrelationTransform {
  /** Overwrites a column by W times it. */
  whiten(column: Float64Array): void
  /** Overwrites a column by W⁻¹ times it. */
  colour(column: Float64Array): void
  /** log |R|. */
  readonly logDet: number
}
