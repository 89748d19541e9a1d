/**
 * Sufficient statistics of rows as a value: for every combination of groups that occurs, the number of rows, the means of
 * all columns and of the response, and their centred cross-products. They can be added up over parts of the data, saved,
 * and sampled from without the rows.
 */

export const STATISTICS_FORMAT = "gibbsite-statistics/2"

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
