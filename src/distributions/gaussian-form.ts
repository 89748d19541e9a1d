import { cholesky, logDeterminant, solveLower } from "../math/small-dense.ts"
import { drawFromCovarianceFactor, drawFromPrecisionFactor } from "../random/multivariate-normal.ts"
import type { Stream } from "../random/stream.ts"
import { createScratch } from "./scratch.ts"

const scratch = createScratch()

/** log |precision| and the square (x − m)' precision (x − m). */
export interface GaussianForm {
  logDeterminant: number
  square: number
}

/**
 * Both numbers, into `out`, for x, mean and a q × q matrix (precision or covariance; its lower triangle is read) that stand at offsets of
 * their arrays. False when the matrix is not positive definite. Allocates nothing after the first call with a size.
 */
export function findGaussianForm(
  x: Float64Array,
  at: number,
  q: number,
  mean: Float64Array,
  meanAt: number,
  matrix: Float64Array,
  matrixAt: number,
  isPrecision: boolean,
  out: GaussianForm,
): boolean {
  const space = scratch(q * q + q)
  for (let k = 0; k < q * q; k++) space[k] = matrix[matrixAt + k]!
  if (!cholesky(space, 0, q)) return false
  const z = q * q
  for (let i = 0; i < q; i++) space[z + i] = x[at + i]! - mean[meanAt + i]!
  const determinant = logDeterminant(space, 0, q)
  out.logDeterminant = isPrecision ? determinant : -determinant
  let square = 0
  if (isPrecision) {
    // |L' d|².
    for (let j = 0; j < q; j++) {
      let sum = 0
      for (let i = j; i < q; i++) sum += space[i * q + j]! * space[z + i]!
      square += sum * sum
    }
  } else {
    solveLower(space, 0, q, space, z)
    for (let i = 0; i < q; i++) square += space[z + i]! * space[z + i]!
  }
  out.square = square
  return true
}

/** A draw from Normal(0, matrix or its inverse) into out[at …]; NaN when the matrix is not positive definite. */
export function drawCentred(
  rng: Stream,
  q: number,
  matrix: Float64Array,
  matrixAt: number,
  isPrecision: boolean,
  out: Float64Array,
  at: number,
): void {
  const space = scratch(q * q)
  for (let k = 0; k < q * q; k++) space[k] = matrix[matrixAt + k]!
  const isDefinite = cholesky(space, 0, q)
  for (let i = 0; i < q; i++) out[at + i] = isDefinite ? 0 : NaN
  if (!isDefinite) return
  if (isPrecision) drawFromPrecisionFactor(rng, space, 0, q, out, at)
  else drawFromCovarianceFactor(rng, space, 0, q, out, at)
}
