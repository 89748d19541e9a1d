import { drawNormal } from "./normal.ts"
import type { Stream } from "./stream.ts"

/**
 * A draw from InverseGaussian(mean μ, shape λ), density √(λ / (2π x³)) exp(−λ (x − μ)² / (2 μ² x)). Allocates nothing.
 *
 * J. R. Michael, W. R. Schucany and R. W. Haas (1976), Generating random variates using transformations with multiple
 * roots, The American Statistician 30, 88–90; the smaller root written without cancellation. NaN when an argument is not positive and finite.
 */
export function drawInverseGaussian(rng: Stream, mean: number, shape: number): number {
  if (!(mean > 0 && mean < Infinity && shape > 0 && shape < Infinity)) return NaN
  const z = drawNormal(rng)
  const y = (mean * z * z) / (2 * shape)
  // The roots are μ (1 + y ± √(y (y + 2))), their product μ².
  const root = mean / (1 + y + Math.sqrt(y * (y + 2)))
  return rng.uniform() * (mean + root) <= mean ? root : (mean * mean) / root
}
