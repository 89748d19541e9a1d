import gammaln from "@stdlib/math-base-special-gammaln"
import type { Stream } from "./stream.ts"

/**
 * A draw from Poisson(mean), exact: products of uniforms below mean 10, above it the transformed rejection PTRS of
 * W. Hörmann (1993), The transformed rejection method for generating Poisson random variables, Insurance: Mathematics
 * and Economics 12, 39–45. NaN when `mean` is negative or not finite. Allocates nothing.
 */
export function drawPoisson(rng: Stream, mean: number): number {
  if (!(mean >= 0 && mean < Infinity)) return NaN
  return mean < 10 ? countProducts(rng, Math.exp(-mean)) : rejectTransformed(rng, mean)
}

function countProducts(rng: Stream, limit: number): number {
  let k = 0
  for (let product = rng.uniform(); product > limit; product *= rng.uniform()) k++
  return k
}

function rejectTransformed(rng: Stream, mean: number): number {
  const logMean = Math.log(mean)
  const b = 0.931 + 2.53 * Math.sqrt(mean)
  const a = -0.059 + 0.02483 * b
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
  const squeeze = 0.9277 - 3.6224 / (b - 2)
  for (;;) {
    const u = rng.uniform() - 0.5
    const v = rng.uniform()
    const gap = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / gap + b) * u + mean + 0.43)
    if (gap >= 0.07 && v <= squeeze) return k
    if (k < 0 || (gap < 0.013 && v > gap)) continue
    const height = Math.log((v * inverseAlpha) / (a / (gap * gap) + b))
    if (height <= k * logMean - mean - gammaln(k + 1)) return k
  }
}
