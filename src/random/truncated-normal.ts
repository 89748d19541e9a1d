import { drawNormal } from "./normal.ts"
import type { Stream } from "./stream.ts"

/** A straddling interval at least this wide (in sds) is drawn by rejecting normals: at least 49 % are kept. */
const WIDE = Math.sqrt(2 * Math.PI)

/**
 * A draw from Normal(mean, sd) restricted to [lower, upper]; the bounds may be infinite. Exact also in the far tails:
 * there the distance from the nearer bound is drawn, so that nothing cancels. Allocates nothing.
 *
 * C. P. Robert (1995), Simulation of truncated normal variables, Statistics and Computing 5, 121–125: normal,
 * uniform or translated exponential proposals by the place of the interval. Every case keeps nearly half of its proposals or more.
 * `lower` when the bounds are equal and finite. NaN when sd is not positive and finite, lower > upper, or an argument is NaN.
 */
export function drawTruncatedNormal(
  rng: Stream,
  mean: number,
  sd: number,
  lower: number,
  upper: number,
): number {
  if (!(sd > 0 && sd < Infinity && lower <= upper && Number.isFinite(mean))) return NaN
  if (lower === upper) return Number.isFinite(lower) ? lower : NaN
  const a = (lower - mean) / sd
  const b = (upper - mean) / sd
  const width = (upper - lower) / sd
  if (a > 0) return Math.min(upper, lower + sd * drawExcess(rng, a, width))
  if (b < 0) return Math.max(lower, upper - sd * drawExcess(rng, -b, width))
  const z = width > WIDE ? rejectNormal(rng, a, b) : rejectUniform(rng, a, width)
  return Math.min(upper, Math.max(lower, mean + sd * z))
}

function rejectNormal(rng: Stream, a: number, b: number): number {
  let z: number
  do z = drawNormal(rng)
  while (z < a || z > b)
  return z
}

/** a ≤ 0 ≤ a + width: the mode is inside. */
function rejectUniform(rng: Stream, a: number, width: number): number {
  let z: number
  do z = a + width * rng.uniform()
  while (2 * Math.log(rng.uniform()) > -z * z)
  return z
}

/**
 * The excess e = z − a of a standard normal z restricted to [a, a + width], a > 0. Target exp(−a e − e² / 2), proposal
 * exp(−λ e) on [0, width] with Robert's λ = (a + √(a² + 4)) / 2; both are functions of e alone.
 */
function drawExcess(rng: Stream, a: number, width: number): number {
  const gap = 2 / (Math.sqrt(a * a + 4) + a)
  const lambda = a + gap
  const mode = Math.min(gap, width)
  const ceiling = mode * (gap - 0.5 * mode)
  // Share of the untruncated exponential inside the interval, negated; −1 for an infinite width.
  const share = Math.expm1(-lambda * width)
  for (;;) {
    const excess = -Math.log1p(rng.uniform() * share) / lambda
    if (Math.log(rng.uniform()) <= excess * (gap - 0.5 * excess) - ceiling) return excess
  }
}
