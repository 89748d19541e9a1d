/** JavaScript values into a column. */

import { DataError } from "../core/errors.ts"
import type { Column, NumericColumn, TextColumn } from "./table.ts"

/**
 * A column from values of one kind. Numbers (and big integers that a double holds exactly) become a numeric column,
 * strings text; booleans become the texts `FALSE` and `TRUE`, so that their coefficient is called `xTRUE` as in R.
 * `null` and `undefined` are missing, and so is `NaN` among numbers; values that are all missing make a numeric
 * column of `NaN`.
 *
 * @param values a `Float64Array` or an `Int32Array` is taken without copying: the column shares its memory
 * @param column the column's name and `table` the table's, for messages
 * @throws DataError `mixed-column` or `unusable-value`
 */
export function columnFromValues(values: ArrayLike<unknown>, column: string, table: string): Column {
  if (values instanceof Float64Array) return { kind: "numeric", values }
  if (values instanceof Int32Array) return integerColumn(values)
  if (isTypedNumbers(values)) return { kind: "numeric", values: new Float64Array(values) }
  const kind = kindOf(values, column, table)
  return kind === "number" || kind === undefined ? numericColumn(values, column, table) : textColumn(values)
}

/** Codes of groups are read as they are: their doubles are made when somebody asks for them. */
function integerColumn(integers: Int32Array): NumericColumn {
  let values: Float64Array | null = null
  return {
    kind: "numeric",
    integers,
    get values() {
      values ??= new Float64Array(integers)
      return values
    },
  }
}

/** Numbers of another width, each of which a double holds. */
function isTypedNumbers(values: ArrayLike<unknown>): values is Int32Array {
  return ArrayBuffer.isView(values) && values.length > 0 && typeof values[0] === "number"
}

type Kind = "number" | "text" | "logical"

const kinds: Readonly<Partial<Record<string, Kind>>> = {
  number: "number",
  bigint: "number",
  string: "text",
  boolean: "logical",
}

/** The one kind of the values, undefined when all are missing. */
function kindOf(values: ArrayLike<unknown>, column: string, table: string): Kind | undefined {
  let first: { readonly kind: Kind; readonly row: number } | undefined
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === null || value === undefined) continue
    const kind = kinds[typeof value]
    if (kind === undefined) throw unusable(value, column, `${table}, row ${i + 1}`)
    first ??= { kind, row: i }
    if (kind !== first.kind) {
      const found = `row ${first.row + 1} has ${show(values[first.row])} and row ${i + 1} has ${show(value)}`
      throw new DataError(
        `column "${column}" mixes kinds: ${found}, expected numbers, texts or booleans alone`,
        {
          code: "mixed-column",
          where: table,
          hint: "use null for a missing value",
        },
      )
    }
  }
  return first?.kind
}

function numericColumn(values: ArrayLike<unknown>, column: string, table: string): NumericColumn {
  const numbers = new Float64Array(values.length)
  for (let i = 0; i < numbers.length; i++) {
    const value = values[i]
    if (value === null || value === undefined) numbers[i] = Number.NaN
    else if (typeof value === "bigint" && !Number.isSafeInteger(Number(value))) {
      throw new DataError(`column "${column}": found ${value}, expected an integer below 2^53`, {
        code: "unusable-value",
        where: `${table}, row ${i + 1}`,
        hint: "give identifiers as texts",
      })
    } else numbers[i] = Number(value)
  }
  return { kind: "numeric", values: numbers }
}

function textColumn(values: ArrayLike<unknown>): TextColumn {
  const texts = Array.from(values, (value) => {
    if (value === null || value === undefined) return null
    return typeof value === "boolean" ? String(value).toUpperCase() : String(value)
  })
  return { kind: "text", values: texts }
}

function unusable(value: unknown, column: string, where: string): DataError {
  return new DataError(`column "${column}": found ${show(value)}, expected a number, a text or a boolean`, {
    code: "unusable-value",
    where,
    hint:
      value instanceof Date ? "give dates as numbers, such as days since the first" : "flatten nested values",
  })
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value)
  if (Array.isArray(value)) return "a list"
  if (value instanceof Date) return "a date"
  return typeof value === "object" || typeof value === "function" || typeof value === "symbol"
    ? `a value of type ${typeof value}`
    : String(value)
}
