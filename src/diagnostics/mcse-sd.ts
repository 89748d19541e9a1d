/**
 * Monte Carlo standard error of the posterior standard deviation, by the delta method from the error of the mean of
 * (θ − θ̄)²: √((E d⁴ − (E d²)²) / ess / (4 E d²)). Kenney & Keeping (1951), Mathematics of Statistics, part 2, p. 141, as
 * the R package `posterior`.
 */

import { type Chains, poolChains, splitChains } from "./chains.ts"
import { effectiveSampleSize } from "./effective-sample-size.ts"
import { mean } from "./moments.ts"

/**
 * @param chains one array of draws a chain, all of one length, unchanged
 * @returns NaN for fewer than 6 draws a chain, chains of unequal length, a draw that is not finite, a scalar that never
 *   moved, or draws at one distance from their mean
 */
export function mcseSd(chains: Chains): number {
  const pool = poolChains(chains)
  return sdError(splitChains(chains), pool, mean(pool))
}

/** The same where the split chains, all draws and their mean are known. */
export function sdError(halves: readonly Float64Array[], pool: Float64Array, centre: number): number {
  const squares = squaresAbout(pool, centre)
  const meanSquare = mean(squares)
  const ess = effectiveSampleSize(halves.map((half) => squaresAbout(half, centre)))
  // Σ (d² − E d²)² in place of Σ d⁴ − (E d²)²: the same, and never negative.
  const spread = mean(squaresAbout(squares, meanSquare))
  return Math.sqrt(spread / ess / meanSquare / 4)
}

function squaresAbout(values: Float64Array, centre: number): Float64Array {
  const squares = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) squares[i] = (values[i]! - centre) ** 2
  return squares
}
