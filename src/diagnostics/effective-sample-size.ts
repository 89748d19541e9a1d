/**
 * The effective sample size of the mean of several series: S_eff = N M / τ̂, where τ̂ sums autocorrelations that combine
 * all series, cut off and smoothed as Geyer's initial monotone sequence.
 *
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), section 3.2, equations 10, 12 and 13;
 * Geyer (1992), Statistical Science 7, 473–483, section 3.3. Cut-off, end correction and bound follow the R package
 * `posterior`.
 */

import { lazyAutocovariance } from "./autocovariance.ts"
import { mean, variance } from "./moments.ts"

/**
 * The effective sample size of the mean of M series of length N, usually split chains.
 *
 * @param series arrays of one length, unchanged
 * @param means the mean of each, where known
 * @returns a number of at most S log₁₀ S, S = N M; NaN when N < 3, when a value is not finite, or all are equal
 */
export function effectiveSampleSize(
  series: readonly Float64Array[],
  means: Float64Array = Float64Array.from(series, (one) => mean(one)),
): number {
  const length = series[0]?.length ?? 0
  if (length < 3) return NaN
  const autocovariance = lazyAutocovariance(series, means)
  // W (N − 1)/N is the autocovariance at lag 0; B/N the variance of the means of the series.
  const within = (autocovariance(0) * length) / (length - 1)
  const between = series.length > 1 ? variance(means) : 0
  const total = autocovariance(0) + between
  // Equal values have exactly their value as mean, and no deviations; values that are not finite have NaN.
  if (!(total > 0 && Number.isFinite(total))) return NaN
  const draws = series.length * length
  const time = autocorrelationTime((lag) => 1 - (within - autocovariance(lag)) / total, length)
  return draws / Math.max(time, 1 / Math.log10(draws))
}

/** τ̂ of equation 13 from the combined autocorrelations ρ̂ of equation 10 (lag 0 counts as 1). */
function autocorrelationTime(correlationAt: (lag: number) => number, length: number): number {
  const rho = correlations(length)
  let even = 1
  let odd = correlationAt(1)
  rho[0] = even
  rho[1] = odd

  // Initial positive sequence: pairs (even lag, odd lag) as long as their sums are positive.
  let last = 0
  while (last < length - 5 && even + odd > 0) {
    last += 2
    even = correlationAt(last)
    odd = correlationAt(last + 1)
    const positive = even + odd >= 0
    rho[last] = positive ? even : 0
    rho[last + 1] = positive ? odd : 0
  }
  // A positive even lag beyond the cut counts once: the mean of the sums that end before and after it, which is steadier
  // for antithetic chains.
  if (even > 0) rho[last] = even

  // Initial monotone sequence: no pair exceeds the one before it.
  for (let lag = 2; lag <= last - 2; lag += 2) {
    const before = rho[lag - 2]! + rho[lag - 1]!
    if (rho[lag]! + rho[lag + 1]! > before) rho[lag] = rho[lag + 1] = before / 2
  }

  // With no pair to look at (series of 3 to 5 draws) lag 0 stands for the sum, as in `posterior`: τ̂ = 2.
  if (last === 0) return 2
  let sum = 0
  for (let lag = 0; lag < last; lag++) sum += rho[lag]!
  return 2 * sum - 1 + rho[last]!
}

/** Kept from call to call, and written before it is read. */
let kept = new Float64Array(0)

function correlations(length: number): Float64Array {
  if (kept.length < length) kept = new Float64Array(length)
  return kept
}
