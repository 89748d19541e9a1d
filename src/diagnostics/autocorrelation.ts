import { averageAutocovariance } from "./autocovariance.ts"
import { isDegenerate } from "./chains.ts"

/**
 * The autocorrelation of one chain at lags 0 … maxLag, by Fourier transforms, with divisor N at every lag (as R's `acf`).
 * Geyer (1992), Statistical Science 7, 473–483, section 3.1.
 *
 * @param chain the draws, unchanged
 * @param maxLag the largest lag wanted; cut to N − 1
 * @returns min(maxLag, N − 1) + 1 values, the first 1; all NaN for a constant chain or one with a value that is not finite
 */
export function autocorrelation(chain: Float64Array, maxLag: number = chain.length - 1): Float64Array {
  const lags = Math.min(Math.floor(maxLag), chain.length - 1) + 1
  if (!(lags >= 1)) return new Float64Array(0)
  if (isDegenerate([chain])) return new Float64Array(lags).fill(NaN)
  const autocovariance = averageAutocovariance([chain])
  const atZero = autocovariance[0]!
  return autocovariance.subarray(0, lags).map((value) => value / atZero)
}
