/**
 * Simultaneous envelopes of empirical distribution functions: bands that all of a curve stays within with the given
 * probability when the values are uniform, or the chains are draws of one distribution.
 *
 * Säilynoja, Bürkner & Vehtari (2022), Graphical test for discrete uniformity and its applications in goodness-of-fit
 * evaluation and multiple sample comparison, Statistics and Computing 32, 32: pointwise intervals are binomial (section 2)
 * for one sample and hypergeometric (section 3) for ranks of several chains; their level γ is adjusted so that the
 * curves leave them nowhere with probability `coverage`, by simulation (algorithm 2).
 */

import gammaln from "@stdlib/math-base-special-gammaln"
import { streamFor } from "../random/stream.ts"

/** Bounds of an ECDF at evenly spaced points. */
export interface EcdfEnvelope {
  /** Points in (0, 1), ascending. */
  readonly at: Float64Array
  /** Values of the ECDF at those points, between which it lies. */
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** How counts at one evaluation point are distributed when nothing is amiss. */
interface CountLaw {
  readonly size: number
  readonly mean: number
  readonly sd: number
  /** Log probability of a count. */
  logPmf(count: number): number
}

/** Simulated curves: the level is then known to about a tenth of itself. */
const simulations = 1000
/** A level hardly changes with more draws than these, which are enough to simulate. */
const mostSimulated = 1000
/** Standard deviations from the mean beyond which probabilities are nil. */
const reach = 9

/**
 * The envelope of the ECDF of `n` independent uniform values, as PIT values are of a model that fits.
 *
 * @param n values, at least 1
 * @param points intervals into which (0, 1) is cut; the envelope stands at the points between them
 */
export function uniformEnvelope(n: number, points = pointsFor(n), coverage = 0.95): EcdfEnvelope {
  return cached(`uniform/${n}/${points}/${coverage}`, () => {
    const laws = innerPoints(points).map((z) => binomialLaw(n, z))
    return envelopeOf(laws, points, uniformLevel(Math.min(n, mostSimulated), points, coverage))
  })
}

/**
 * The envelope of the ECDF of one chain's ranks among the draws of all chains, as fractions, simultaneous over the chains.
 *
 * @param n draws a chain, at least 1
 * @param chains at least 2, all of `n` draws
 */
export function rankEnvelope(
  n: number,
  chains: number,
  points = pointsFor(n),
  coverage = 0.95,
): EcdfEnvelope {
  return cached(`ranks/${n}/${chains}/${points}/${coverage}`, () => {
    const laws = innerPoints(points).map((z) => hypergeometricLaw(n, chains, z))
    return envelopeOf(laws, points, rankLevel(Math.min(n, mostSimulated), chains, points, coverage))
  })
}

/** As many intervals as there are values, at most 100: more show no more. */
const pointsFor = (n: number): number => Math.max(2, Math.min(100, n))

const innerPoints = (points: number): number[] =>
  Array.from({ length: points - 1 }, (_, k) => (k + 1) / points)

function envelopeOf(laws: readonly CountLaw[], points: number, level: number): EcdfEnvelope {
  const bounds = laws.map((law) => boundsOf(tailsOf(law), level))
  return {
    at: Float64Array.from(innerPoints(points)),
    lower: Float64Array.from(bounds, ([low], k) => low / laws[k]!.size),
    upper: Float64Array.from(bounds, ([, high], k) => high / laws[k]!.size),
  }
}

/** The smallest and the largest count whose two-sided tail probability is at least `level`. */
function boundsOf({ from, score }: Tails, level: number): readonly [number, number] {
  const inside = Array.from(score.keys()).filter((k) => score[k]! >= level)
  return [from + inside[0]!, from + inside.at(-1)!]
}

interface Tails {
  /** The count of the first score. */
  readonly from: number
  /** Twice the smaller of P(X ≤ count) and P(X ≥ count). */
  readonly score: Float64Array
}

function tailsOf(law: CountLaw): Tails {
  const from = Math.max(0, Math.floor(law.mean - reach * law.sd - 1))
  const to = Math.min(law.size, Math.ceil(law.mean + reach * law.sd + 1))
  const pmf = Float64Array.from({ length: to - from + 1 }, (_, k) => Math.exp(law.logPmf(from + k)))
  const score = new Float64Array(pmf.length)
  let below = 0
  for (let k = 0; k < pmf.length; k++) score[k] = below += pmf[k]!
  let above = 0
  for (let k = pmf.length - 1; k >= 0; k--) score[k] = 2 * Math.min(score[k]!, (above += pmf[k]!))
  return { from, score }
}

const scoreAt = ({ from, score }: Tails, count: number): number => score[count - from] ?? 0

/** The share of simulated curves below the level is at most 1 − coverage. */
function levelOf(scores: Float64Array, coverage: number): number {
  return scores.sort()[Math.floor((1 - coverage) * scores.length)]!
}

function uniformLevel(n: number, points: number, coverage: number): number {
  const tails = innerPoints(points).map((z) => tailsOf(binomialLaw(n, z)))
  const stream = streamFor("ecdf", 0, "uniform envelope")
  const counts = new Int32Array(points)
  const scores = Float64Array.from({ length: simulations }, () => {
    counts.fill(0)
    for (let i = 0; i < n; i++) counts[Math.floor(stream.uniform() * points)]!++
    let total = 0
    return tails.reduce((least, tail, k) => Math.min(least, scoreAt(tail, (total += counts[k]!))), 1)
  })
  return levelOf(scores, coverage)
}

function rankLevel(n: number, chains: number, points: number, coverage: number): number {
  const all = n * chains
  const tails = innerPoints(points).map((z) => tailsOf(hypergeometricLaw(n, chains, z)))
  const stops = innerPoints(points).map((z) => stopAt(z, all))
  const stream = streamFor("ecdf", 0, "rank envelope")
  const counts = new Int32Array(chains)
  const scores = Float64Array.from({ length: simulations }, () => {
    counts.fill(0)
    let least = 1
    let made = 0
    for (const [k, stop] of stops.entries()) {
      for (; made < stop; made++) {
        // The owner of the next rank: any of the draws not ranked yet.
        let ticket = stream.uniform() * (all - made)
        let owner = 0
        while (owner < chains - 1 && (ticket -= n - counts[owner]!) >= 0) owner++
        counts[owner]!++
      }
      for (const count of counts) least = Math.min(least, scoreAt(tails[k]!, count))
    }
    return least
  })
  return levelOf(scores, coverage)
}

/** Draws at or below the fraction z of all; the rounding that z·all of thirds and tenths needs. */
const stopAt = (z: number, all: number): number => Math.floor(z * all + 1e-9)

function binomialLaw(n: number, z: number): CountLaw {
  const constant = gammaln(n + 1)
  return {
    size: n,
    mean: n * z,
    sd: Math.sqrt(n * z * (1 - z)),
    logPmf: (c) =>
      constant - gammaln(c + 1) - gammaln(n - c + 1) + c * Math.log(z) + (n - c) * Math.log1p(-z),
  }
}

/** Of the first z·n·chains ranks, those of one chain. */
function hypergeometricLaw(n: number, chains: number, z: number): CountLaw {
  const all = n * chains
  const first = stopAt(z, all)
  const choose = (a: number, b: number) =>
    b < 0 || b > a ? -Infinity : gammaln(a + 1) - gammaln(b + 1) - gammaln(a - b + 1)
  const share = 1 / chains
  const variance = first * share * (1 - share) * ((all - first) / Math.max(1, all - 1))
  return {
    size: n,
    mean: first * share,
    sd: Math.sqrt(variance),
    logPmf: (c) => choose(n, c) + choose(all - n, first - c) - choose(all, first),
  }
}

const envelopes = new Map<string, EcdfEnvelope>()

/** An envelope depends on the sizes alone: the parameters of a chart share it. */
function cached(key: string, compute: () => EcdfEnvelope): EcdfEnvelope {
  const known = envelopes.get(key)
  if (known !== undefined) return known
  const envelope = compute()
  // Sizes are few in one program; many would be a simulation study, which needs no more than the last ones.
  if (envelopes.size >= 32) envelopes.clear()
  envelopes.set(key, envelope)
  return envelope
}
