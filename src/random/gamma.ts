import { drawNormal } from "./normal.ts"
import type { Stream } from "./stream.ts"

/** exp of anything above this is a normal double, with room for a factor. */
const SAFE_LOG = -600

/**
 * A draw from Gamma(shape, scale = 1); divide by a rate or multiply by a scale for the others. Allocates nothing.
 *
 * G. Marsaglia and W. W. Tsang (2000), A simple method for generating gamma variables, ACM TOMS 26, 363–372. Below
 * shape 1 it is G(shape + 1) U^(1 / shape) (their section 6), taken in logarithms where the power nearly underflows: the
 * result is 0 only where the draw itself is below the smallest double.
 *
 * NaN when `shape` is not a positive finite number.
 */
export function drawGamma(rng: Stream, shape: number): number {
  if (shape >= 1) return drawGammaFromOne(rng, shape)
  if (!(shape > 0)) return NaN
  const boosted = drawGammaFromOne(rng, shape + 1)
  const logPower = Math.log(rng.uniform()) / shape
  return logPower > SAFE_LOG ? boosted * Math.exp(logPower) : Math.exp(Math.log(boosted) + logPower)
}

/**
 * The logarithm of a draw from Gamma(shape, scale = 1). Finite for every positive shape whose draws have a finite
 * logarithm, also where the draw itself underflows. The same draw as `drawGamma`'s but for rounding, from the
 * same words of the stream. Allocates nothing.
 * NaN when `shape` is not a positive finite number.
 */
export function drawLogGamma(rng: Stream, shape: number): number {
  if (shape >= 1) return Math.log(drawGammaFromOne(rng, shape))
  if (!(shape > 0)) return NaN
  const boosted = Math.log(drawGammaFromOne(rng, shape + 1))
  return boosted + Math.log(rng.uniform()) / shape
}

/** Marsaglia & Tsang's rejection from a transformed normal, for shape ≥ 1. */
function drawGammaFromOne(rng: Stream, shape: number): number {
  if (shape === Infinity) return NaN
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = drawNormal(rng)
    const root = 1 + c * x
    if (root <= 0) continue
    const v = root * root * root
    const u = rng.uniform()
    const square = x * x
    // The squeeze settles all but a few per cent without a logarithm.
    if (u < 1 - 0.0331 * square * square) return d * v
    if (Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) return d * v
  }
}
