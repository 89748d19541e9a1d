/** Whether ranks, or other whole numbers, are uniform: two tests, and what a departure means. */
import gammaln from "@stdlib/math-base-special-gammaln"
import { OptionError } from "../core/errors.ts"
import { upperIncompleteGamma } from "../math/incomplete-gamma.ts"

export interface Uniformity {
  /** Pearson's statistic over `bins` cells of equal probability. */
  readonly chiSquare: number
  readonly bins: number
  readonly chiSquareP: number
  /** Simultaneous p-value of the empirical distribution function: how often one of uniform ranks strays as far somewhere. */
  readonly ecdfP: number
  /** Mean of the ranks scaled to (0, 1); 1/2 when uniform. */
  readonly mean: number
  /** Their variance about that mean over 1/12: above 1 for ranks heaped at both ends. */
  readonly dispersion: number
}

/** Expected count of a cell of the χ² test. */
const LEAST_EXPECTED = 5
const MOST_BINS = 20
const MOST_POINTS = 50

/**
 * Tests that ranks are uniform on 0, …, `most`. The χ² test sees heaps, the distribution function shifts and wrong widths.
 * Pearson (1900), Philosophical Magazine 50, 157–175; Säilynoja, Bürkner & Vehtari (2022), Statistics and Computing 32, 32, sections 2 and 3: the
 * p-value of the smallest of the pointwise binomial tail probabilities, here computed exactly by recursion over the points.
 *
 * @param ranks whole numbers from 0 to `most`, at least 1
 * @throws OptionError for a rank out of range, or none
 */
export function testUniformity(ranks: Int32Array, most: number): Uniformity {
  const n = ranks.length
  const outside = ranks.find((rank) => rank < 0 || rank > most)
  if (n === 0 || outside !== undefined) {
    throw new OptionError(n === 0 ? "found no ranks" : `found the rank ${outside}, expected 0 to ${most}`, {
      code: "invalid-ranks",
      where: "testUniformity",
      hint: "a rank is the number of draws below a value",
    })
  }
  const values = most + 1
  const bins = Math.max(2, Math.min(MOST_BINS, values, Math.floor(n / LEAST_EXPECTED)))
  const chiSquare = pearson(ranks, values, bins)
  const scaled = Float64Array.from(ranks, (rank) => (rank + 0.5) / values)
  const mean = scaled.reduce((sum, value) => sum + value, 0) / n
  const variance = scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n
  return {
    chiSquare,
    bins,
    chiSquareP: upperIncompleteGamma((bins - 1) / 2, chiSquare / 2),
    ecdfP: ecdfP(ranks, values),
    mean,
    dispersion: (12 * variance) / (1 - 1 / values ** 2),
  }
}

function pearson(ranks: Int32Array, values: number, bins: number): number {
  const counts = new Int32Array(bins)
  for (const rank of ranks) counts[Math.floor((rank * bins) / values)]!++
  let sum = 0
  let before = 0
  for (let b = 0; b < bins; b++) {
    // Cells hold whole ranks: where these do not divide evenly, so do their probabilities.
    const end = Math.ceil(((b + 1) * values) / bins)
    const expected = (ranks.length * (end - before)) / values
    sum += (counts[b]! - expected) ** 2 / expected
    before = end
  }
  return sum
}

/** Ranks below which the counts are compared: ascending, inside the range. */
function pointsOf(values: number): number[] {
  const count = Math.min(values, MOST_POINTS)
  return Array.from({ length: count - 1 }, (_, k) => Math.round(((k + 1) * values) / count))
}

function ecdfP(ranks: Int32Array, values: number): number {
  const n = ranks.length
  const points = pointsOf(values)
  const logFactorial = Float64Array.from({ length: n + 1 }, (_, c) => gammaln(c + 1))
  const laws = points.map((point) => binomialTails(logFactorial, point / values))
  const observed = points.map((point) => ranks.reduce((sum, rank) => sum + (rank < point ? 1 : 0), 0))
  const score = observed.reduce((least, count, k) => Math.min(least, laws[k]![count]!), 1)
  if (score >= 1) return 1
  return (
    1 -
    stayProbability(
      logFactorial,
      points.map((point) => point / values),
      laws,
      score,
    )
  )
}

/** Twice the smaller tail probability of each count of a binomial, at most 1. */
function binomialTails(logFactorial: Float64Array, z: number): Float64Array {
  const n = logFactorial.length - 1
  const [logZ, logRest] = [Math.log(z), Math.log1p(-z)]
  const pmf = logFactorial.map((_, c) => Math.exp(logBinomial(logFactorial, n, c, logZ, logRest)))
  const tails = new Float64Array(n + 1)
  let below = 0
  for (let c = 0; c <= n; c++) tails[c] = below += pmf[c]!
  let above = 0
  for (let c = n; c >= 0; c--) tails[c] = Math.min(1, 2 * Math.min(tails[c]!, (above += pmf[c]!)))
  return tails
}

/** The probability that the count at every point has a score above `score`: counts are a Markov chain of binomial increments. */
function stayProbability(
  logFactorial: Float64Array,
  z: readonly number[],
  laws: readonly Float64Array[],
  score: number,
): number {
  const n = logFactorial.length - 1
  // A score that rounding has put just above the observed one is the observed one.
  const limit = score * (1 + 1e-9)
  let previous = new Float64Array(n + 1)
  previous[0] = 1
  let from = 0
  let to = 0
  let start = 0
  for (const [k, point] of z.entries()) {
    const step = (point - start) / (1 - start)
    const [logStep, logRest] = [Math.log(step), Math.log1p(-step)]
    const next = new Float64Array(n + 1)
    const inside = laws[k]!
    let low = from
    while (low <= n && !(inside[low]! > limit)) low++
    let high = n
    while (high >= low && !(inside[high]! > limit)) high--
    for (let c = from; c <= to; c++) {
      const mass = previous[c]!
      if (mass === 0) continue
      for (let d = Math.max(c, low); d <= high; d++) {
        next[d]! += mass * Math.exp(logBinomial(logFactorial, n - c, d - c, logStep, logRest))
      }
    }
    previous = next
    from = low
    to = high
    start = point
  }
  return Math.min(
    1,
    previous.reduce((sum, mass) => sum + mass, 0),
  )
}

/** log P(c | n, z) of a binomial, z < 1, from a table of log factorials up to n. */
function logBinomial(
  logFactorial: Float64Array,
  n: number,
  c: number,
  logZ: number,
  logRest: number,
): number {
  const ways = logFactorial[n]! - logFactorial[c]! - logFactorial[n - c]!
  return ways + (c === 0 ? 0 : c * logZ) + (n - c) * logRest
}
