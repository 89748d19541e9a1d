/**
 * The spectral density of a chain at frequency zero, by an autoregressive fit: n times the variance of the mean of n
 * correlated draws, for large n.
 *
 * Heidelberger & Welch (1981), Communications of the ACM 24, 233–245, section 2, for its use. The fit solves the
 * Yule–Walker equations by Durbin's recursion (1960, Review of the International Statistical Institute 28, 233–244) and
 * takes the order with the least AIC up to 10 log₁₀ n, as R's `ar`; divisors as the R package `coda`.
 */

import { isConstant, isDegenerate } from "./chains.ts"
import { mean } from "./moments.ts"

/**
 * @param values draws in their order, unchanged
 * @returns in squared units of the draws; 0 of a chain that stands still; NaN of fewer than 2 draws, where a value is not
 *   finite, and where so few draws are left beside the coefficients that no variance can be estimated
 */
export function spectrumAtZero(values: Float64Array): number {
  const n = values.length
  if (n >= 2 && Number.isFinite(values[0]!) && isConstant(values)) return 0
  if (n < 2 || isDegenerate([values])) return NaN
  const highestOrder = Math.min(n - 1, Math.floor(10 * Math.log10(n)))
  const autocovariance = firstAutocovariances(values, highestOrder)

  // Durbin's recursion: the coefficients of order p from those of order p − 1.
  let coefficients: number[] = []
  let innovation = autocovariance[0]!
  let best = { criterion: n * Math.log(innovation), order: 0, innovation, sum: 0 }
  for (let order = 1; order <= highestOrder; order++) {
    const explained = coefficients.reduce((sum, c, j) => sum + c * autocovariance[order - 1 - j]!, 0)
    const partial = (autocovariance[order]! - explained) / innovation
    const previous = coefficients
    coefficients = [...previous.map((c, j) => c - partial * previous[order - 2 - j]!), partial]
    innovation *= 1 - partial * partial
    const criterion = n * Math.log(innovation) + 2 * order
    if (criterion < best.criterion) {
      best = { criterion, order, innovation, sum: coefficients.reduce((sum, c) => sum + c, 0) }
    }
  }
  // Divisor n − (order + 1) in place of n: degrees of freedom left by the mean and the coefficients.
  const variance = (best.innovation * n) / (n - (best.order + 1))
  const spectrum = variance / (1 - best.sum) ** 2
  return Number.isFinite(spectrum) ? spectrum : NaN
}

/** Autocovariances at lags 0 … last, divisor n: so few of them are sums sooner than a Fourier transform of all. */
function firstAutocovariances(values: Float64Array, last: number): Float64Array {
  const n = values.length
  const centre = mean(values)
  const deviations = values.map((value) => value - centre)
  const autocovariance = new Float64Array(last + 1)
  for (let lag = 0; lag <= last; lag++) {
    // Two sums at once: each addition need not wait for the one before it.
    let [even, odd] = [0, 0]
    let i = lag
    for (; i + 1 < n; i += 2) {
      even += deviations[i]! * deviations[i - lag]!
      odd += deviations[i + 1]! * deviations[i + 1 - lag]!
    }
    if (i < n) even += deviations[i]! * deviations[i - lag]!
    autocovariance[lag] = (even + odd) / n
  }
  return autocovariance
}
