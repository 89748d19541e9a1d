/** Thin QR of a tall matrix given by columns: the safe way to centre, to scale and to see collinearity. */

import { dot } from "./compensated-sum.ts"

export interface OrthonormalBasis {
  /** Orthonormal columns, one for each column of A that is independent of those before it. */
  readonly basis: readonly Float64Array[]
  /** `independent[k]` is the column of A that gave `basis[k]`. */
  readonly independent: readonly number[]
  /** Columns of A that the columns before them reproduce. */
  readonly dependent: readonly number[]
  /** `coordinates[j][k]`: column j of A is `Σ_k coordinates[j][k] basis[k]`. For full rank these are the columns of R. */
  readonly coordinates: readonly Float64Array[]
}

/** A column whose part orthogonal to its predecessors is below this share of its length counts as dependent. */
const DEPENDENCE_TOLERANCE = 1e-10

/**
 * Gram–Schmidt with one reorthogonalisation, which keeps the basis orthonormal to working precision whatever the
 * condition of A (Giraud, Langou & Rozložník 2005, "twice is enough"). Sums are compensated, so that a column such
 * as a year loses nothing to its mean.
 *
 * @param columns the columns of A, all of one length n; not changed
 */
export function orthonormaliseColumns(columns: readonly Float64Array[]): OrthonormalBasis {
  const basis: Float64Array[] = []
  const independent: number[] = []
  const dependent: number[] = []
  const coordinates: Float64Array[] = []
  columns.forEach((column, j) => {
    const rest = Float64Array.from(column)
    const length = Math.sqrt(dot(column, column))
    const coordinate = new Float64Array(columns.length)
    for (let pass = 0; pass < 2; pass++) {
      basis.forEach((direction, k) => {
        const share = dot(direction, rest)
        coordinate[k] = coordinate[k]! + share
        for (let i = 0; i < rest.length; i++) rest[i] = rest[i]! - share * direction[i]!
      })
    }
    const norm = Math.sqrt(dot(rest, rest))
    if (norm > DEPENDENCE_TOLERANCE * length) {
      coordinate[basis.length] = norm
      for (let i = 0; i < rest.length; i++) rest[i] = rest[i]! / norm
      basis.push(rest)
      independent.push(j)
    } else {
      dependent.push(j)
    }
    coordinates.push(coordinate)
  })
  return { basis, independent, dependent, coordinates }
}

/**
 * Solves `R x = b` for the upper triangular R whose columns are `coordinates` (full rank). `b` is overwritten by x.
 */
export function solveUpperColumns(coordinates: readonly Float64Array[], b: Float64Array): void {
  for (let j = coordinates.length - 1; j >= 0; j--) {
    const column = coordinates[j]!
    const x = b[j]! / column[j]!
    b[j] = x
    for (let k = 0; k < j; k++) b[k] = b[k]! - column[k]! * x
  }
}
