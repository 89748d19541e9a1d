import { drawNormal } from "./normal.ts"
import type { Stream } from "./stream.ts"

/*
 * Draws given a Cholesky factor. `lower` holds L row-major, q × q from `offset`; its strict upper triangle is not read.
 * H. Rue and L. Held (2005), Gaussian Markov Random Fields, algorithms 2.3 and 2.5.
 */

/**
 * x ~ Normal(mean = P⁻¹ h, precision = P), P = L L': the full conditional of coefficients. On entry `x` (length q from
 * `xOffset`) holds the shift h, on exit the draw L⁻ᵀ (L⁻¹ h + z). Allocates nothing.
 */
export function drawFromPrecisionFactor(
  rng: Stream,
  lower: Float64Array,
  offset: number,
  q: number,
  x: Float64Array,
  xOffset: number,
): void {
  if (q === 1) {
    const pivot = lower[offset]!
    x[xOffset] = (x[xOffset]! / pivot + drawNormal(rng)) / pivot
    return
  }
  for (let i = 0; i < q; i++) {
    const row = offset + i * q
    let value = x[xOffset + i]!
    for (let k = 0; k < i; k++) value -= lower[row + k]! * x[xOffset + k]!
    x[xOffset + i] = value / lower[row + i]!
  }
  for (let i = 0; i < q; i++) x[xOffset + i] = x[xOffset + i]! + drawNormal(rng)
  for (let i = q - 1; i >= 0; i--) {
    let value = x[xOffset + i]!
    for (let k = i + 1; k < q; k++) value -= lower[offset + k * q + i]! * x[xOffset + k]!
    x[xOffset + i] = value / lower[offset + i * q + i]!
  }
}

/**
 * x ~ Normal(mean, covariance = L L'). On entry `x` (length q from `xOffset`) holds the mean, on exit the draw
 * mean + L z. Allocates nothing.
 */
export function drawFromCovarianceFactor(
  rng: Stream,
  lower: Float64Array,
  offset: number,
  q: number,
  x: Float64Array,
  xOffset: number,
): void {
  for (let j = 0; j < q; j++) {
    const z = drawNormal(rng)
    for (let i = j; i < q; i++) x[xOffset + i] = x[xOffset + i]! + lower[offset + i * q + j]! * z
  }
}
