/**
 * Raftery and Lewis's diagnostic of one chain: how many draws a quantile needs, from the two-state chain of the draws at
 * or below it.
 *
 * Raftery & Lewis (1992), in Bayesian Statistics 4, 763–773, Oxford; Raftery & Lewis (1996), in Markov Chain Monte Carlo in
 * Practice, 115–130, Chapman & Hall, sections 7.2 and 7.3. Estimates as `raftery.diag` of the R package `coda`.
 */

import { normalQuantile } from "../math/normal-quantile.ts"
import { type Chains, isConstant } from "./chains.ts"
import { quantile } from "./quantile.ts"

export interface RafteryLewisOptions {
  /** The quantile to estimate. */
  readonly probability?: number
  /** Half-width of the interval wanted for its cumulative probability. */
  readonly accuracy?: number
  /** Probability that the estimate lies in that interval. */
  readonly assurance?: number
  /** How near to stationarity the chain must have come after the burn-in. */
  readonly closeness?: number
}

export interface RafteryLewis {
  /** Draws to discard. */
  readonly burnIn: number
  /** Draws needed in all, those to discard included. */
  readonly total: number
  /** Draws that would do if they were independent. */
  readonly minimum: number
  /** total / minimum: above 5 the chain mixes slowly, or depends on its start. */
  readonly dependence: number
  /** Every how many-th draw the two-state chain is of first order. */
  readonly thin: number
  /** Why the figures (all but `minimum`) are NaN, or null. */
  readonly reason: string | null
}

/**
 * @param chain the draws, unchanged
 * @returns figures NaN, with a reason, when the chain is shorter than `minimum`, a draw is not finite, or the two-state
 *   chain does not go to and fro
 */
export function rafteryLewis(
  chain: Float64Array,
  { probability = 0.025, accuracy = 0.005, assurance = 0.95, closeness = 0.001 }: RafteryLewisOptions = {},
): RafteryLewis {
  const z = normalQuantile((1 + assurance) / 2)
  const minimum = Math.ceil((probability * (1 - probability) * z * z) / accuracy ** 2)
  const none = { burnIn: NaN, total: NaN, minimum, dependence: NaN, thin: NaN }
  const n = chain.length
  if (n < minimum) return { ...none, reason: `${n} draws, expected at least ${minimum}` }
  if (!chain.every(Number.isFinite)) return { ...none, reason: "a draw is not finite" }
  if (isConstant(chain)) return { ...none, reason: "the chain never moved" }

  const bound = quantile(chain, probability)
  const states = Uint8Array.from(chain, (value) => (value <= bound ? 1 : 0))
  const thin = firstOrderThinning(states)
  if (thin === undefined) return { ...none, reason: "no thinning of the chain is of first order" }
  const { leave, enter } = transitionShares(states, thin)
  const both = leave + enter
  if (!(leave > 0 && enter > 0)) {
    return { ...none, reason: `the chain does not go to and fro across its ${100 * probability} % quantile` }
  }
  const decay = Math.log(Math.abs(1 - both))
  const burnIn = Math.ceil(Math.log((closeness * both) / Math.max(leave, enter)) / decay) * thin
  const kept = Math.ceil(((2 - both) * leave * enter * z * z) / (both ** 3 * accuracy ** 2)) * thin
  const total = burnIn + kept
  return { burnIn, total, minimum, dependence: total / minimum, thin, reason: null }
}

/** The largest dependence factor among the chains; NaN where that of any chain is. */
export function largestDependence(chains: Chains): number {
  return chains.length === 0 ? NaN : Math.max(...chains.map((chain) => rafteryLewis(chain).dependence))
}

/**
 * The smallest thinning for which a chain of first order is preferred to one of second by BIC; each thinning costs n/thin
 * steps.
 */
function firstOrderThinning(states: Uint8Array): number | undefined {
  for (let thin = 1; Math.ceil(states.length / thin) >= 3; thin++) {
    const triples = Math.ceil(states.length / thin) - 2
    if (orderStatistic(countTriples(states, thin)) - 2 * Math.log(triples) < 0) return thin
  }
  return undefined
}

/** How often states a, b, c follow each other, at position 4a + 2b + c. */
function countTriples(states: Uint8Array, thin: number): Float64Array {
  const counts = new Float64Array(8)
  for (let i = 2 * thin; i < states.length; i += thin) {
    counts[4 * states[i - 2 * thin]! + 2 * states[i - thin]! + states[i]!]!++
  }
  return counts
}

/** The likelihood ratio statistic G² of second against first order: 2 Σ observed · log(observed / expected). */
function orderStatistic(counts: Float64Array): number {
  let statistic = 0
  for (let cell = 0; cell < 8; cell++) {
    const observed = counts[cell]!
    if (observed === 0) continue
    const [a, b, c] = [cell & 4, cell & 2, cell & 1]
    const first = counts[a + b]! + counts[a + b + 1]!
    const last = counts[b + c]! + counts[4 + b + c]!
    const middle = counts[b]! + counts[b + 1]! + counts[4 + b]! + counts[4 + b + 1]!
    statistic += 2 * observed * Math.log((observed * middle) / (first * last))
  }
  return statistic
}

/** Shares of the steps out of state 0 (above the quantile) that end in 1, and out of 1 that end in 0; NaN without such steps. */
function transitionShares(states: Uint8Array, thin: number): { leave: number; enter: number } {
  const counts = new Float64Array(4)
  for (let i = thin; i < states.length; i += thin) counts[2 * states[i - thin]! + states[i]!]!++
  return { leave: counts[1]! / (counts[0]! + counts[1]!), enter: counts[2]! / (counts[2]! + counts[3]!) }
}
