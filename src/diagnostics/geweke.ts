/**
 * Geweke's diagnostic: the means of the first tenth and of the last half of a chain, compared as a z score. The variance
 * of each mean is its spectral density at frequency zero over its length, from an autoregressive fit.
 *
 * Geweke (1992), in Bayesian Statistics 4, 169–193, Oxford. Windows and fit as the R package `coda`.
 */

import type { Chains } from "./chains.ts"
import { mean } from "./moments.ts"
import { spectrumAtZero } from "./spectrum-at-zero.ts"

export interface GewekeWindows {
  /** Share of the chain in the first window. */
  readonly firstFraction: number
  /** Share of the chain in the last window. */
  readonly lastFraction: number
}

/** A straight line goes through two draws: they say nothing of the variance of their mean. */
const LEAST_WINDOW = 3

const USUAL_WINDOWS: GewekeWindows = { firstFraction: 0.1, lastFraction: 0.5 }

/**
 * The z score of one chain; standard normal when the chain is stationary, so beyond ±2 it probably still drifts.
 *
 * @param chain the draws, unchanged
 * @returns NaN for a value that is not finite in a window, for a window of fewer than 3 draws (by default, a chain of
 *   fewer than 12), for windows that overlap, and for a chain that stands still at one value in both; a window in which
 *   it stands still has variance 0
 */
export function gewekeZ(chain: Float64Array, windows: GewekeWindows = USUAL_WINDOWS): number {
  const span = chain.length - 1
  // Draws are numbered from 1 and both ends belong to a window, as in coda.
  const firstEnd = Math.ceil(1 + windows.firstFraction * span)
  const lastStart = Math.floor(chain.length - windows.lastFraction * span) - 1
  if (!(firstEnd <= lastStart) || Math.min(firstEnd, chain.length - lastStart) < LEAST_WINDOW) return NaN
  const first = chain.subarray(0, firstEnd)
  const last = chain.subarray(lastStart)
  const variance = varianceOfMean(first) + varianceOfMean(last)
  return (mean(first) - mean(last)) / Math.sqrt(variance)
}

/** The z score farthest from 0 among the chains, with its sign; NaN where that of any chain is. */
export function largestGewekeZ(chains: Chains): number {
  const scores = chains.map((chain) => gewekeZ(chain))
  if (scores.length === 0 || scores.some(Number.isNaN)) return NaN
  return scores.reduce((worst, z) => (Math.abs(z) > Math.abs(worst) ? z : worst))
}

/** Spectral density at frequency zero over n; 0 where the window stands still. */
function varianceOfMean(values: Float64Array): number {
  return spectrumAtZero(values) / values.length
}
