import gammaln from "@stdlib/math-base-special-gammaln"
import type { Stream } from "./stream.ts"

/**
 * A draw from Binomial(size, prob), exact: inversion where size · min(prob, 1 − prob) < 10, else the transformed rejection BTRS of
 * W. Hörmann (1993), The generation of binomial random variates, J. Statist. Comput. Simul. 46, 101–110.
 * NaN when `size` is not 0, 1, 2, … or `prob` not in [0, 1]. Allocates nothing.
 */
export function drawBinomial(rng: Stream, size: number, prob: number): number {
  if (!(Number.isInteger(size) && size >= 0 && prob >= 0 && prob <= 1)) return NaN
  if (prob > 0.5) return size - drawBelowHalf(rng, size, 1 - prob)
  return drawBelowHalf(rng, size, prob)
}

function drawBelowHalf(rng: Stream, size: number, prob: number): number {
  if (prob === 0 || size === 0) return 0
  return size * prob < 10 ? invert(rng, size, prob) : rejectTransformed(rng, size, prob)
}

/** The mass at k from that at k − 1, subtracted from one uniform; rounding that runs past the end starts again. */
function invert(rng: Stream, size: number, prob: number): number {
  const odds = prob / (1 - prob)
  const start = Math.exp(size * Math.log1p(-prob))
  for (;;) {
    let u = rng.uniform()
    let mass = start
    let k = 0
    while (u > mass && k <= size) {
      u -= mass
      k++
      mass *= ((size - k + 1) / k) * odds
    }
    if (k <= size) return k
  }
}

function rejectTransformed(rng: Stream, size: number, prob: number): number {
  const sd = Math.sqrt(size * prob * (1 - prob))
  const b = 1.15 + 2.53 * sd
  const a = -0.0873 + 0.0248 * b + 0.01 * prob
  const centre = size * prob + 0.5
  const squeeze = 0.92 - 4.2 / b
  const alpha = (2.83 + 5.1 / b) * sd
  const logOdds = Math.log(prob / (1 - prob))
  const mode = Math.floor((size + 1) * prob)
  const peak = gammaln(mode + 1) + gammaln(size - mode + 1)
  for (;;) {
    const u = rng.uniform() - 0.5
    const v = rng.uniform()
    const gap = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / gap + b) * u + centre)
    if (k < 0 || k > size) continue
    if (gap >= 0.07 && v <= squeeze) return k
    const height = Math.log((v * alpha) / (a / (gap * gap) + b))
    if (height <= peak - gammaln(k + 1) - gammaln(size - k + 1) + (k - mode) * logOdds) return k
  }
}
