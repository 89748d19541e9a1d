/** The hypotheses that tests of types I, II and III put to the coefficients of each term of the fixed part. */

import type { Table } from "../data/table.ts"
import { orthonormaliseColumns } from "../math/orthonormal-basis.ts"
import type { Design } from "../models/formula/design.ts"
import { INTERCEPT } from "../models/formula/model-matrix.ts"
import { contrastsOfCells, identity, marginalContrasts } from "./marginal-contrasts.ts"
import { containment, indicesWhere, pick, type TermContrast } from "./tested-terms.ts"

export type TestType = 1 | 2 | 3

/**
 * One contrast for each term but the intercept, in the order of the formula:
 *
 * - type I, each term after those before it: the rows of R in X = QR;
 * - type II, each term after all that do not contain it: the same, with the containing terms moved to the end;
 * - type III, each term after all others, whatever the coding of the data: the coefficients under sum contrasts.
 *
 * A term contains another when it has the same numeric variables and all of its factors, and more (SAS/STAT, *The Four
 * Types of Estimable Functions*). For types I and II hypotheses are about the cross-products of X alone, as SAS has
 * them. A design that no formula made tells neither factors nor codings: terms contain nothing, and type III takes
 * the coefficients as they are.
 *
 * Where columns were dropped, as empty cells make them, type III is of estimable functions (`estimableContrasts`).
 *
 * @param source the data of the design, for type III where columns were dropped; null when it is not at hand
 * @throws ModelError for type III when columns were dropped and the data are not at hand
 */
export function termContrasts(
  design: Design,
  type: TestType,
  source: Table | null = null,
): readonly TermContrast[] {
  const { terms, assign, columns } = design.fixed
  const tested = terms
    .map((term, t) => ({ term, t }))
    .filter(({ term, t }) => {
      return term !== INTERCEPT && assign.includes(t)
    })
  if (type === 3 && tested.length > 1) {
    return marginalContrasts(design, tested) ?? contrastsOfCells(design, tested, source)
  }
  const contains = type === 2 ? containment(design) : () => false
  const sequential =
    type === 1 || tested.length === 1
      ? triangularRows(
          columns,
          columns.map((_, j) => j),
        )
      : undefined
  return tested.map(({ term, t }) => {
    const own = indicesWhere(assign, (u) => u === t)
    if (sequential !== undefined) return pick(term, own, sequential, columns.length)
    const others = indicesWhere(assign, (u) => u !== t && !contains(u, t))
    const containing = indicesWhere(assign, (u) => u !== t && contains(u, t))
    if (containing.length === 0) return pick(term, own, identity(columns.length), columns.length)
    const rows = triangularRows(columns, [...others, ...own, ...containing])
    return pick(term, own, rows, columns.length)
  })
}

/** Row j, row-major p × p: the row of R that belongs to column j when the columns are taken in this order. */
function triangularRows(columns: readonly Float64Array[], order: readonly number[]): Float64Array {
  const p = columns.length
  const { coordinates } = orthonormaliseColumns(order.map((j) => columns[j]!))
  const rows = new Float64Array(p * p)
  order.forEach((j, k) => {
    const pivot = coordinates[k]![k]!
    for (let c = k; c < p; c++) rows[j * p + order[c]!] = coordinates[c]![k]! / pivot
  })
  return rows
}
