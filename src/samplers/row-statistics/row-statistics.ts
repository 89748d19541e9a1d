/**
 * Sufficient statistics of rows as a value: for every combination of groups that occurs, the number of rows, the means of
 * all columns and of the response, and their centred cross-products. They can be added up over parts of the data, saved,
 * and sampled from without the rows.
 *
 * Parts are combined by the updating formulas of Chan, Golub & LeVeque (1983), The American Statistician 37, 242–247, eq. 2.1,
 * of means and centred products: nothing large cancels, whatever the means are.
 */
import { ModelError } from "../../core/errors.ts"

export const STATISTICS_FORMAT = "gibbsite-statistics/1"

/** Plain data. */
export interface RowStatistics {
  readonly format: typeof STATISTICS_FORMAT
  readonly formula: string
  readonly response: string
  readonly fixed: {
    readonly names: readonly string[]
    readonly terms: readonly string[]
    readonly assign: readonly number[]
  }
  /** Bars: grouping factor and the names of the columns that vary by it. */
  readonly random: readonly { readonly group: string; readonly terms: readonly string[] }[]
  /** Grouping factors with the levels seen so far, in order of appearance. */
  readonly factors: readonly { readonly group: string; readonly levels: readonly string[] }[]
  /** Distinct columns of the bars and of the fixed part; the response, less any offset, comes last. */
  readonly columns: readonly string[]
  /** Rows used, and rows left out for missing values. */
  readonly rows: number
  readonly dropped: number
  /** Mean of the responses as they are, offset included, and Σ (y − ȳ)²: what default priors are scaled by. */
  readonly responses: { readonly mean: number; readonly squares: number }
  /** What the rows were weighted by: w of a residual variance σ²/w, or 1/se² with standard errors that are known. */
  readonly weighting?: { readonly kind: "weights" | "se"; readonly name: string }
  /** Cell by cell, c cells and w columns: levels (c × factors), rows or their weights (c), means (c × w), products (c × w(w + 1)/2). */
  readonly codes: Int32Array
  readonly count: Float64Array
  readonly mean: Float64Array
  /** Lower triangle, row by row, of Σ (x − x̄)(x − x̄)'. */
  readonly products: Float64Array
}

/**
 * The statistics of two parts of the data together; neither is changed. Levels are united by name.
 * @throws ModelError when the parts are of different models or coded differently
 */
export function addStatistics(a: RowStatistics, b: RowStatistics): RowStatistics {
  checkAlike(a, b)
  const factors = a.factors.map(({ group, levels }, f) => {
    const known = new Set(levels)
    return { group, levels: [...levels, ...b.factors[f]!.levels.filter((level) => !known.has(level))] }
  })
  const recode = factors.map(({ levels }, f) => {
    const position = new Map(levels.map((level, code) => [level, code]))
    return b.factors[f]!.levels.map((level) => position.get(level)!)
  })
  const w = a.columns.length
  const triangle = (w * (w + 1)) / 2
  const width = factors.length
  const cellOf = new Map<string, number>()
  for (let c = 0; c < a.count.length; c++) cellOf.set(a.codes.subarray(c * width, (c + 1) * width).join(), c)
  const added: number[][] = []
  const target = new Int32Array(b.count.length)
  for (let c = 0; c < b.count.length; c++) {
    const codes = recode.map((of, f) => of[b.codes[c * width + f]!]!)
    const key = codes.join()
    let cell = cellOf.get(key)
    if (cell === undefined) {
      cell = a.count.length + added.length
      cellOf.set(key, cell)
      added.push(codes)
    }
    target[c] = cell
  }
  const cells = a.count.length + added.length
  const codes = new Int32Array(cells * width)
  const count = new Float64Array(cells)
  const mean = new Float64Array(cells * w)
  const products = new Float64Array(cells * triangle)
  codes.set(a.codes)
  codes.set(added.flat(), a.codes.length)
  count.set(a.count)
  mean.set(a.mean)
  products.set(a.products)
  const delta = new Float64Array(w)
  for (let c = 0; c < b.count.length; c++) {
    const cell = target[c]!
    const [n, m] = [count[cell]!, b.count[c]!]
    const total = n + m
    for (let k = 0; k < w; k++) {
      delta[k] = b.mean[c * w + k]! - mean[cell * w + k]!
      mean[cell * w + k]! += (delta[k]! * m) / total
    }
    let at = 0
    for (let k = 0; k < w; k++) {
      for (let j = 0; j <= k; j++, at++) {
        const between = (delta[k]! * delta[j]! * n * m) / total
        products[cell * triangle + at]! += b.products[c * triangle + at]! + between
      }
    }
    count[cell] = total
  }
  const rows = a.rows + b.rows
  const apart = b.responses.mean - a.responses.mean
  const responses = {
    mean: a.responses.mean + (apart * b.rows) / rows,
    squares: a.responses.squares + b.responses.squares + (apart ** 2 * a.rows * b.rows) / rows,
  }
  return { ...a, factors, rows, dropped: a.dropped + b.dropped, responses, codes, count, mean, products }
}

function checkAlike(a: RowStatistics, b: RowStatistics): void {
  const differ = (what: string, left: unknown, right: unknown): void => {
    if (JSON.stringify(left) === JSON.stringify(right)) return
    throw new ModelError(
      `the parts differ in ${what}: ${JSON.stringify(left)} and ${JSON.stringify(right)}`,
      {
        code: "different-statistics",
        where: a.formula,
        hint: "reduce all parts by one formula and one coding: pass the same rows as the option coding",
      },
    )
  }
  differ("their formula", a.formula, b.formula)
  differ("their columns", a.columns, b.columns)
  differ("their fixed columns", a.fixed, b.fixed)
  differ("their bars", a.random, b.random)
  differ("what weights their rows", a.weighting ?? null, b.weighting ?? null)
}
