/** Bandwidths for Gaussian kernel density estimates, as R's `bw.nrd0` and `bw.SJ`. */

import { standardDeviation } from "./moments.ts"
import { quantileOfSorted } from "./quantile.ts"

export type BandwidthRule = "nrd0" | "sheatherJones"

/** Each rule: draws in ascending order, finite, at least two, not all equal → standard deviation of the kernel. */
export const bandwidthRules: Readonly<Record<BandwidthRule, (sorted: Float64Array) => number>> = {
  nrd0: normalReference,
  sheatherJones,
}

/**
 * Silverman's rule of thumb 0.9 min(sd, IQR / 1.34) n^(−1/5): Silverman (1986), Density Estimation, eq. 3.31. Where half the
 * draws are equal, so that the quartiles coincide but for rounding, the sd alone decides.
 */
function normalReference(sorted: Float64Array): number {
  const sd = standardDeviation(sorted)
  const spread = interquartileRange(sorted) / 1.34
  return 0.9 * (spread > 1e-9 * sd ? Math.min(sd, spread) : sd) * sorted.length ** -0.2
}

const BINS = 1000
/** Bisections: the bracket shrinks by 2⁻⁵⁰. */
const STEPS = 50

/**
 * The bandwidth that solves the equation of Sheather & Jones (1991), Journal of the Royal Statistical Society B 53, 683–690,
 * section 3; follows several modes more closely than the rule of thumb. Pairs of draws are counted by distance on a grid
 * of 1,000 bins. Falls back on the rule of thumb where the equation has no solution (few distinct values).
 */
function sheatherJones(sorted: Float64Array): number {
  const n = sorted.length
  const fallback = normalReference(sorted)
  const scale = Math.min(standardDeviation(sorted), interquartileRange(sorted) / 1.349)
  if (!(scale > 0)) return fallback
  const pairs = countPairs(sorted)
  const curvature = (h: number): number => functional(pairs, n, h, 5, (d) => d * d - 6 * d + 3)
  const slope = (h: number): number => -functional(pairs, n, h, 7, (d) => d * (d * (d - 15) + 45) - 15)
  const pilot =
    1.357 * (curvature(1.24 * scale * n ** (-1 / 7)) / slope(1.23 * scale * n ** (-1 / 9))) ** (1 / 7)
  if (!(pilot > 0 && Number.isFinite(pilot))) return fallback

  const excess = (h: number): number =>
    (2 * Math.sqrt(Math.PI) * n * curvature(pilot * h ** (5 / 7))) ** -0.2 - h
  const longest = 1.144 * scale * n ** -0.2
  return solve(excess, 0.1 * longest, longest) ?? fallback
}

interface PairCounts {
  /** Width of a bin. */
  readonly width: number
  /** `counts[k]`: pairs of draws k bins apart, k ≥ 1; `counts[0]`: pairs within a bin. */
  readonly counts: Float64Array
}

function countPairs(sorted: Float64Array): PairCounts {
  const lowest = sorted[0]!
  const width = ((sorted[sorted.length - 1]! - lowest) * 1.01) / BINS
  const bins = new Float64Array(BINS)
  for (const value of sorted) bins[Math.floor((value - lowest) / width)]!++
  const counts = new Float64Array(BINS)
  for (let i = 0; i < BINS; i++) {
    const here = bins[i]!
    if (here === 0) continue
    counts[0]! += (here * (here - 1)) / 2
    for (let j = 0; j < i; j++) counts[i - j]! += here * bins[j]!
  }
  return { width, counts }
}

/**
 * The estimate Σᵢⱼ φ⁽ʳ⁾((xᵢ − xⱼ)/h) / (n (n − 1) h^(r+1)) of an integrated squared derivative of the density, r = 4 or 6.
 *
 * @param power r + 1
 * @param polynomial φ⁽ʳ⁾/φ as a function of the squared distance
 */
function functional(
  { width, counts }: PairCounts,
  n: number,
  h: number,
  power: number,
  polynomial: (squared: number) => number,
): number {
  let sum = (n * polynomial(0)) / 2
  for (let k = 0; k < BINS; k++) {
    const squared = ((k * width) / h) ** 2
    if (squared > 1000) break
    sum += counts[k]! * Math.exp(-squared / 2) * polynomial(squared)
  }
  return (2 * sum) / (n * (n - 1) * h ** power * Math.sqrt(2 * Math.PI))
}

/** A root of a function that falls through zero, by bisection; the bracket is widened at need. */
function solve(f: (h: number) => number, low: number, high: number): number | undefined {
  for (let k = 0; k < 20 && !(f(low) > 0); k++) low /= 1.5
  for (let k = 0; k < 20 && !(f(high) < 0); k++) high *= 1.5
  if (!(f(low) > 0 && f(high) < 0)) return undefined
  for (let k = 0; k < STEPS; k++) {
    const middle = (low + high) / 2
    if (f(middle) > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function interquartileRange(sorted: Float64Array): number {
  return quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25)
}
