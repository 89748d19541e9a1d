/**
 * Monte Carlo standard error of a quantile: half the distance of the two order statistics at the 16 % and 84 % points of
 * the Beta distribution of the quantile's rank, given its effective sample size.
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), section 4.4; shape parameters as the R
 * package `posterior`.
 */

import betaQuantile from "@stdlib/stats-base-dists-beta-quantile"
import { type Chains, poolChains } from "./chains.ts"
import { essQuantile } from "./ess-quantile.ts"

/** Φ(−1) and Φ(1), to the figures `posterior` uses. */
const LOWER = 0.1586553
const UPPER = 0.8413447

/**
 * @param chains one array of draws a chain, all of one length, unchanged
 * @param probability in [0, 1]
 * @returns NaN where `essQuantile` is; 0 where the quantile falls on a value that many draws share
 */
export function mcseQuantile(chains: Chains, probability: number): number {
  return quantileError(poolChains(chains).sort(), probability, essQuantile(chains, probability))
}

/** The same where the sorted draws and the effective sample size of the quantile are known. */
export function quantileError(sorted: Float64Array, probability: number, ess: number): number {
  if (Number.isNaN(ess)) return NaN
  const size = sorted.length
  const shapeBelow = ess * probability + 1
  const shapeAbove = ess * (1 - probability) + 1
  const low = Math.max(Math.floor(betaQuantile(LOWER, shapeBelow, shapeAbove) * size), 1)
  const high = Math.min(Math.ceil(betaQuantile(UPPER, shapeBelow, shapeAbove) * size), size)
  return (sorted[high - 1]! - sorted[low - 1]!) / 2
}
