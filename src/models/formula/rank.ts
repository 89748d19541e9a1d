/** Which columns of a matrix are linear combinations of earlier ones. */
import { type RowValues, sumCrossProducts } from "../../math/grouped-sums.ts"
import { solveLower, solveLowerTransposed } from "../../math/small-dense.ts"

/** R's tolerance for `qr`. */
const TOLERANCE = 1e-7

/** Where more than this share of a column's length is left, cross-products tell so with digits to spare. */
const CLEAR = 1e-3

/** Rows that are held at once where a column is looked at row by row. */
const CHUNK = 2048

/**
 * The indices of the columns that are not linear combinations of the columns before them, ascending. A column is one
 * when what is left of it after projection on the kept columns is shorter than 1e-7 of its length, the rule of R's
 * LINPACK `qr`, which moves such columns to the end and keeps the earliest.
 *
 * Cross-products settle it where every column keeps more than 1e-3 of its length or is left with less than 1e-7; otherwise
 * the columns are orthogonalised. Time `rows * columns^2`; the columns are not changed, and not copied in the first case.
 *
 * @param columns of length `rows`, null for ones
 */
export function findIndependentColumns(
  columns: readonly RowValues[],
  rows = columns[0]?.length ?? 0,
): readonly number[] {
  const filled = () => columns.map((column) => column ?? new Float64Array(rows).fill(1))
  return byCrossProducts(columns, rows, filled) ?? byProjection(filled())
}

/**
 * Cholesky factorisation of the cosines between the columns, row by row (Golub & Van Loan 2013, Matrix Computations, section
 * 4.2.9). The factor of the kept columns has no pivot below `CLEAR`, so that least squares on them is good to more digits
 * than the tolerance asks for.
 * @param filled the columns with their ones
 * @returns null where a column is too near to the others to tell, or too large or small to be squared
 */
function byCrossProducts(
  columns: readonly RowValues[],
  rows: number,
  filled: () => readonly Float64Array[],
): readonly number[] | null {
  const p = columns.length
  const products = sumCrossProducts(columns, rows)
  const lengths = columns.map((_, j) => Math.sqrt(products[j * p + j]!))
  const kept: number[] = []
  const factor = new Float64Array(p * p)
  const line = new Float64Array(p)
  for (const [j, column] of columns.entries()) {
    const length = lengths[j]!
    if (length === 0 && column !== null && norm(column) === 0) continue
    if (!(length > 1e-140 && length < 1e140)) return null
    const m = kept.length
    kept.forEach((k, c) => {
      line[c] = products[j * p + k]! / (lengths[k]! * length)
    })
    // The new row of the factor: L⁻¹ times the cosines. The factor is p wide, its kept part m.
    const row = m * p
    for (let c = 0; c < m; c++) {
      let value = line[c]!
      for (let k = 0; k < c; k++) value -= factor[c * p + k]! * factor[row + k]!
      factor[row + c] = value / factor[c * p + c]!
    }
    let left = 1
    for (let c = 0; c < m; c++) left -= factor[row + c]! ** 2
    if (left > CLEAR ** 2) {
      factor[row + m] = Math.sqrt(left)
      kept.push(j)
      continue
    }
    const square = compact(factor, p, m)
    solveLower(square, 0, m, line, 0)
    solveLowerTransposed(square, 0, m, line, 0)
    const all = filled()
    const basis = kept.map((k) => all[k]!)
    const weights = kept.map((k, c) => (line[c]! * length) / lengths[k]!)
    if (lengthLeft(all[j]!, basis, weights) >= TOLERANCE * length) return null
  }
  return kept
}

/** The leading m × m part of a matrix that is p wide. */
const compact = (matrix: Float64Array, p: number, m: number): Float64Array =>
  Float64Array.from({ length: m * m }, (_, i) => matrix[Math.floor(i / m) * p + (i % m)]!)

/** Length of `column − Σ weightₖ basisₖ`, formed a stretch of rows at a time. */
function lengthLeft(
  column: Float64Array,
  basis: readonly Float64Array[],
  weights: readonly number[],
): number {
  const rest = new Float64Array(CHUNK)
  let squares = 0
  for (let start = 0; start < column.length; start += CHUNK) {
    const end = Math.min(column.length, start + CHUNK)
    for (let i = start; i < end; i++) rest[i - start] = column[i]!
    for (let k = 0; k < basis.length; k++) {
      const direction = basis[k]!
      const weight = weights[k]!
      for (let i = start; i < end; i++) rest[i - start]! -= weight * direction[i]!
    }
    for (let i = 0; i < end - start; i++) squares += rest[i]! ** 2
  }
  return Math.sqrt(squares)
}

/**
 * Gram-Schmidt, repeated for a column that a projection shortens much ("twice is enough": Parlett 1998, The Symmetric
 * Eigenvalue Problem, section 6.9).
 */
function byProjection(columns: readonly Float64Array[]): readonly number[] {
  const basis: Float64Array[] = []
  const kept: number[] = []
  for (const [j, column] of columns.entries()) {
    const rest = column.slice()
    const length = norm(rest)
    if (length === 0) continue
    let before = length
    let after = project(rest, basis)
    while (after < before / 10 && after >= TOLERANCE * length) {
      before = after
      after = project(rest, basis)
    }
    if (after < TOLERANCE * length) continue
    for (let i = 0; i < rest.length; i++) rest[i]! /= after
    basis.push(rest)
    kept.push(j)
  }
  return kept
}

/** Takes the components along `basis` out of `vector`, which is changed; returns the length that is left. */
function project(vector: Float64Array, basis: readonly Float64Array[]): number {
  for (const direction of basis) {
    let component = 0
    for (let i = 0; i < vector.length; i++) component += direction[i]! * vector[i]!
    for (let i = 0; i < vector.length; i++) vector[i]! -= component * direction[i]!
  }
  return norm(vector)
}

/** Euclidean length, scaled so that squares of huge values do not overflow. */
function norm(vector: Float64Array): number {
  let largest = 0
  for (let i = 0; i < vector.length; i++) {
    const size = Math.abs(vector[i]!)
    if (size > largest) largest = size
  }
  if (largest === 0) return 0
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += (vector[i]! / largest) ** 2
  return largest * Math.sqrt(sum)
}
