/** Which columns of a matrix are linear combinations of earlier ones. */

/** R's tolerance for `qr`. */
const TOLERANCE = 1e-7

/**
 * The indices of the columns that are not linear combinations of the columns before them, ascending. A column is one
 * when what is left of it after projection on the kept columns is shorter than 1e-7 of its length, the rule of R's
 * LINPACK `qr`, which moves such columns to the end and keeps the earliest.
 *
 * Gram-Schmidt, repeated for a column that a projection shortens much ("twice is enough": Parlett 1998, The Symmetric
 * Eigenvalue Problem, section 6.9). Time `rows * columns^2`; the columns are not changed.
 */
export function findIndependentColumns(columns: readonly Float64Array[]): readonly number[] {
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
