import { drawGamma } from "./gamma.ts"
import { drawInverseGamma } from "./inverse-gamma.ts"
import { drawNormal } from "./normal.ts"
import type { Stream } from "./stream.ts"

/**
 * Writes into `out` (row-major q × q from `outOffset`, strict upper triangle set to 0) the lower factor B of a
 * Wishart(df, I) draw B B': independent normals below the diagonal, B_ii² ~ χ²(df − i), i = 0 … q − 1.
 * `df` is a real number > q − 1; NaN appears in `out` otherwise. Allocates nothing.
 *
 * M. S. Bartlett (1933), On the theory of statistical regression, Proc. R. Soc. Edinburgh 53, 260–283;
 * W. B. Smith and R. R. Hocking (1972), algorithm AS 53, Applied Statistics 21, 341–345.
 */
export function drawWishartFactor(
  rng: Stream,
  df: number,
  q: number,
  out: Float64Array,
  outOffset: number,
): void {
  for (let i = 0; i < q; i++) {
    const row = outOffset + i * q
    for (let j = 0; j < i; j++) out[row + j] = drawNormal(rng)
    out[row + i] = Math.sqrt(2 * drawGamma(rng, 0.5 * (df - i)))
    for (let j = i + 1; j < q; j++) out[row + j] = 0
  }
}

/**
 * Writes into `out` (row-major q × q from `outOffset`, both triangles) a draw Σ ~ InverseWishart(df, scale), density
 * ∝ |Σ|^(−(df + q + 1) / 2) exp(−tr(scale Σ⁻¹) / 2), mean scale / (df − q − 1). `df` is a real number > q − 1.
 *
 * With scale = L L' and B the Bartlett factor of Wishart(df, I): Σ = M M', M = L B⁻ᵀ, so that neither scale nor the
 * draw is ever inverted. For q = 1 it is InverseGamma(shape = df / 2, scale / 2). Allocates nothing. As df nears q − 1 draws
 * come arbitrarily near singular, and below df ≈ q − 0.5 some are so to working precision.
 *
 * @param scale symmetric positive definite, row-major q × q from index 0; only the lower triangle is read
 * @param scratch at least 2 q² doubles, overwritten; not used when q = 1
 * @returns false, with `out` untouched, when scale is not positive definite (or holds NaN) or df ≤ q − 1
 */
export function drawInverseWishart(
  rng: Stream,
  df: number,
  scale: Float64Array,
  q: number,
  out: Float64Array,
  outOffset: number,
  scratch: Float64Array,
): boolean {
  if (!(df > q - 1)) return false
  if (q === 1) {
    const value = scale[0]!
    if (!(value > 0)) return false
    out[outOffset] = drawInverseGamma(rng, 0.5 * df, 0.5 * value)
    return true
  }
  if (!factorise(scale, q, scratch)) return false
  const bartlett = q * q
  drawWishartFactor(rng, df, q, scratch, bartlett)
  for (let i = 0; i < q; i++) {
    // Row i of M solves B m = (row i of L)', whose entries beyond i are zero; it replaces that row.
    const row = i * q
    for (let j = 0; j < q; j++) {
      const b = bartlett + j * q
      let value = j <= i ? scratch[row + j]! : 0
      for (let k = 0; k < j; k++) value -= scratch[b + k]! * scratch[row + k]!
      scratch[row + j] = value / scratch[b + j]!
    }
  }
  for (let i = 0; i < q; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < q; k++) sum += scratch[i * q + k]! * scratch[j * q + k]!
      out[outOffset + i * q + j] = sum
      out[outOffset + j * q + i] = sum
    }
  }
  return true
}

/** Lower Cholesky factor of `a` into the first q² places of `l`. (Layers keep this folder from importing `src/math`.) */
function factorise(a: Float64Array, q: number, l: Float64Array): boolean {
  for (let i = 0; i < q; i++) {
    for (let j = 0; j <= i; j++) {
      let value = a[i * q + j]!
      for (let k = 0; k < j; k++) value -= l[i * q + k]! * l[j * q + k]!
      if (j < i) l[i * q + j] = value / l[j * q + j]!
      else if (value > 0) l[i * q + i] = Math.sqrt(value)
      else return false
    }
  }
  return true
}
