/** Denominator degrees of freedom by where terms vary, as nlme has them. */

import { ModelError } from "../core/errors.ts"
import type { Design, RandomDesign } from "../models/formula/design.ts"
import { INTERCEPT } from "../models/formula/model-matrix.ts"

export interface InnerOuterDf {
  /** Of each coefficient. */
  readonly coefficients: readonly number[]
  /** Of each term of the fixed part, as `design.fixed.terms` has them. */
  readonly terms: readonly number[]
}

/**
 * Pinheiro & Bates (2000), section 2.4.2: with grouping factors 1 (outermost) to Q, of m_i groups each, m_0 = 1 for an intercept
 * or 0, m_{Q+1} the rows, what is constant within the groups of factor i, but not within those of i − 1, is estimated at level i
 * and has `m_i − (m_{i−1} + p_i)` degrees of freedom, p_i the number of columns estimated there. The intercept has those of the level
 * with most of them. A term of several columns is estimated at the innermost level of theirs, and p_i is counted by terms for
 * the tests of terms. Without random terms everything has `nobs − p`.
 *
 * They are exact in balanced designs, and a convention elsewhere.
 *
 * @throws ModelError for grouping factors that are not nested
 */
export function innerOuterDf(design: Design): InnerOuterDf {
  const { columns, terms, assign } = design.fixed
  const groupings = listGroupings(design)
  const rows = Int32Array.from({ length: design.nobs }, (_, i) => i)
  const strata = [
    ...groupings.map(({ codes, levels }) => ({ codes, groups: levels.length })),
    { codes: rows, groups: design.nobs },
  ]
  const strataOf = columns.map((column) =>
    strata.findIndex(({ codes, groups }) => isConstantWithin(column, codes, groups)),
  )
  const isIntercept = columns.map((column) => isConstantWithin(column, new Int32Array(design.nobs), 1))
  const levelOfTerm = terms.map((_, t) => {
    return columns.reduce(
      (level, __, j) => (assign[j] === t && !isIntercept[j] ? Math.max(level, strataOf[j]!) : level),
      -1,
    )
  })
  const hasIntercept = isIntercept.includes(true)
  const left = (levelOf: (j: number) => number): readonly number[] => {
    return strata.map(({ groups }, i) => {
      const outer = i === 0 ? (hasIntercept ? 1 : 0) : strata[i - 1]!.groups
      return groups - outer - columns.filter((_, j) => !isIntercept[j] && levelOf(j) === i).length
    })
  }
  const byColumn = left((j) => strataOf[j]!)
  const byTerm = left((j) => levelOfTerm[assign[j]!]!)
  return {
    coefficients: columns.map((_, j) => (isIntercept[j] ? Math.max(...byColumn) : byColumn[strataOf[j]!]!)),
    terms: levelOfTerm.map((level, t) => {
      return level === -1 || terms[t] === INTERCEPT ? Math.max(...byTerm) : byTerm[level]!
    }),
  }
}

/** From the outermost to the innermost; those that group the rows alike once. */
function listGroupings(design: Design): readonly RandomDesign[] {
  const sorted = [...design.random].sort((a, b) => a.levels.length - b.levels.length)
  const groupings: RandomDesign[] = []
  for (const term of sorted) {
    const last = groupings.at(-1)
    if (last !== undefined && !isConstantWithin(last.codes, term.codes, term.levels.length)) {
      throw new ModelError(
        `${last.group} and ${term.group} are crossed: no level of one is within a level of the other`,
        {
          code: "not-nested-factors",
          where: design.formula,
          hint: "use Satterthwaite's or Kenward and Roger's degrees of freedom",
        },
      )
    }
    if (last === undefined || last.levels.length < term.levels.length) groupings.push(term)
  }
  return groupings
}

const EQUAL = 1e-9

function isConstantWithin(values: ArrayLike<number>, codes: Int32Array, groups: number): boolean {
  const first = new Float64Array(groups).fill(Number.NaN)
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    const known = first[code]!
    if (Number.isNaN(known)) first[code] = values[i]!
    else if (Math.abs(values[i]! - known) > EQUAL * Math.max(Math.abs(known), Math.abs(values[i]!)))
      return false
  }
  return true
}
