import type { Stream } from "./stream.ts"

/**
 * A draw from 0 … n − 1 with probabilities proportional to `weights[offset …]`, by inversion. NaN when a weight is negative or NaN, or
 * their sum is not positive and finite. Allocates nothing.
 */
export function drawCategorical(rng: Stream, weights: Float64Array, offset: number, n: number): number {
  let total = 0
  for (let k = 0; k < n; k++) {
    const weight = weights[offset + k]!
    if (!(weight >= 0)) return NaN
    total += weight
  }
  if (!(total > 0 && total < Infinity)) return NaN
  let rest = rng.uniform() * total
  let last = NaN
  for (let k = 0; k < n; k++) {
    const weight = weights[offset + k]!
    if (weight === 0) continue
    // Rounding may leave a rest beyond the last member that can occur: it is that member's.
    last = k
    if (rest < weight) break
    rest -= weight
  }
  return last
}

/**
 * A draw from 0 … n − 1 with log probabilities `logs[offset …]` up to a constant; −Infinity excludes a member. The weights replace the
 * logarithms. NaN when every member is excluded, or one is NaN or Infinity. Allocates nothing.
 */
export function drawCategoricalFromLogs(rng: Stream, logs: Float64Array, offset: number, n: number): number {
  let largest = -Infinity
  for (let k = 0; k < n; k++) largest = Math.max(largest, logs[offset + k]!)
  if (!Number.isFinite(largest)) return NaN
  for (let k = 0; k < n; k++) logs[offset + k] = Math.exp(logs[offset + k]! - largest)
  return drawCategorical(rng, logs, offset, n)
}
