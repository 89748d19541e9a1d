/** Why a figure does not exist, or should not be trusted, in words. */

import { type Chains, haveOneLength, isConstant, poolChains } from "./chains.ts"
import { gewekeZ } from "./geweke.ts"
import { variance } from "./moments.ts"
import { quantileOfSorted } from "./quantile.ts"

/** Of shorter halves no autocorrelation is looked at: what stands for their effective sample size is a convention. */
const SHORTEST_HALF = 6

/**
 * What is wrong with the chains of one scalar, or null. Covers every case in which a diagnostic is NaN; a chain that
 * stands still while others move, and halves of 3 draws, are told of although the figures exist.
 *
 * @param chains one array of draws a chain, unchanged
 */
export function diagnosisReason(chains: Chains): string | null {
  return defectOf(chains) ?? coarsenessOf(poolChains(chains).sort()) ?? stillWindows(chains)
}

/** What is wrong with the draws as they stand: none, uneven, not finite, too few, or not moving. */
export function defectOf(chains: Chains): string | null {
  const first = chains[0]
  if (first === undefined || chains.every((chain) => chain.length === 0)) return "there are no draws"
  if (!haveOneLength(chains)) {
    const lengths = chains.map((chain) => chain.length).join(", ")
    return `the chains differ in length (${lengths} draws)`
  }
  return (
    countWhere(chains, Number.isNaN, "NaN") ??
    countWhere(chains, (value) => !Number.isFinite(value), "infinite") ??
    // One draw a chain has had no chance to move.
    (first.length > 1 ? standingStill(chains) : null) ??
    tooFew(first.length)
  )
}

/**
 * Whether draws take so few values that a figure does not exist: a tail quantile with no draw above it, or all draws at
 * one distance from the median.
 *
 * @param sorted all draws in ascending order
 */
export function coarsenessOf(sorted: Float64Array): string | null {
  const largest = sorted[sorted.length - 1]!
  const median = quantileOfSorted(sorted, 0.5)
  if (isConstant(sorted.map((value) => Math.abs(value - median)))) {
    return `all draws lie at one distance from their median ${show(median)}, so the folded draws have no R-hat`
  }
  const reached = [0.05, 0.5, 0.95].find((p) => quantileOfSorted(sorted, p) === largest)
  if (reached === undefined) return null
  return `the ${100 * reached} % quantile is the largest draw, ${show(largest)}, so it has no effective sample size`
}

function countWhere(chains: Chains, test: (value: number) => boolean, word: string): string | null {
  if (allFinite(chains)) return null
  let count = 0
  let where = ""
  for (const [c, chain] of chains.entries()) {
    for (const [i, value] of chain.entries()) {
      if (!test(value)) continue
      if (count === 0) where = `draw ${i + 1} of chain ${c + 1}`
      count++
    }
  }
  if (count === 0) return null
  const total = chains.reduce((sum, chain) => sum + chain.length, 0)
  return count === 1
    ? `1 of ${total} draws is ${word}: ${where}`
    : `${count} of ${total} draws are ${word}, the first is ${where}`
}

function allFinite(chains: Chains): boolean {
  for (const chain of chains) {
    for (let i = 0; i < chain.length; i++) if (!Number.isFinite(chain[i]!)) return false
  }
  return true
}

function tooFew(length: number): string | null {
  if (Math.floor(length / 2) >= SHORTEST_HALF) return null
  const draws = length === 1 ? "1 draw" : `${length} draws`
  return `${draws} a chain, expected at least ${2 * SHORTEST_HALF}: half a chain is compared with the other half`
}

function standingStill(chains: Chains): string | null {
  const stuck = chains.flatMap((chain, c) => (isConstant(chain) ? [c] : []))
  const first = stuck[0]
  if (first === undefined) return null
  const chain = chains[first]!
  const value = chain[0]!
  if (stuck.length === chains.length && chains.every((one) => one[0] === value)) {
    const subject = chains.length === 1 ? "the chain" : "the chains"
    return `${subject} never moved: all ${chains.length * chain.length} draws are ${show(value)}`
  }
  const others = stuck.length - 1
  const also = others === 0 ? "" : `; nor did ${others} other ${others === 1 ? "chain" : "chains"}`
  return `chain ${first + 1} never moved: all its ${chain.length} draws are ${show(value)}${also}`
}

/** Its first tenth then has 3 draws. */
const LEAST_FOR_GEWEKE = 12

function stillWindows(chains: Chains): string | null {
  const chain = chains.findIndex((one) => Number.isNaN(gewekeZ(one)))
  if (chain === -1) return null
  const { length } = chains[chain]!
  if (length < LEAST_FOR_GEWEKE) {
    return `chain ${chain + 1} has ${length} draws, fewer than the ${LEAST_FOR_GEWEKE} that Geweke's z needs`
  }
  // Squares of draws beyond 1e154 overflow, as those below 1e-162 vanish.
  const spread = variance(chains[chain]!)
  if (spread === 0 || !Number.isFinite(spread)) {
    const size = spread === 0 ? "small" : "large"
    return `the draws of chain ${chain + 1} are too ${size} for a variance in double precision: rescale them`
  }
  return `chain ${chain + 1} stands still in its first tenth and in its last half, so it has no Geweke's z`
}

/** Six significant figures are enough to recognise a value. */
function show(value: number): string {
  return String(Number(value.toPrecision(6)))
}
