import type { Stream } from "../random/stream.ts"
import type { ScalarFunctions } from "./distribution.ts"
import { bisect, bisectIntegers } from "./invert-cdf.ts"

/*
 * Any family of one number restricted to lower ≤ x ≤ upper (either may be infinite). The interval's mass is taken from whichever
 * tail it lies in, in logarithms, so that it keeps its digits far out.
 */

/** Above this mass, drawing until the interval is hit beats inverting the cdf. */
const REJECTION_MASS = 0.2

/** Just below the first point that counts: an integer family's mass on [lower, upper] is that on (lower', upper]. */
const before = (lower: number, discrete: boolean): number => (discrete ? Math.ceil(lower) - 1 : lower)
const last = (upper: number, discrete: boolean): number => (discrete ? Math.floor(upper) : upper)

/** log(e^a − e^b), a ≥ b. */
const logDifference = (a: number, b: number): number =>
  a === -Infinity ? -Infinity : a + Math.log1p(-Math.exp(b - a))

/**
 * log P(lower ≤ X ≤ upper) with the parameters a … d: what the log density of the truncated family subtracts. −Infinity for an interval
 * without mass (or too far out for the family's tail functions), NaN for NaN. Allocates nothing.
 */
export function logMassBetween(
  f: ScalarFunctions,
  discrete: boolean,
  lower: number,
  upper: number,
  a: number,
  b: number,
  c: number,
  d: number,
): number {
  const isFromStart = lower <= f.lower(a, b, c, d)
  const isToEnd = upper >= f.upper(a, b, c, d)
  if (isFromStart && isToEnd) return 0
  if (lower > upper) return -Infinity
  const start = before(lower, discrete)
  const end = last(upper, discrete)
  if (isToEnd) return f.logSurvival(start, a, b, c, d)
  if (isFromStart) return f.logCdf(end, a, b, c, d)
  const above = f.survival(start, a, b, c, d)
  if (above < 0.5) return logDifference(f.logSurvival(start, a, b, c, d), f.logSurvival(end, a, b, c, d))
  const below = f.cdf(end, a, b, c, d)
  if (below < 0.5) return logDifference(f.logCdf(end, a, b, c, d), f.logCdf(start, a, b, c, d))
  return Math.log(above - f.survival(end, a, b, c, d))
}

/**
 * A draw from the family restricted to [lower, upper]: by rejection where the interval holds a fifth of the mass, else by inversion of
 * the nearer tail. NaN when the interval has no mass, or a mass below what the family's tail functions can tell from 0.
 */
export function sampleTruncated(
  rng: Stream,
  f: ScalarFunctions,
  discrete: boolean,
  lower: number,
  upper: number,
  a: number,
  b: number,
  c: number,
  d: number,
): number {
  const logMass = logMassBetween(f, discrete, lower, upper, a, b, c, d)
  if (!(logMass > -Infinity)) return pointOf(f, discrete, lower, upper, a, b, c, d)
  if (logMass > Math.log(REJECTION_MASS)) {
    for (;;) {
      const x = f.sample(rng, a, b, c, d)
      if (!(x < lower || x > upper)) return x
    }
  }
  const start = before(Math.max(lower, f.lower(a, b, c, d)), discrete)
  const end = last(Math.min(upper, f.upper(a, b, c, d)), discrete)
  const u = rng.uniform()
  const isUpperTail = f.survival(start, a, b, c, d) < 0.5
  // The share u of the interval's mass, taken off the larger end of whichever tail holds the interval.
  const target = isUpperTail
    ? logDifference(f.logSurvival(start, a, b, c, d), logMass + Math.log(u))
    : logDifference(f.logCdf(end, a, b, c, d), logMass + Math.log(u))
  const isBelow = isUpperTail
    ? (x: number): boolean => f.logSurvival(x, a, b, c, d) > target
    : (x: number): boolean => f.logCdf(x, a, b, c, d) < target
  if (discrete) return bisectIntegers(isBelow, start + 1, end)
  return Math.min(upper, Math.max(lower, bisect(isBelow, start, end)))
}

/** An interval of one point is that point; one without mass has none. */
function pointOf(
  f: ScalarFunctions,
  discrete: boolean,
  lower: number,
  upper: number,
  a: number,
  b: number,
  c: number,
  d: number,
): number {
  return !discrete && lower === upper && f.logDensity(lower, a, b, c, d) > -Infinity ? lower : NaN
}
