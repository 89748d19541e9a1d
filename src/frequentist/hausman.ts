/** Hausman's test: do the effects of groups correlate with the predictors? */

import { ModelError, suggest } from "../core/errors.ts"
import { asFactor, dropUnusedLevels } from "../data/factor.ts"
import type { Table } from "../data/table.ts"
import type { TableInput } from "../data/to-table.ts"
import { toTable } from "../data/to-table.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns } from "../math/orthonormal-basis.ts"
import { cholesky, invertPositiveDefinite } from "../math/small-dense.ts"
import { buildDesign, type DesignOptions } from "../models/formula/build-design.ts"
import type { Design } from "../models/formula/design.ts"
import { fitOls, inverseCrossProduct } from "./ols.ts"
import { chiSquareTail } from "./tail-probabilities.ts"

export interface HausmanOptions extends DesignOptions {
  /** Column of the groups. */
  readonly group: string
}

export interface HausmanCoefficient {
  readonly name: string
  readonly fixed: number
  readonly fixedSe: number
  readonly random: number
  readonly randomSe: number
}

export interface HausmanTest {
  /** `(b_F − b_R)'(V_F − V_R)⁻¹(b_F − b_R)`; null where V_F − V_R is not positive definite. `note` says why. */
  readonly statistic: number | null
  readonly df: number
  /** From χ² with `df` degrees of freedom; null with the statistic. */
  readonly p: number | null
  /**
   * The same hypothesis as a Wald test in one regression; null where there is nothing to test: no predictor that varies
   * within groups varies between them, as in balanced designs, and fixed and random effects have the same estimates.
   */
  readonly regression: { readonly statistic: number; readonly df: number; readonly p: number } | null
  /** Coefficients that vary within groups, those that the test compares. */
  readonly coefficients: readonly HausmanCoefficient[]
  /** Standard deviations between groups and of the residuals, by Swamy and Arora. */
  readonly sdGroup: number
  readonly sdResidual: number
  readonly note: string
}

/**
 * Fixed against random effects of one grouping factor (Hausman 1978, Econometrica 46, 1251–1271). The fixed effects are the
 * within estimates; the random effects are generalised least squares with the variance components of Swamy & Arora
 * (1972), the harmonic mean of the group sizes in the between equation, as Stata's `xtreg, re` and, for balanced panels,
 * plm have them. The regression form adds the within-transformed predictors to the quasi-demeaned regression and tests
 * them (Wooldridge 2010, *Econometric Analysis of Cross Section and Panel Data*, section 10.7.3; Arellano 1993).
 *
 * @param formula without bars
 * @throws ModelError for a formula with bars, a group that is no column or has one level, or when no predictor varies
 *   within groups
 */
export function hausman(formula: string, data: TableInput, options: HausmanOptions): HausmanTest {
  const table = toTable(data)
  const { group, ...rest } = options
  const design = buildDesign(formula, table, rest)
  if (design.random.length > 0) {
    throw new ModelError("the formula of Hausman's test has no bar", {
      code: "random-term",
      where: formula,
      hint: `leave it out, and name the group: hausman("y ~ x", data, { group: "${group}" })`,
    })
  }
  const panel = readPanel(design, table, group)
  const within = demean(panel, design, () => 1)
  const moving = movingColumns(design, within)
  if (moving.length === 0) {
    throw new ModelError(`no predictor varies within the levels of ${group}`, {
      code: "nothing-within",
      where: formula,
      hint: "the test compares effects within groups with those between them",
    })
  }
  const k = moving.length
  const fixed = fitOls(pick(within, moving))
  // The group means were estimated as well.
  const df = design.nobs - panel.levels - k
  if (df <= 0) {
    throw new ModelError(
      `${design.nobs} rows cannot identify the means of ${panel.levels} levels of ${group} and ${k} coefficients`,
      { code: "too-few-rows", where: formula, hint: "group by a column with several rows a level" },
    )
  }
  const varianceWithin = fixed.rss / df
  const between = betweenVariance(panel, design)
  const varianceGroup = Math.max(0, between - varianceWithin / harmonicMean(panel.sizes))
  const theta = (size: number): number => {
    return 1 - Math.sqrt(varianceWithin / (size * varianceGroup + varianceWithin))
  }
  const quasi = demean(panel, design, theta)
  const random = fitOls(quasi)
  const scaleFixed = Math.sqrt(varianceWithin) / fixed.sigma
  const coefficients = moving.map(
    (j, i): HausmanCoefficient => ({
      name: design.fixed.names[j]!,
      fixed: fixed.estimate[i]!,
      fixedSe: fixed.se[i]! * scaleFixed,
      random: random.estimate[j]!,
      randomSe: random.se[j]!,
    }),
  )
  const varianceFixed = covarianceOf(pick(within, moving), varianceWithin)
  const varianceRandom = restrictTo(covarianceOf(quasi, random.sigma ** 2), design.fixed.names.length, moving)
  const regression = regressionForm(quasi, within, moving)
  // Some coefficients are the same in both, and so are their variances: what is left of the difference is rounding.
  const classical =
    regression === null || regression.df < k
      ? null
      : quadraticForm(
          Float64Array.from(coefficients, (row) => row.fixed - row.random),
          varianceFixed.map((value, i) => value - varianceRandom[i]!),
          k,
        )
  return {
    statistic: classical,
    df: k,
    p: classical === null ? null : chiSquareTail(classical, k),
    regression,
    coefficients,
    sdGroup: Math.sqrt(varianceGroup),
    sdResidual: Math.sqrt(varianceWithin),
    note: explain(classical, regression, k, group),
  }
}

function explain(
  classical: number | null,
  regression: HausmanTest["regression"],
  k: number,
  group: string,
): string {
  if (regression === null) {
    return `the predictors that vary within the levels of ${group} do not vary between them, as in a balanced design: fixed and random effects have the same estimates, there is nothing to test`
  }
  if (regression.df < k) {
    return `${k - regression.df} of the ${k} coefficients are the same with fixed and with random effects, since their predictors do not vary between the levels of ${group}: take the regression form`
  }
  return classical === null
    ? "the difference of the two covariance matrices is not positive definite: take the regression form"
    : `χ² with ${k} ${k === 1 ? "degree" : "degrees"} of freedom; a small p speaks for fixed effects`
}

interface Panel {
  readonly codes: Int32Array
  readonly levels: number
  readonly sizes: Int32Array
}

function readPanel(design: Design, table: Table, group: string): Panel {
  const column = table.columns.get(group)
  if (column === undefined) {
    throw new ModelError(`${table.name} has no column "${group}"`, {
      code: "unknown-column",
      where: "option group",
      hint: suggest(group, [...table.columns.keys()]),
    })
  }
  const whole = asFactor(column, group)
  const codes = design.rowIndex.map((row) => whole.codes[row]!)
  const missing = codes.indexOf(-1)
  if (missing !== -1) {
    throw new ModelError(`${group} is missing in row ${design.rowIndex[missing]! + 1}`, {
      code: "missing-group",
      where: "option group",
      hint: "fill it, or leave the row out",
    })
  }
  const factor = dropUnusedLevels({ ...whole, codes })
  const levels = factor.levels.length
  if (levels < 2 || levels >= design.nobs) {
    throw new ModelError(`${group} has ${levels} levels in ${design.nobs} rows`, {
      code: levels < 2 ? "one-level" : "levels-equal-rows",
      where: "option group",
      hint: "expected at least two levels, and fewer levels than rows",
    })
  }
  const sizes = new Int32Array(levels)
  for (const code of factor.codes) sizes[code] = sizes[code]! + 1
  return { codes: factor.codes, levels, sizes }
}

/** Every column, and the response less the offset, minus a share of its group's mean. */
function demean(panel: Panel, design: Design, share: (size: number) => number): Design {
  const transform = (values: Float64Array): Float64Array => {
    const means = groupMeans(panel, values)
    return values.map((value, i) => value - share(panel.sizes[panel.codes[i]!]!) * means[panel.codes[i]!]!)
  }
  const y = design.response.values.map((value, i) => value - (design.offset?.[i] ?? 0))
  return {
    ...design,
    offset: null,
    response: { ...design.response, values: transform(y) },
    fixed: { ...design.fixed, columns: design.fixed.columns.map(transform) },
  }
}

function groupMeans({ codes, levels, sizes }: Panel, values: Float64Array): Float64Array {
  const means = new Float64Array(levels)
  codes.forEach((code, i) => {
    means[code] = means[code]! + values[i]! / sizes[code]!
  })
  return means
}

/** Columns with variation within groups, less those that depend on others within groups. */
function movingColumns(design: Design, within: Design): readonly number[] {
  const candidates = within.fixed.columns.flatMap((column, j) => {
    return dot(column, column) > 1e-20 * dot(design.fixed.columns[j]!, design.fixed.columns[j]!) ? [j] : []
  })
  const { independent } = orthonormaliseColumns(candidates.map((j) => within.fixed.columns[j]!))
  return independent.map((i) => candidates[i]!)
}

function pick(design: Design, columns: readonly number[]): Design {
  const { fixed } = design
  return {
    ...design,
    fixed: {
      ...fixed,
      names: columns.map((j) => fixed.names[j]!),
      columns: columns.map((j) => fixed.columns[j]!),
      assign: columns.map((j) => fixed.assign[j]!),
    },
  }
}

/** Residual variance of the regression of group means on group means. */
function betweenVariance(panel: Panel, design: Design): number {
  const y = design.response.values.map((value, i) => value - (design.offset?.[i] ?? 0))
  const columns = design.fixed.columns.map((column) => groupMeans(panel, column))
  const { independent } = orthonormaliseColumns(columns)
  if (independent.length >= panel.levels) {
    throw new ModelError(
      `${panel.levels} group means cannot identify ${independent.length} coefficients and a variance between groups`,
      { code: "too-few-groups", where: design.formula, hint: "use fewer predictors" },
    )
  }
  const means: Design = {
    ...design,
    nobs: panel.levels,
    offset: null,
    rowIndex: Int32Array.from({ length: panel.levels }, (_, j) => j),
    response: { ...design.response, values: groupMeans(panel, y) },
    fixed: { ...design.fixed, columns },
  }
  const fit = fitOls(pick(means, independent))
  return fit.rss / fit.df
}

function harmonicMean(sizes: Int32Array): number {
  return sizes.length / sizes.reduce((sum, size) => sum + 1 / size, 0)
}

/** The within-transformed predictors added to the quasi-demeaned regression; null where none of them is new to it. */
function regressionForm(quasi: Design, within: Design, moving: readonly number[]): HausmanTest["regression"] {
  const small = fitOls(quasi)
  const added = moving.map((j) => within.fixed.columns[j]!)
  const { independent } = orthonormaliseColumns([...quasi.fixed.columns, ...added])
  const p = quasi.fixed.columns.length
  const kept = independent.filter((j) => j >= p).map((j) => added[j - p]!)
  const df = kept.length
  if (df === 0) return null
  const large = fitOls({
    ...quasi,
    fixed: {
      ...quasi.fixed,
      names: [...quasi.fixed.names, ...kept.map((_, j) => `within ${j + 1}`)],
      columns: [...quasi.fixed.columns, ...kept],
      assign: [...quasi.fixed.assign, ...kept.map(() => 0)],
    },
  })
  const statistic = (small.rss - large.rss) / (large.rss / large.df)
  return { statistic, df, p: chiSquareTail(statistic, df) }
}

/** `σ² (X'X)⁻¹`, row-major. */
function covarianceOf({ fixed: { columns } }: Design, variance: number): Float64Array {
  return inverseCrossProduct(columns).map((value) => value * variance)
}

function restrictTo(m: Float64Array, p: number, kept: readonly number[]): Float64Array {
  return Float64Array.from(kept.flatMap((a) => kept.map((b) => m[a * p + b]!)))
}

/** `d'M⁻¹d`; null unless M is positive definite. */
function quadraticForm(d: Float64Array, m: Float64Array, k: number): number | null {
  const scales = Float64Array.from(d, (_, i) => 1 / Math.sqrt(Math.abs(m[i * (k + 1)]!)))
  const scaled = m.map((value, i) => value * scales[i % k]! * scales[Math.floor(i / k)]!)
  if (!cholesky(scaled.slice(), 0, k)) return null
  const inverse = new Float64Array(k * k)
  if (!invertPositiveDefinite(scaled, 0, k, inverse, 0, new Float64Array(k * k))) return null
  let sum = 0
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++) sum += d[a]! * scales[a]! * inverse[a * k + b]! * scales[b]! * d[b]!
  return sum
}
