/**
 * The steps of a factorisation whose other columns seldom meet: M is a sparse matrix, `f.rest` its entries in the order of
 * the pattern, `f.sparse` its factor. Same mathematics as for a dense M.
 */
import { cholesky, solveLower } from "../../math/small-dense.ts"
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

/** A product of pivots within these bounds can take another pivot without leaving the range of doubles. */
const LARGE = 1e100
const SMALL = 1e-100

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

/** As `eliminateLevels`, into a sparse M. @returns false when a level's block is not positive definite */
export function eliminateSparsely(f: Factorisation, weight: number): boolean {
  return f.statistics.q === 1 ? eliminateScalars(f, weight) : eliminateBlocks(f, weight)
}

function eliminateScalars(f: Factorisation, weight: number): boolean {
  const { statistics: s, own, solvedCross, solvedResponse, rest: m, solvedRest } = f
  const { levels, pointer, column, cross, ownResponse } = s
  const { targets } = s.pattern!
  const prior = f.ownPrecision[0]!
  let target = 0
  let quadratic = 0
  let product = 1
  let logs = 0
  for (let l = 0; l < levels; l++) {
    const precision = weight * s.own[l]! + prior
    if (!(precision > 0)) return false
    const pivot = Math.sqrt(precision)
    // One logarithm for many pivots.
    product *= precision
    if (product > LARGE || product < SMALL) {
      logs += Math.log(product)
      product = 1
    }
    const scale = weight / pivot
    const response = scale * ownResponse[l]!
    own[l] = pivot
    solvedResponse[l] = response
    quadratic += response * response
    const start = pointer[l]!
    const end = pointer[l + 1]!
    for (let e = start; e < end; e++) {
      const value = scale * cross[e]!
      solvedCross[e] = value
      for (let d = start; d <= e; d++) m[targets[target++]!]! -= value * solvedCross[d]!
      solvedRest[column[e]!]! -= value * response
    }
  }
  f.eliminated.quadratic = quadratic
  f.eliminated.logDeterminant = logs + Math.log(product)
  return true
}

function eliminateBlocks(f: Factorisation, weight: number): boolean {
  const { statistics: s, own, solvedCross: c, solvedResponse, rest: m, solvedRest, ownPrecision } = f
  const { q, levels, pointer, column } = s
  const { targets } = s.pattern!
  const square = q * q
  let target = 0
  let quadratic = 0
  let logs = 0
  for (let l = 0; l < levels; l++) {
    const base = l * square
    for (let k = 0; k < square; k++) own[base + k] = weight * s.own[base + k]! + ownPrecision[k]!
    if (!cholesky(own, base, q)) return false
    for (let t = 0; t < q; t++) {
      logs += Math.log(own[base + t * q + t]!)
      solvedResponse[l * q + t] = weight * s.ownResponse[l * q + t]!
    }
    solveLower(own, base, q, solvedResponse, l * q)
    for (let t = 0; t < q; t++) quadratic += solvedResponse[l * q + t]! ** 2

    const start = pointer[l]!
    const end = pointer[l + 1]!
    for (let e = start; e < end; e++) {
      const at = e * q
      for (let t = 0; t < q; t++) c[at + t] = weight * s.cross[at + t]!
      solveLower(own, base, q, c, at)
      for (let d = start; d <= e; d++) {
        let inner = 0
        for (let t = 0; t < q; t++) inner += c[at + t]! * c[d * q + t]!
        m[targets[target++]!]! -= inner
      }
      let inner = 0
      for (let t = 0; t < q; t++) inner += c[at + t]! * solvedResponse[l * q + t]!
      solvedRest[column[e]!]! -= inner
    }
  }
  f.eliminated.quadratic = quadratic
  f.eliminated.logDeterminant = 2 * logs
  return true
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
