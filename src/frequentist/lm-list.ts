/** A separate regression for every group, from a formula: R's `lmList`. */

import studentCdf from "@stdlib/stats-base-dists-t-cdf"
import { ModelError } from "../core/errors.ts"
import type { TableInput } from "../data/to-table.ts"
import { toTable } from "../data/to-table.ts"
import { buildDesign, type DesignOptions } from "../models/formula/build-design.ts"
import type { SeparateFits } from "./separate-fits.ts"
import { fitSeparately } from "./separate-fits.ts"

export interface GroupEstimate {
  readonly group: string
  readonly level: string
  readonly term: string
  /** Null where the rows of the level do not identify the coefficient. */
  readonly estimate: number | null
  /** From the residuals of the level itself; null without a residual degree of freedom. */
  readonly se: number | null
  readonly df: number
  readonly t: number | null
  readonly p: number | null
}

export interface LmList extends SeparateFits {
  /** Residual standard deviation over all levels, on `pooledDf` degrees of freedom. */
  readonly pooledSigma: number
  readonly pooledDf: number
  /** One coefficient of every level, in the order of the levels; NaN where it is not identified. */
  coefficient(term: string): Float64Array
  /** A row for each level and coefficient. */
  rows(): readonly GroupEstimate[]
}

/**
 * @param formula one bar: `log(income) ~ I(year - 78) | person` regresses within every person
 * @throws ModelError unless the right side of the formula is a single bar; what `buildDesign` and `fitSeparately` throw
 */
export function lmList(formula: string, data: TableInput, options: DesignOptions = {}): LmList {
  const design = buildDesign(formula, toTable(data), options)
  const [term, ...others] = design.random
  const beside = design.fixed.names.filter((name) => name !== "(Intercept)")
  if (term === undefined || others.length > 0 || beside.length > 0) {
    throw new ModelError("a regression for every group has one bar and nothing beside it", {
      code: "not-one-bar",
      where: formula,
      hint: "write it as y ~ x | group",
    })
  }
  const fits = fitSeparately(design, 0)
  let squares = 0
  let pooledDf = 0
  fits.sigma.forEach((sigma, j) => {
    if (!(fits.df[j]! > 0)) return
    squares += sigma * sigma * fits.df[j]!
    pooledDf += fits.df[j]!
  })
  const q = fits.terms.length
  return {
    ...fits,
    pooledSigma: Math.sqrt(squares / pooledDf),
    pooledDf,
    coefficient: (name) => {
      const t = fits.terms.indexOf(name)
      if (t >= 0) return Float64Array.from(fits.levels, (_, j) => fits.estimates[j * q + t]!)
      throw new ModelError(`"${name}" is no coefficient of the regressions`, {
        code: "unknown-term",
        where: formula,
        hint: `expected one of ${fits.terms.join(", ")}`,
      })
    },
    rows: () => separateRows(fits),
  }
}

/** A row for each level and coefficient, in the order of the levels. */
export function separateRows(fits: SeparateFits): readonly GroupEstimate[] {
  const q = fits.terms.length
  return fits.levels.flatMap((level, j) =>
    fits.terms.map((name, t) => rowOf(fits, level, name, j, j * q + t)),
  )
}

function rowOf(fits: SeparateFits, level: string, term: string, j: number, at: number): GroupEstimate {
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
  const estimate = finite(fits.estimates[at]!)
  const se = finite(fits.se[at]!)
  const df = fits.df[j]!
  const t = estimate === null || se === null ? null : finite(estimate / se)
  const p = t === null ? null : 2 * studentCdf(-Math.abs(t), df)
  return { group: fits.group, level, term, estimate, se, df, t, p }
}
