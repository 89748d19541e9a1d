import { drawLogGamma } from "./gamma.ts"
import type { Stream } from "./stream.ts"

/**
 * A draw from Dirichlet(concentration) into `out[outOffset …]`: gammas over their sum, in logarithms, so that tiny concentrations
 * leave no 0 / 0. An element with concentration 0 is exactly 0 (a structural zero, as in JAGS). `out` may be `concentration`.
 * NaN appears in `out` when a concentration is negative or not finite, or none is positive. Allocates nothing.
 */
export function drawDirichlet(
  rng: Stream,
  concentration: Float64Array,
  offset: number,
  n: number,
  out: Float64Array,
  outOffset: number,
): void {
  let largest = -Infinity
  for (let k = 0; k < n; k++) {
    const shape = concentration[offset + k]!
    const log = shape === 0 ? -Infinity : drawLogGamma(rng, shape)
    out[outOffset + k] = log
    largest = Math.max(largest, log)
  }
  let sum = 0
  for (let k = 0; k < n; k++) {
    const value = Math.exp(out[outOffset + k]! - largest)
    out[outOffset + k] = value
    sum += value
  }
  for (let k = 0; k < n; k++) out[outOffset + k] = out[outOffset + k]! / sum
}
