/** What a fit of a mixed model may be told. */

import type { Table } from "../data/table.ts"
import type { TableInput } from "../data/to-table.ts"
import type { DesignOptions } from "../models/formula/build-design.ts"
import type { LmmMethod } from "./criterion.ts"
import type { ResidualModel } from "./structures/residual-model.ts"

export interface FitLmmOptions {
  /** REML (the default) or ML. */
  readonly method?: LmmMethod
  /** θ to start from, in the order and on the scale of `LmmFit.theta`; T = I for scaled columns when left out. */
  readonly start?: Float64Array
  /** False keeps θ at `start`, to see the fit that another program stopped at; true by default. */
  readonly search?: boolean
  /** Known w of the residual variances σ²/w: positive, one for each row of the design. */
  readonly weights?: Float64Array
  /** The residual variances are 1/w, known, and nothing about them is estimated; false by default. */
  readonly residualKnown?: boolean
  /** The data of the design, for tests of type III where it left columns out. */
  readonly source?: Table | null
  /** Correlation and variance function of the residuals. */
  readonly residual?: ResidualModel | null
  readonly signal?: AbortSignal
}

/** Options of the fit (`method`, `start`, `signal`) and of the design (`contrasts`, `factor`, `numeric`, …). */
export interface RemlOptions
  extends Omit<FitLmmOptions, "weights" | "residual" | "residualKnown" | "source">,
    Omit<DesignOptions, "residualKnown"> {
  /**
   * Known w of the residual variances σ²/w: a column of the data, or one number for each of its rows. Or a variance
   * function: `varIdent(stratum)`, a standard deviation for each stratum; `varPower(x)`, proportional to |x|^δ;
   * `varExp(x)`, to exp(δx). A list combines known weights with a function.
   */
  readonly weights?: string | ArrayLike<number> | readonly (string | ArrayLike<number>)[]
  /**
   * Correlation of the residuals: `ar1(time | id)` for whole times, `car1(time | id)` for real ones, `cs(1 | id)` for
   * exchangeable ones, `toep(time | id)` with a correlation for each distance, `symm(time | id)` with one for each pair of
   * times, `un(time | id)` with a variance for each time as well. Without a group, series are the levels of the innermost
   * random term. The formula then needs no bar.
   */
  readonly residual?: string
  /**
   * Known residual standard deviations, as in a meta-analysis of estimates with standard errors: a column of the data, or
   * one number for each of its rows. A grouping factor may then have a level for each row; tests are normal.
   */
  readonly se?: string | ArrayLike<number>
  /**
   * A term that is a linear combination of those before it is an `error` by default; `drop` leaves its columns out with a
   * message, as lme4 does. A term that loses only some columns, to empty cells, always keeps the others.
   */
  readonly collinear?: "error" | "drop"
  /** A column of the data to add to the linear predictor, as `offset(column)` in the formula would. */
  readonly offset?: string
}

/** What `update` changes: options take their new values, `null` takes one away; `data` replaces the table. */
export type RemlChanges = {
  readonly [Name in keyof RemlOptions]?: RemlOptions[Name] | null
} & { readonly data?: TableInput }
