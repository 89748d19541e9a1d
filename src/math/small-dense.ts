/**
 * Dense kernels for the small matrices of a Gibbs sweep (q × q, q the number of coefficients that vary by group).
 * Matrices are row-major inside a larger `Float64Array`, addressed by the offset of their first element. Nothing
 * here allocates. Algorithms: Golub & Van Loan (2013), Matrix Computations, sections 3.1 and 4.2.
 */

/**
 * Cholesky factorisation `A = L L'` in place: the lower triangle of `a` becomes L, the strict upper is not touched.
 * Only the lower triangle of A is read.
 * @returns false, with `a` partly overwritten, when A is not positive definite to working precision.
 */
export function cholesky(a: Float64Array, offset: number, q: number): boolean {
  for (let j = 0; j < q; j++) {
    const rowJ = offset + j * q
    let diagonal = a[rowJ + j]!
    for (let k = 0; k < j; k++) diagonal -= a[rowJ + k]! * a[rowJ + k]!
    // Written so that NaN fails as well.
    if (!(diagonal > 0)) return false
    const pivot = Math.sqrt(diagonal)
    a[rowJ + j] = pivot
    for (let i = j + 1; i < q; i++) {
      const rowI = offset + i * q
      let value = a[rowI + j]!
      for (let k = 0; k < j; k++) value -= a[rowI + k]! * a[rowJ + k]!
      a[rowI + j] = value / pivot
    }
  }
  return true
}

/** `x := L⁻¹ x` for the lower triangle L of `l`; `x` has length q from `xOffset` and is overwritten. */
export function solveLower(
  l: Float64Array,
  offset: number,
  q: number,
  x: Float64Array,
  xOffset: number,
): void {
  for (let i = 0; i < q; i++) {
    const row = offset + i * q
    let value = x[xOffset + i]!
    for (let k = 0; k < i; k++) value -= l[row + k]! * x[xOffset + k]!
    x[xOffset + i] = value / l[row + i]!
  }
}

/** `x := L⁻ᵀ x` for the lower triangle L of `l`; `x` has length q from `xOffset` and is overwritten. */
export function solveLowerTransposed(
  l: Float64Array,
  offset: number,
  q: number,
  x: Float64Array,
  xOffset: number,
): void {
  for (let i = q - 1; i >= 0; i--) {
    let value = x[xOffset + i]!
    for (let k = i + 1; k < q; k++) value -= l[offset + k * q + i]! * x[xOffset + k]!
    x[xOffset + i] = value / l[offset + i * q + i]!
  }
}

/** `log |A|` from the lower Cholesky factor of A. */
export function logDeterminant(l: Float64Array, offset: number, q: number): number {
  let sum = 0
  for (let i = 0; i < q; i++) sum += Math.log(l[offset + i * q + i]!)
  return 2 * sum
}

/**
 * Inverse of a symmetric positive definite matrix. Only the lower triangle of `a` is read; `out` receives the full
 * symmetric inverse and `scratch` (q² values from 0) the Cholesky factor of A. `out` and `a` may be the same place.
 * @returns false when A is not positive definite; `out` is then undefined.
 */
export function invertPositiveDefinite(
  a: Float64Array,
  aOffset: number,
  q: number,
  out: Float64Array,
  outOffset: number,
  scratch: Float64Array,
): boolean {
  if (q === 1) {
    const value = a[aOffset]!
    out[outOffset] = 1 / value
    return value > 0
  }
  for (let i = 0; i < q * q; i++) scratch[i] = a[aOffset + i]!
  if (!cholesky(scratch, 0, q)) return false
  // Column by column: out[:, j] = A⁻¹ e_j, written into row j, which by symmetry is the same.
  for (let j = 0; j < q; j++) {
    const row = outOffset + j * q
    for (let i = 0; i < q; i++) out[row + i] = i === j ? 1 : 0
    solveLower(scratch, 0, q, out, row)
    solveLowerTransposed(scratch, 0, q, out, row)
  }
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * (out[outOffset + i * q + j]! + out[outOffset + j * q + i]!)
      out[outOffset + i * q + j] = mean
      out[outOffset + j * q + i] = mean
    }
  }
  return true
}
