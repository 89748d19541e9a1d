/** Ordinary least squares on the fixed part of a design. */

import { NumericalError } from "../core/errors.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns, solveUpperColumns } from "../math/orthonormal-basis.ts"
import type { Design } from "../models/formula/design.ts"
import { checkNumbers } from "./check-design.ts"

export interface OlsFit {
  readonly names: readonly string[]
  readonly estimate: Float64Array
  readonly se: Float64Array
  /** Residual standard deviation, `sqrt(rss / df)`. */
  readonly sigma: number
  /** Residual degrees of freedom, n − p. */
  readonly df: number
  readonly rss: number
  /** Offset included. */
  readonly fitted: Float64Array
  readonly residuals: Float64Array
}

/**
 * Regression of the response, less the offset, on X by QR; the random terms are not looked at.
 *
 * @throws DataError when there are not more rows than columns or a number is not finite
 * @throws NumericalError when columns of X are collinear
 */
export function fitOls(design: Design): OlsFit {
  checkNumbers(design)
  const { names, columns } = design.fixed
  const { basis, dependent, coordinates } = orthonormaliseColumns(columns)
  if (dependent.length > 0) {
    const name = names[dependent[0]!] ?? String(dependent[0])
    throw new NumericalError(`predictor ${name} is a linear combination of those before it`, {
      code: "collinear",
      where: design.formula,
      hint: `leave ${name} out`,
    })
  }
  const residuals = Float64Array.from(design.response.values, (y, i) => y - (design.offset?.[i] ?? 0))
  const estimate = projectOut(basis, residuals)
  solveUpperColumns(coordinates, estimate)
  const rss = dot(residuals, residuals)
  const df = design.nobs - columns.length
  const sigma = Math.sqrt(rss / df)
  const se = inverseRowNorms(coordinates).map((norm) => norm * sigma)
  const fitted = residuals.map((value, i) => design.response.values[i]! - value)
  return { names, estimate, se, sigma, df, rss, fitted, residuals }
}

/** Takes the span of an orthonormal basis out of y in place, in two passes; returns the coordinates of what it took. */
export function projectOut(basis: readonly Float64Array[], y: Float64Array): Float64Array {
  const shares = new Float64Array(basis.length)
  for (let pass = 0; pass < 2; pass++) {
    basis.forEach((direction, k) => {
      const share = dot(direction, y)
      shares[k] = shares[k]! + share
      for (let i = 0; i < y.length; i++) y[i] = y[i]! - share * direction[i]!
    })
  }
  return shares
}

/** Lengths of the rows of R⁻¹: the square roots of the diagonal of `(R'R)⁻¹`. */
export function inverseRowNorms(coordinates: readonly Float64Array[]): Float64Array {
  const p = coordinates.length
  const squares = new Float64Array(p)
  for (let j = 0; j < p; j++) {
    const column = new Float64Array(p)
    column[j] = 1
    solveUpperColumns(coordinates, column)
    for (let i = 0; i < p; i++) squares[i] = squares[i]! + column[i]! ** 2
  }
  return squares.map(Math.sqrt)
}

/** `(X'X)⁻¹`, row-major p × p, by QR; the columns are independent. */
export function inverseCrossProduct(columns: readonly Float64Array[]): Float64Array {
  const p = columns.length
  const { coordinates } = orthonormaliseColumns(columns)
  const out = new Float64Array(p * p)
  for (let j = 0; j < p; j++) {
    const column = new Float64Array(p)
    column[j] = 1
    solveUpperColumns(coordinates, column)
    for (let a = 0; a < p; a++) {
      for (let b = 0; b < p; b++) out[a * p + b] = out[a * p + b]! + column[a]! * column[b]!
    }
  }
  return out
}
