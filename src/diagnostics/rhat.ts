/**
 * Rank-normalised split R-hat, the larger of that of the draws and that of the draws folded about their median.
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), equations 1–4 (R-hat), 14 (normal
 * scores) and 15 (folding).
 */

import { type Chains, poolChains, splitChains } from "./chains.ts"
import { mean, variance } from "./moments.ts"
import { normalScores } from "./normal-scores.ts"
import { quantile } from "./quantile.ts"

/**
 * R-hat of one scalar. Chains that explore one distribution give about 1; above 1.01 they do not agree in location
 * (draws) or in scale (folded draws). Infinite draws are ranked as any others.
 *
 * @param chains one array of draws a chain, all of one length, unchanged; one chain is compared half against half
 * @returns NaN for fewer than 4 draws a chain, chains of unequal length, a NaN draw, a scalar that never moved, and for
 *   draws at one distance from their median (two values, equally often)
 */
export function rhat(chains: Chains): number {
  const halves = splitChains(chains)
  const median = quantile(poolChains(chains), 0.5)
  const folded = halves.map((half) => foldAbout(half, median))
  // Math.max is NaN when either is.
  return Math.max(scaleReduction(normalScores(halves)), scaleReduction(normalScores(folded)))
}

/** The distances of the draws from their median, ζ of equation 15. */
export function foldAbout(values: Float64Array, median: number): Float64Array {
  const folded = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) folded[i] = Math.abs(values[i]! - median)
  return folded
}

/**
 * The potential scale reduction √(var⁺ / W), equations 1–4.
 *
 * @param series M arrays of one length N, unchanged
 * @returns NaN for N < 2, a value that is not finite, or values all equal; infinite when each series is constant, but not
 *   at one value
 */
export function scaleReduction(series: readonly Float64Array[]): number {
  const length = series[0]?.length ?? 0
  if (length < 2) return NaN
  const means = Float64Array.from(series, (one) => mean(one))
  const within = mean(Float64Array.from(series, (one, m) => variance(one, means[m])))
  const between = length * variance(means)
  // Equal values have exactly their value as mean: nothing is known of a scalar that never moved.
  if (within === 0 && !(between > 0)) return NaN
  return Math.sqrt((between / within + length - 1) / length)
}
