/** The one lower triangular factor that stands for all square roots of a covariance matrix. */

import { decomposeSymmetric } from "./symmetric-eigen.ts"

/**
 * The lower triangular L with diagonal ≥ 0 and `L L' = F F'`. Where `F F'` is singular, a pivot below `tolerance`
 * makes its whole column zero, so that the rank of L is the number of its columns that are not.
 *
 * Works on F by Givens rotations from the right, never on `F F'`: small standard deviations keep their digits.
 *
 * @param factor row-major, q rows and `width` ≥ q columns; not changed
 * @param tolerance absolute, in the units of F: shorter remainders of a row are taken as zero
 * @returns row-major q × q, zeros above the diagonal
 */
export function lowerTriangularFactor(
  factor: Float64Array,
  q: number,
  width: number,
  tolerance: number,
): Float64Array {
  const f = flushTiny(factor.subarray(0, q * width))
  const lower = new Float64Array(q * q)
  let first = 0
  for (let row = 0; row < q; row++) {
    if (first >= width) break
    for (let column = width - 1; column > first; column--) rotateIntoFirst(f, q, width, row, first, column)
    const pivot = f[row * width + first]!
    if (Math.abs(pivot) <= tolerance) {
      // Below the tolerance the pivot is dropped; the rest of its column stays available to later rows.
      f[row * width + first] = 0
      continue
    }
    const sign = pivot < 0 ? -1 : 1
    for (let i = row; i < q; i++) lower[i * q + row] = sign * f[i * width + first]!
    first++
  }
  return lower
}

/** A copy without entries so much smaller than the largest that their squares would underflow. */
function flushTiny(values: Float64Array): Float64Array {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return values.map((value) => (Math.abs(value) < 1e-140 * largest ? 0 : value))
}

function rotateIntoFirst(
  f: Float64Array,
  q: number,
  width: number,
  row: number,
  first: number,
  column: number,
): void {
  const a = f[row * width + first]!
  const b = f[row * width + column]!
  if (b === 0) return
  const length = Math.hypot(a, b)
  const cosine = a / length
  const sine = b / length
  for (let i = row; i < q; i++) {
    const x = f[i * width + first]!
    const y = f[i * width + column]!
    f[i * width + first] = cosine * x + sine * y
    f[i * width + column] = cosine * y - sine * x
  }
  f[row * width + column] = 0
}

/**
 * A factor of the matrix of lower rank nearest to `F F'`: the directions in which F is shorter than `tolerance` are
 * removed.
 *
 * @param factor row-major q × q; not changed
 * @returns the lower triangular factor as {@link lowerTriangularFactor} makes it, and its rank
 */
export function truncateFactor(
  factor: Float64Array,
  q: number,
  tolerance: number,
): { readonly factor: Float64Array; readonly rank: number } {
  const gram = new Float64Array(q * q)
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) {
      for (let k = 0; k < q; k++) gram[i * q + j] = gram[i * q + j]! + factor[k * q + i]! * factor[k * q + j]!
    }
  }
  // Right singular vectors of F: the columns F v_k are orthogonal, their lengths are the singular values.
  const { vectors } = decomposeSymmetric(gram, q)
  const kept = new Float64Array(q * q)
  let rank = 0
  for (let k = 0; k < q; k++) {
    const image = new Float64Array(q)
    for (let i = 0; i < q; i++) {
      for (let j = 0; j < q; j++) image[i] = image[i]! + factor[i * q + j]! * vectors[j * q + k]!
    }
    if (Math.hypot(...image) <= tolerance) continue
    for (let i = 0; i < q; i++) kept[i * q + rank] = image[i]!
    rank++
  }
  return { factor: lowerTriangularFactor(kept, q, q, tolerance * 1e-6), rank }
}
