import { drawGamma, drawLogGamma } from "./gamma.ts"
import type { Stream } from "./stream.ts"

const LEAST = 2 ** -1022
const MOST = 1 - 2 ** -53

/**
 * A draw from Beta(alpha, beta), density ∝ x^(alpha−1) (1 − x)^(beta−1): G_alpha / (G_alpha + G_beta) of two gammas, in logarithms
 * where a shape is below 1 and the gamma may underflow. What rounds to 0 or 1, where densities may be infinite, is the number next to it. NaN when a shape is not a
 * positive finite number. Allocates nothing.
 */
export function drawBeta(rng: Stream, alpha: number, beta: number): number {
  if (alpha >= 1 && beta >= 1) {
    const first = drawGamma(rng, alpha)
    return first / (first + drawGamma(rng, beta))
  }
  const first = drawLogGamma(rng, alpha)
  const x = 1 / (1 + Math.exp(drawLogGamma(rng, beta) - first))
  return Math.min(MOST, Math.max(LEAST, x))
}
