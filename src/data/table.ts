/** Tables as the models see them: named columns of numbers, text or factor codes, all of one length. */

/** Numbers; `NaN` marks a missing value. */
export interface NumericColumn {
  readonly kind: "numeric"
  readonly values: Float64Array
  /** Rows (from 0) whose cell said NaN without being marked as missing: no number, which a formula refuses to use. */
  readonly nanRows?: readonly number[]
  /** The same numbers where they came as whole ones, none missing: the memory of who gave them, only to be read. */
  readonly integers?: Int32Array
}

/** Text as read; `null` marks a missing value. */
export interface TextColumn {
  readonly kind: "text"
  readonly values: readonly (string | null)[]
}

/** A factor: `codes[i]` indexes `levels`, `-1` marks a missing value. */
export interface FactorColumn {
  readonly kind: "factor"
  readonly codes: Int32Array
  readonly levels: readonly string[]
}

export type Column = NumericColumn | TextColumn | FactorColumn

export interface Table {
  /** What error messages call it: a file name, `@pulp`, or `data`. */
  readonly name: string
  readonly rows: number
  readonly columns: ReadonlyMap<string, Column>
}
