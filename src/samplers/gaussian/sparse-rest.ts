/**
 * The steps of a factorisation whose other columns seldom meet: M is a sparse matrix, `f.rest` its entries in the order of
 * the pattern, `f.sparse` its factor. Same mathematics as for a dense M.
 */
import {
  factoriseSparse,
  fromPivotOrder,
  type SparseFactor,
  solveSparseLower,
  solveSparseUpper,
  toPivotOrder,
} from "../../math/sparse-cholesky.ts"
import type { Factorisation, SpreadValue } from "./factorisation-types.ts"
import type { GaussianStatistics } from "./statistics.ts"

/** Products and priors of the other columns into M and its right side. */
export function weighSparseProducts(f: Factorisation, weight: number): void {
  const { statistics: s, priors, rest: m, solvedRest } = f
  const { pointer } = s.pattern!
  for (let k = 0; k < m.length; k++) m[k] = weight * s.restSquares[k]!
  for (let a = 0; a < s.rest; a++) {
    // The diagonal is the last of its column.
    m[pointer[a + 1]! - 1]! += priors.precision[a]!
    solvedRest[a] = weight * s.restResponse[a]! + priors.precision[a]! * priors.mean[a]!
  }
}

/** The inverse covariance of each level of a term into M. */
export function addSparsePrecisions(
  { statistics: { pattern }, rest: m }: Factorisation,
  { first, levels }: GaussianStatistics["restTerms"][number],
  { q, inverse }: SpreadValue,
): void {
  const { pointer } = pattern!
  for (let l = 0; l < levels; l++) {
    for (let t = 0; t < q; t++) {
      // A level's own columns stand side by side before its diagonal.
      const diagonal = pointer[first + l * q + t + 1]! - 1
      for (let u = 0; u <= t; u++) m[diagonal - t + u]! += inverse[t * q + u]!
    }
  }
}

/** Factorises M and solves its right side, which is in the order of the pivots afterwards; false when M is not positive definite. */
export function solveSparseRest({ rest: m, solvedRest, draw }: Factorisation, factor: SparseFactor): boolean {
  if (!factoriseSparse(factor, m)) return false
  draw.set(solvedRest)
  toPivotOrder(factor.symbolic, draw, solvedRest)
  solveSparseLower(factor, solvedRest)
  return true
}

/** `L⁻ᵀ x` for x in the order of the pivots; the result is in that of the columns. Overwrites the factor's scratch memory. */
export function finishSparseDraw(factor: SparseFactor, x: Float64Array): void {
  const { scratch } = factor
  scratch.set(x)
  solveSparseUpper(factor, scratch)
  fromPivotOrder(factor.symbolic, scratch, x)
}

/** Sum of squares of `L'δ − z`: of the noise that the deviations in `f.draw` are made of. */
export function sparseNoiseSquares({ draw, solvedRest }: Factorisation, factor: SparseFactor): number {
  const { symbolic, values, scratch } = factor
  const { size, columnPointers, rowIndices } = symbolic
  toPivotOrder(symbolic, draw, scratch)
  let squares = 0
  for (let j = 0; j < size; j++) {
    let noise = -solvedRest[j]!
    for (let p = columnPointers[j]!; p < columnPointers[j + 1]!; p++)
      noise += values[p]! * scratch[rowIndices[p]!]!
    squares += noise * noise
  }
  return squares
}
