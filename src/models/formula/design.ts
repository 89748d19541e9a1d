/**
 * The design matrices of a hierarchical linear model, `y = offset + X b + Σ_k Z_k u_k + e`: what a formula and a
 * table become, shared by the model graph and by the frequentist module.
 */

import type { BarStructure } from "./bar-structure.ts"
import type { DesignRecipe } from "./recipe.ts"

export interface Design {
  /** The formula as the user wrote it. */
  readonly formula: string
  readonly response: { readonly name: string; readonly values: Float64Array }
  /** Sum of the `offset()` terms, length `nobs`, or null when there are none. */
  readonly offset: Float64Array | null
  readonly fixed: FixedDesign
  /** One entry for each bar after expansion: `(x || g)`, `diag(x | g)` and `(1 | a/b)` become several. */
  readonly random: readonly RandomDesign[]
  /** Rows used. */
  readonly nobs: number
  /** Rows left out because a variable of the formula is missing there; those that `subset` left out are not counted. */
  readonly dropped: number
  /** Present where the option `subset` chose rows: how many it left out, and the condition if it was a text. */
  readonly subset?: { readonly condition: string | null; readonly excluded: number }
  /** `rowIndex[i]` is the row of the table that became row `i`. */
  readonly rowIndex: Int32Array
  /** What the user should know: columns dropped for rank deficiency, unused levels. */
  readonly messages: readonly string[]
  /** Present where the rows stand for more: those that were reduced to them, and the sd of their responses. */
  readonly reducedFrom?: { readonly rows: number; readonly responseSd: number }
  /** What is known of the residual variances; absent where they are all the same. */
  readonly residualScale?: ResidualScale
  /** How to code new rows alike (`newDesign`); absent in a design that no formula made. */
  readonly recipe?: DesignRecipe
}

/** The counts of rows left out, as JSON has them. */
export function countLeftOut({ dropped, subset }: Pick<Design, "dropped" | "subset">) {
  return { dropped, ...(subset === undefined ? {} : { subset }) }
}

/** Known factors of the residual variance by row: σ²/w with weights w; with standard errors s it is s², without σ. */
export interface ResidualScale {
  readonly kind: "weights" | "se"
  /** Name of the column. */
  readonly name: string
  /** Positive, length `nobs`. */
  readonly values: Float64Array
}

export interface FixedDesign {
  /** Coefficient names as R prints them: `(Intercept)`, `floor`, `sexM`, `a:b`. */
  readonly names: readonly string[]
  /** Column `j` of X, length `nobs`. Full column rank. */
  readonly columns: readonly Float64Array[]
  /** Term labels, `(Intercept)` first when present. */
  readonly terms: readonly string[]
  /** `assign[j]` is the index in `terms` of the term that column `j` belongs to. */
  readonly assign: readonly number[]
  /**
   * Columns that were left out although they vary, since they vary by less than 1e-7 of their mean, where R too cannot tell
   * them from the intercept; absent when there are none.
   */
  readonly offCentre?: readonly OffCentreColumn[]
}

export interface OffCentreColumn {
  readonly name: string
  readonly term: string
  readonly mean: number
  readonly sd: number
}

export interface RandomDesign {
  /** The grouping factor as R prints it: `county`, `state:region`. */
  readonly group: string
  /** Levels that occur, in factor order. */
  readonly levels: readonly string[]
  /** Level of each row, length `nobs`. */
  readonly codes: Int32Array
  /** Names of the coefficients that vary by group: `(Intercept)`, `floor`. */
  readonly terms: readonly string[]
  /** Column `t` of the left side of the bar, length `nobs`. */
  readonly columns: readonly Float64Array[]
  /** Of a bar with several columns; unstructured when absent. `diag` has become one bar a column. */
  readonly structure?: Exclude<BarStructure, "unstructured" | "diag">
}
