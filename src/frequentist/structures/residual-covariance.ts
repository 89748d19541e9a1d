/**
 * The covariance matrix S of the residuals, for a σ of one, as a function of the parameters that Kenward and Roger's
 * adjustment has for it: those of SAS's PROC MIXED.
 */

import type { CorrelationEntries } from "./correlation.ts"
import type { Series } from "./series.ts"
import type { VarianceScales } from "./variance-function.ts"

export interface ResidualCovariance {
  /** Rows whose residuals are correlated; derivatives are of two places of one series. */
  readonly series: Series
  readonly count: number
  /** ∂S_ab / ∂η_i. */
  first(i: number, a: number, b: number): number
  /** ∂²S_ab / ∂η_i∂η_j; null where S is linear in η. */
  readonly second: ((i: number, j: number, a: number, b: number) => number) | null
}

/**
 * Variances and covariances where each is a parameter by itself (strata alone, `cs`, `toep`, `un`): S is linear in them. Else the
 * variances of the strata, or σ² and δ of a covariate, and the parameters of the correlation.
 *
 * @param factors g of each row
 * @param entries null for independent residuals
 * @param isJoint the strata are the times that have a correlation each, as in `un`
 */
export function describeCovariance(
  series: Series,
  factors: Float64Array | null,
  scales: VarianceScales,
  entries: CorrelationEntries | null,
  correlations: number,
  isJoint: boolean,
): ResidualCovariance {
  const { order } = series
  const { count: own, stratum } = scales
  const count = own + correlations
  const isLinear = entries === null || (entries.linear && (isJoint || own === 1))
  if (stratum !== null && isLinear) {
    return {
      series,
      count,
      first: (i, a, b) => {
        if (i < own) return a === b && stratum(order[a]!) === i ? 1 : 0
        return a === b ? 0 : entries!.first(i - own, a, b)
      },
      second: null,
    }
  }
  const scale = (a: number, b: number): number => {
    return factors === null ? 1 : factors[order[a]!]! * factors[order[b]!]!
  }
  const correlation = (a: number, b: number): number => entries?.value(a, b) ?? (a === b ? 1 : 0)
  const slope = (i: number, a: number, b: number): number => {
    return i < own ? scales.slope(i, order[a]!) + scales.slope(i, order[b]!) : 0
  }
  const curvature = (i: number, j: number, a: number, b: number): number => {
    if (i >= own || j >= own) return 0
    return scales.curvature(i, j, order[a]!) + scales.curvature(i, j, order[b]!)
  }
  const change = (i: number, a: number, b: number): number => (i < own ? 0 : entries!.first(i - own, a, b))
  return {
    series,
    count,
    first: (i, a, b) => scale(a, b) * (correlation(a, b) * slope(i, a, b) + change(i, a, b)),
    second: (i, j, a, b) => {
      const [si, sj] = [slope(i, a, b), slope(j, a, b)]
      const bend = i < own || j < own ? 0 : entries!.second(i - own, j - own, a, b)
      const product = correlation(a, b) * (si * sj + curvature(i, j, a, b))
      return scale(a, b) * (product + change(i, a, b) * sj + change(j, a, b) * si + bend)
    },
  }
}
