/** A separate regression in every group: no pooling, the far end from which shrinkage is measured. */

import { OptionError } from "../core/errors.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns, solveUpperColumns } from "../math/orthonormal-basis.ts"
import type { Design } from "../models/formula/design.ts"
import { checkNumbers } from "./check-design.ts"
import { inverseRowNorms, projectOut } from "./ols.ts"

export interface SeparateFits {
  readonly group: string
  readonly levels: readonly string[]
  readonly terms: readonly string[]
  /** Row-major levels × terms. NaN: the rows of the level do not identify the coefficient. */
  readonly estimates: Float64Array
  /** As `estimates`; NaN also where the level has no residual degree of freedom. */
  readonly se: Float64Array
  /** Residual standard deviation of each level; NaN without a residual degree of freedom. */
  readonly sigma: Float64Array
  /** Residual degrees of freedom of each level. */
  readonly df: Int32Array
  /** Rows of each level. */
  readonly nobs: Int32Array
}

/**
 * For each level of a random term's grouping factor the ordinary least-squares regression of the response, less the
 * offset, on the columns of that bar, within the rows of the level. Fixed effects of variables outside the bar are
 * not taken out: with `(1 | g)` the estimates are the group means, with `(x | g)` the group lines.
 *
 * @param termIndex which of `design.random`
 * @throws OptionError when there is no such term
 * @throws DataError when a number is not finite
 */
export function fitSeparately(design: Design, termIndex: number): SeparateFits {
  checkNumbers(design)
  const term = design.random[termIndex]
  if (term === undefined) {
    throw new OptionError(
      `random term ${termIndex} does not exist, the formula has ${design.random.length}`,
      {
        code: "no-such-term",
        where: design.formula,
        hint: "count random terms from 0",
      },
    )
  }
  const { group, levels, terms, codes, columns } = term
  const q = terms.length
  const rows: number[][] = levels.map(() => [])
  codes.forEach((code, i) => {
    rows[code]!.push(i)
  })
  const estimates = new Float64Array(levels.length * q)
  const se = new Float64Array(levels.length * q)
  const sigma = new Float64Array(levels.length)
  const df = new Int32Array(levels.length)
  rows.forEach((members, level) => {
    const z = columns.map((column) => Float64Array.from(members, (i) => column[i]!))
    const y = Float64Array.from(members, (i) => design.response.values[i]! - (design.offset?.[i] ?? 0))
    const one = regress(z, y)
    estimates.set(one.estimate, level * q)
    se.set(one.se, level * q)
    sigma[level] = one.sigma
    df[level] = one.df
  })
  return {
    group,
    levels,
    terms,
    estimates,
    se,
    sigma,
    df,
    nobs: Int32Array.from(rows, (members) => members.length),
  }
}

/** Least squares that gives NaN for coefficients which the rows do not identify. `y` becomes the residual. */
function regress(
  columns: readonly Float64Array[],
  y: Float64Array,
): {
  readonly estimate: Float64Array
  readonly se: Float64Array
  readonly sigma: number
  readonly df: number
} {
  const { basis, independent, dependent, coordinates } = orthonormaliseColumns(columns)
  const kept = independent.map((j) => coordinates[j]!)
  const solution = projectOut(basis, y)
  solveUpperColumns(kept, solution)
  const df = y.length - basis.length
  const sigma = df > 0 ? Math.sqrt(dot(y, y) / df) : Number.NaN
  const norms = inverseRowNorms(kept)
  const estimate = new Float64Array(columns.length).fill(Number.NaN)
  const se = new Float64Array(columns.length).fill(Number.NaN)
  independent.forEach((j, k) => {
    estimate[j] = solution[k]!
    se[j] = norms[k]! * sigma
  })
  for (const j of dependent) {
    // Column j as a combination of the independent ones: whatever it leans on is not identified either.
    const combination = coordinates[j]!.slice(0, basis.length)
    solveUpperColumns(kept, combination)
    combination.forEach((weight, k) => {
      if (Math.abs(weight) < 1e-8) return
      estimate[independent[k]!] = Number.NaN
      se[independent[k]!] = Number.NaN
    })
  }
  return { estimate, se, sigma, df }
}
