import type { Stream } from "./stream.ts"

/** A draw from the exponential distribution with rate 1, by inversion: −log u. Allocates nothing. */
export function drawExponential(rng: Stream): number {
  return -Math.log(rng.uniform())
}
