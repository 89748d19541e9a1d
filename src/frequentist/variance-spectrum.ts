/** The null distribution of the likelihood ratio of one variance component, from eigenvalues. */

import { drawGamma } from "../random/gamma.ts"
import type { Seed, Stream } from "../random/stream.ts"
import { streamFor } from "../random/stream.ts"
import { fTail } from "./tail-probabilities.ts"

export interface SpectrumClass {
  readonly value: number
  /** How many eigenvalues have it. */
  readonly count: number
}

/**
 * The statistic is `sup_λ≥0 power · log{(Σ W_s + R) / (Σ W_s/(1 + λμ_s) + R)} − Σ log(1 + λξ_s)`, W_s ~ χ² with `count`
 * degrees of freedom, R ~ χ² with `residualDf`.
 */
export interface Spectrum {
  readonly mu: readonly SpectrumClass[]
  /** ξ. */
  readonly penalty: readonly SpectrumClass[]
  readonly power: number
  readonly residualDf: number
}

export interface NullTail {
  readonly p: number
  readonly zeroShare: number
}

const GRID = 48
const LOG_LOW = -9
const LOG_HIGH = 14
/** Beyond this a search between grid points cannot add. */
const REFINEMENT = 0.5

/**
 * P(statistic ≥ `observed`) and P(statistic = 0) when there is a single distinct μ: the statistic then grows with the
 * ratio W/R, and its quantile is that of an F distribution. Null otherwise.
 */
export function exactTail(spectrum: Spectrum, observed: number): NullTail | null {
  const only = spectrum.mu[0]
  if (only === undefined || spectrum.mu.length > 1 || spectrum.residualDf < 1) return null
  const weights = Float64Array.of(0)
  const search = createSearch(spectrum)
  const statisticAt = (ratio: number): number => {
    weights[0] = ratio
    return search(weights, 1, Number.POSITIVE_INFINITY)
  }
  const tailAt = (ratio: number): number =>
    fTail((ratio * spectrum.residualDf) / only.count, only.count, spectrum.residualDf)
  const zeroEnd = solveRatio(statisticAt, ZERO)
  const zeroShare = 1 - tailAt(zeroEnd)
  if (observed <= 0) return { p: 1, zeroShare }
  return { p: tailAt(solveRatio(statisticAt, observed)), zeroShare }
}

/** Below this a statistic counts as zero. */
const ZERO = 1e-12

/** The ratio W/R at which the statistic reaches `target`, by bisection on its logarithm. */
function solveRatio(statisticAt: (ratio: number) => number, target: number): number {
  let low = -60
  let high = 60
  for (let i = 0; i < 200 && high - low > 1e-15 * Math.max(1, Math.abs(high)); i++) {
    const middle = 0.5 * (low + high)
    if (statisticAt(Math.exp(middle)) >= target) high = middle
    else low = middle
  }
  return Math.exp(0.5 * (low + high))
}

/** Shares of draws from the null distribution; the same seed gives the same shares. */
export function simulateTail(
  spectrum: Spectrum,
  observed: number,
  simulations: number,
  seed: Seed,
): NullTail {
  const rng = streamFor(seed, 0, "exact-variance-test")
  const search = createSearch(spectrum)
  const weights = new Float64Array(spectrum.mu.length)
  let reached = 0
  let zero = 0
  for (let draw = 0; draw < simulations; draw++) {
    spectrum.mu.forEach(({ count }, s) => {
      weights[s] = drawChiSquare(rng, count)
    })
    const statistic = search(weights, drawChiSquare(rng, spectrum.residualDf), observed)
    if (statistic >= observed) reached++
    if (statistic <= ZERO) zero++
  }
  return { p: observed <= 0 ? 1 : reached / simulations, zeroShare: zero / simulations }
}

function drawChiSquare(rng: Stream, df: number): number {
  return df === 0 ? 0 : 2 * drawGamma(rng, 0.5 * df)
}

/**
 * Returns a function that maximises over λ: on a grid in log λ, then between the neighbours of the best point. It does
 * not refine a maximum that has reached `enough`, or that cannot.
 */
function createSearch(
  spectrum: Spectrum,
): (weights: Float64Array, residual: number, enough: number) => number {
  const { mu, penalty, power } = spectrum
  const values = Float64Array.from(mu, ({ value }) => value)
  const centre = Math.log(values.reduce((sum, value) => sum + value, 0) / values.length)
  const lambdas = Float64Array.from({ length: GRID }, (_, g) => {
    return Math.exp(LOG_LOW + ((LOG_HIGH - LOG_LOW) * g) / (GRID - 1) - centre)
  })
  const penaltyAt = (lambda: number): number => {
    let sum = 0
    for (const { value, count } of penalty) sum += count * Math.log1p(lambda * value)
    return sum
  }
  const penalties = lambdas.map(penaltyAt)
  const shrink = Array.from(lambdas, (lambda) => values.map((value) => 1 / (1 + lambda * value)))
  const slopeLoss = penalty.reduce((sum, { value, count }) => sum + count * value, 0)
  return (weights, residual, enough) => {
    let total = residual
    let slope = 0
    for (let s = 0; s < weights.length; s++) {
      total += weights[s]!
      slope += weights[s]! * values[s]!
    }
    const logTotal = Math.log(total)
    let best = 0
    let bestAt = -1
    for (let g = 0; g < GRID; g++) {
      const factors = shrink[g]!
      let rest = residual
      for (let s = 0; s < weights.length; s++) rest += weights[s]! * factors[s]!
      const value = power * (logTotal - Math.log(rest)) - penalties[g]!
      if (value > best) {
        best = value
        bestAt = g
      }
    }
    if (best >= enough) return best
    const risesAtZero = (power * slope) / total > slopeLoss
    if (bestAt < 0 && !risesAtZero) return 0
    if (Number.isFinite(enough) && best > ZERO && enough - best > REFINEMENT) return best
    const low = bestAt <= 0 ? LOG_LOW - 30 : LOG_LOW + ((LOG_HIGH - LOG_LOW) * (bestAt - 1)) / (GRID - 1)
    const high = LOG_LOW + ((LOG_HIGH - LOG_LOW) * Math.min(GRID - 1, Math.max(bestAt, 0) + 1)) / (GRID - 1)
    const valueAt = (logLambda: number): number => {
      const lambda = Math.exp(logLambda - centre)
      let rest = residual
      for (let s = 0; s < weights.length; s++) rest += weights[s]! / (1 + lambda * values[s]!)
      return power * (logTotal - Math.log(rest)) - penaltyAt(lambda)
    }
    return Math.max(best, goldenMaximum(valueAt, low, high), risesAtZero ? 2 * ZERO : 0)
  }
}

const GOLDEN = 0.5 * (Math.sqrt(5) - 1)

/** The maximum of a function with one peak between `low` and `high` (golden sections; the argument to 1e-7). */
function goldenMaximum(f: (x: number) => number, low: number, high: number): number {
  let a = low
  let b = high
  let x = b - GOLDEN * (b - a)
  let y = a + GOLDEN * (b - a)
  let fx = f(x)
  let fy = f(y)
  while (b - a > 1e-7) {
    if (fx >= fy) {
      b = y
      y = x
      fy = fx
      x = b - GOLDEN * (b - a)
      fx = f(x)
    } else {
      a = x
      x = y
      fx = fy
      y = a + GOLDEN * (b - a)
      fy = f(y)
    }
  }
  return Math.max(fx, fy)
}
