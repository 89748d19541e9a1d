/** Gamma(shape, rate) of a power u = xᵖ of the target, within bounds of x: drawn, and its density in x. */
import { gamma } from "../../../distributions/gamma.ts"
import { drawGamma } from "../../../random/gamma.ts"
import type { Stream } from "../../../random/stream.ts"
import { numbersOf } from "./numbers-of.ts"

/** The BUGS language's truncated gamma. */
const table = numbersOf("dgamma")

/** One draw of u within [lower, upper]; NaN where the parameters allow none. A rate of 0 needs a finite upper bound. */
function drawBoundedGamma(rng: Stream, shape: number, rate: number, lower: number, upper: number): number {
  if (!(shape > 0 && rate >= 0 && lower <= upper)) return Number.NaN
  if (lower <= 0 && upper === Infinity) return drawGamma(rng, shape) / rate
  const least = Math.max(0, lower)
  if (rate === 0) {
    // Density ∝ u^(shape − 1).
    const a = least ** shape
    return (a + (upper ** shape - a) * rng.uniform()) ** (1 / shape)
  }
  const u = table.sampleTruncated(rng, least, upper, shape, rate, 0, 0)
  return Number.isNaN(u) ? drawFarOut(rng, shape, rate, least, upper) : u
}

/** Proposals in a tail before it is given up. */
const MOST_PROPOSALS = 10_000

/**
 * Intervals too far out for the tail functions: an exponential from the nearer end whose slope is the log density's
 * there, a tangent above it (concave for shape ≥ 1; for less, its concave part), accepted by their ratio.
 */
function drawFarOut(rng: Stream, shape: number, rate: number, lower: number, upper: number): number {
  const log = (u: number): number => (shape - 1) * Math.log(u) - rate * u
  const isAbove = shape / rate < lower
  const end = isAbove ? lower : upper
  const slope = Math.max(0, shape - 1) / end - rate
  if (isAbove ? slope >= 0 : slope <= 0) return Number.NaN
  const width = upper - lower
  for (let k = 0; k < MOST_PROPOSALS; k++) {
    const distance = -Math.log1p(rng.uniform() * Math.expm1(-Math.abs(slope) * width)) / Math.abs(slope)
    const u = isAbove ? end + distance : end - distance
    const ratio = log(u) - log(end) - slope * (u - end)
    if (Math.log(rng.uniform()) <= ratio) return u
  }
  return Number.NaN
}

/** Log density of u within [lower, upper], normalised. */
function logBoundedGamma(u: number, shape: number, rate: number, lower: number, upper: number): number {
  const least = Math.max(0, lower)
  if (!(u >= least && u <= upper)) return -Infinity
  if (rate === 0)
    return Math.log(shape) + (shape - 1) * Math.log(u) - Math.log(upper ** shape - least ** shape)
  const density = gamma.direct.logDensity(u, shape, rate, 0, 0)
  return least === 0 && upper === Infinity
    ? density
    : density - table.logMass(least, upper, shape, rate, 0, 0)
}

/** `draw` and `logDensity` of a family in which u = xᵖ is Gamma(natural[0], natural[1]). */
export function gammaOfPower(power: number) {
  const toU = (x: number): number => (power === 1 ? x : x <= 0 ? (power < 0 ? Infinity : 0) : x ** power)
  return {
    draw(rng: Stream, natural: Float64Array, lower: number, upper: number): number {
      const a = toU(Math.max(0, lower))
      const b = toU(upper)
      const u = drawBoundedGamma(rng, natural[0]!, natural[1]!, Math.min(a, b), Math.max(a, b))
      return power === 1 ? u : u ** (1 / power)
    },
    logDensity(x: number, natural: Float64Array, lower: number, upper: number): number {
      const a = toU(Math.max(0, lower))
      const b = toU(upper)
      const density = logBoundedGamma(toU(x), natural[0]!, natural[1]!, Math.min(a, b), Math.max(a, b))
      return power === 1 ? density : density + Math.log(Math.abs(power)) + (power - 1) * Math.log(x)
    },
  }
}
