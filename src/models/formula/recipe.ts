/** What a design remembers of its making, so that new rows are coded alike. Plain, structured-cloneable data. */

import type { ContrastMatrix } from "../../data/contrasts.ts"
import type { Expression } from "./ast.ts"
import type { Coding, ModelTerms, Variable } from "./terms.ts"
import type { Coefficients } from "./transforms.ts"

export interface DesignRecipe {
  /** The text the places in the trees below refer to. */
  readonly text: string
  /** The conversions that were asked for. */
  readonly factorColumns: readonly string[]
  readonly numericColumns: readonly string[]
  /** Coefficients of `scale` and `poly` calls, by printed call. */
  readonly coefficients: readonly (readonly [string, Coefficients])[]
  /** Factors among the predictors, by variable label. */
  readonly factors: readonly (readonly [string, FactorRecipe])[]
  /** The arguments of the `offset()` terms. */
  readonly offsets: readonly Expression[]
  readonly fixed: MatrixRecipe
  /** Columns of the full fixed matrix that were kept, ascending. */
  readonly kept: readonly number[]
  readonly random: readonly RandomRecipe[]
}

export interface FactorRecipe {
  readonly levels: readonly string[]
  readonly contrast: ContrastMatrix
}

export interface MatrixRecipe {
  readonly terms: ModelTerms
  /** The coding of each variable of each term. */
  readonly codings: readonly (readonly Coding[])[]
}

export interface RandomRecipe {
  readonly matrix: MatrixRecipe
  /** The one column of the matrix that the term has, where a bar was split; null for all of them. */
  readonly column: number | null
  /** The factors whose interaction groups the rows. */
  readonly factors: readonly Variable[]
}
