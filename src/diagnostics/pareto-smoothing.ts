/**
 * Pareto-smoothed importance sampling: the largest importance ratios are replaced by the quantiles of a generalized Pareto
 * distribution fitted to them, so that a few of them do not decide the estimate.
 * Vehtari, Simpson, Gelman, Yao & Gabry (2024), Journal of Machine Learning Research 25(72), algorithm 1.
 */

import { fitGeneralizedPareto, generalizedParetoQuantile } from "./generalized-pareto.ts"
import { logSumExp } from "./log-likelihood.ts"
import { orderValues } from "./ordered.ts"

export interface SmoothedWeights {
  /** Log weights, whose exponentials sum to 1. */
  readonly logWeights: Float64Array
  /** The shape k̂ of the tail; infinite where it cannot be fitted, and then nothing is smoothed. */
  readonly paretoK: number
}

/** Fewer ratios make no tail. */
const SHORTEST_TAIL = 5

/**
 * @param logRatios logarithms of the importance ratios, finite, known but for a constant; unchanged
 * @param relativeEfficiency effective over actual number of draws; autocorrelated draws get a longer tail
 */
export function paretoSmooth(logRatios: Float64Array, relativeEfficiency = 1): SmoothedWeights {
  const draws = logRatios.length
  const { sorted, order } = orderValues(logRatios)
  const largest = sorted[draws - 1]!
  const logWeights = logRatios.map((ratio) => ratio - largest)
  const tail = Math.ceil(Math.min(0.2 * draws, 3 * Math.sqrt(draws / relativeEfficiency)))
  const first = draws - tail
  let paretoK = Infinity
  // Ratios that differ by rounding alone have no tail to fit.
  if (tail >= SHORTEST_TAIL && largest - sorted[first]! >= Number.EPSILON / 100) {
    const cutoff = Math.exp(sorted[first - 1]! - largest)
    const pareto = fitGeneralizedPareto(
      sorted.subarray(first).map((ratio) => Math.exp(ratio - largest) - cutoff),
    )
    paretoK = pareto.shape
    if (Number.isFinite(paretoK)) {
      for (let j = 0; j < tail; j++) {
        const smoothed = Math.log(cutoff + generalizedParetoQuantile((j + 0.5) / tail, pareto))
        // No weight may exceed the largest ratio.
        logWeights[order[first + j]!] = Math.min(smoothed, 0)
      }
    }
  }
  const total = logSumExp(logWeights)
  return { logWeights: logWeights.map((weight) => weight - total), paretoK }
}

/**
 * The k̂ above which an estimate from so many draws is not to be trusted: min(1 − 1/log₁₀ S, 0.7), equation 13 of the paper.
 */
export function paretoKLimit(draws: number): number {
  return Math.min(1 - 1 / Math.log10(draws), 0.7)
}
