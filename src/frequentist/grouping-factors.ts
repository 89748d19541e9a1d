/**
 * The random terms of a design gathered by grouping factor, ordered and rescaled: the form in which the mixed-model
 * equations see them.
 */

import { orthonormaliseColumns } from "../math/orthonormal-basis.ts"
import type { Design, RandomDesign } from "../models/formula/design.ts"

export interface FactorTerm {
  /** Index in `design.random`. */
  readonly designIndex: number
  /** First column of the term among the columns of its factor. */
  readonly offset: number
  /** Number of coefficients that vary, q. */
  readonly width: number
  /**
   * Row-major q × q upper triangular R with `Z = Z* R`: Z* are the columns used inside, `b* = R b` their
   * coefficients and `R T` their (no longer triangular) relative covariance factor.
   */
  readonly scaling: Float64Array
}

export interface GroupingFactor {
  readonly group: string
  readonly levels: readonly string[]
  /** Level of each row. */
  readonly codes: Int32Array
  /** Sum of the widths of the terms. */
  readonly width: number
  readonly terms: readonly FactorTerm[]
  /** The columns Z* of all terms, length nobs each. */
  readonly columns: readonly Float64Array[]
}

/**
 * Order of the random terms as lme4 lists them: by decreasing number of levels, terms of equally many levels in
 * reverse order of the formula; the order of the formula when that decreases already.
 *
 * @returns indices into `design.random`
 */
export function orderTerms(design: Design): readonly number[] {
  const counts = design.random.map((term) => term.levels.length)
  const order = counts.map((_, index) => index)
  if (counts.every((count, k) => k === 0 || count <= counts[k - 1]!)) return order
  return order.sort((a, b) => counts[b]! - counts[a]! || b - a)
}

/** Gathers terms with the same codes; the factor with the most levels comes first. */
export function gatherFactors(design: Design): readonly GroupingFactor[] {
  const gathered: { term: RandomDesign; members: number[] }[] = []
  design.random.forEach((term, index) => {
    const known = gathered.find((entry) => sameGrouping(entry.term, term))
    if (known === undefined) gathered.push({ term, members: [index] })
    else known.members.push(index)
  })
  return gathered
    .map(({ term, members }) => buildFactor(design, term, members))
    .sort((a, b) => b.levels.length - a.levels.length)
}

function sameGrouping(a: RandomDesign, b: RandomDesign): boolean {
  if (a.group !== b.group || a.levels.length !== b.levels.length) return false
  return a.codes === b.codes || a.codes.every((code, i) => code === b.codes[i])
}

function buildFactor(design: Design, term: RandomDesign, members: readonly number[]): GroupingFactor {
  const terms: FactorTerm[] = []
  const columns: Float64Array[] = []
  for (const designIndex of members) {
    const random = design.random[designIndex]!
    const scaled = scaleColumns(random.columns)
    terms.push({
      designIndex,
      offset: columns.length,
      width: random.columns.length,
      scaling: scaled.scaling,
    })
    columns.push(...scaled.columns)
  }
  return { group: term.group, levels: term.levels, codes: term.codes, width: columns.length, terms, columns }
}

/**
 * Columns with pooled cross-product `n I`: a slope on a year is then centred and of unit size, whatever its origin
 * and unit, and the criterion does not see the choice, since the covariance matrix of a term is unrestricted.
 * Collinear columns cannot be made orthogonal; they are only brought to unit mean square.
 */
function scaleColumns(columns: readonly Float64Array[]): {
  readonly columns: readonly Float64Array[]
  readonly scaling: Float64Array
} {
  const q = columns.length
  const scaling = new Float64Array(q * q)
  const { basis, dependent, coordinates } = orthonormaliseColumns(columns)
  const rows = columns[0]?.length ?? 0
  const root = Math.sqrt(rows)
  if (dependent.length === 0) {
    for (let j = 0; j < q; j++) for (let k = 0; k <= j; k++) scaling[k * q + j] = coordinates[j]![k]! / root
    return { columns: basis.map((column) => column.map((value) => value * root)), scaling }
  }
  const scaled = columns.map((column, j) => {
    let squares = 0
    for (const value of column) squares += value * value
    const size = squares > 0 ? Math.sqrt(squares / rows) : 1
    scaling[j * q + j] = size
    return column.map((value) => value / size)
  })
  return { columns: scaled, scaling }
}
