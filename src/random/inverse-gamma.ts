import { drawGamma, drawLogGamma } from "./gamma.ts"
import type { Stream } from "./stream.ts"

/**
 * A draw from InverseGamma(shape, scale), density ∝ x^(−shape−1) exp(−scale / x): scale / Gamma(shape). Allocates nothing.
 *
 * Below shape 1 the quotient is taken in logarithms; it is Infinity only where the draw is beyond the largest double
 * (the tail falls as x^−shape, so tiny shapes reach it). NaN when shape or scale is not a positive finite number.
 */
export function drawInverseGamma(rng: Stream, shape: number, scale: number): number {
  if (!(scale > 0 && scale < Infinity)) return NaN
  if (shape >= 1) return scale / drawGamma(rng, shape)
  return Math.exp(Math.log(scale) - drawLogGamma(rng, shape))
}
