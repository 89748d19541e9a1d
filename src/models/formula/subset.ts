/** The option `subset`: which rows of a table a model is fitted to. */

import { DataError, ModelError, OptionError } from "../../core/errors.ts"
import type { Column, Table } from "../../data/table.ts"
import { evaluateCondition } from "./condition.ts"
import { type Conversions, openFrame, textAt } from "./frame.ts"
import { parseCondition } from "./parse.ts"

/** The values of one row by column; `null` is missing. */
export type SubsetRow = Readonly<Record<string, number | string | null>>

/**
 * A condition such as `week <= 6 & sex == "M"`, which may be the name of a column of `TRUE` and `FALSE`; one boolean for
 * each row of the table; or a function of a row.
 */
export type Subset =
  | string
  | readonly (boolean | null | undefined)[]
  | ((row: SubsetRow) => boolean | null | undefined)

/** The rows that were chosen. */
export interface Selection {
  /** The condition as it was written; null where it was no text. */
  readonly condition: string | null
  /** 1 in the rows to use, length of the table. */
  readonly selected: Uint8Array
  /** Rows left out, those where the condition is NA included. */
  readonly excluded: number
}

/**
 * Reads which rows to use. As in R, rows where the condition is NA are left out. Columns that were made factors by an
 * option are compared by what they hold.
 *
 * @throws ModelSyntaxError and ModelError as `parseCondition` and `evaluateCondition` do; ModelError `not-logical` for a list
 *   or a function with other values than booleans; OptionError for a list of another length than the table
 * @throws DataError `no-rows` when no row is left
 */
export function selectRows(table: Table, subset: Subset, { numeric }: Conversions = {}): Selection {
  const selected = readSubset(table, subset, numeric)
  const kept = selected.reduce((sum, flag) => sum + flag, 0)
  if (kept === 0 && table.rows > 0) {
    const what = typeof subset === "string" ? `"${subset}"` : "the subset"
    throw new DataError(`${what} is true in none of ${table.rows} rows`, {
      code: "no-rows",
      where: `option subset, ${table.name}`,
      hint: "widen the condition; rows where it is NA are left out as well",
    })
  }
  return {
    condition: typeof subset === "string" ? subset : null,
    selected,
    excluded: table.rows - kept,
  }
}

function readSubset(table: Table, subset: Subset, numeric: readonly string[] | undefined): Uint8Array {
  if (typeof subset === "string") {
    const frame = openFrame(subset, table, numeric === undefined ? {} : { numeric })
    return Uint8Array.from(evaluateCondition(frame, parseCondition(subset)), (truth) => Number(truth === 1))
  }
  if (typeof subset === "function") {
    const columns = [...table.columns]
    return Uint8Array.from({ length: table.rows }, (_, row) => {
      return flagOf(
        subset(Object.fromEntries(columns.map(([name, column]) => [name, valueAt(column, row)]))),
        row,
      )
    })
  }
  if (subset.length !== table.rows) {
    throw new OptionError(`there are ${subset.length} values for ${table.rows} rows of ${table.name}`, {
      code: "bad-subset",
      where: "option subset",
      hint: "give one boolean for each row of the table",
    })
  }
  return Uint8Array.from(subset, flagOf)
}

function valueAt(column: Column, row: number): number | string | null {
  if (column.kind !== "numeric") return textAt(column, row)
  const value = column.values[row]!
  return Number.isNaN(value) ? null : value
}

/** Callers without types may give row numbers or 0 and 1, which mean different things in R. */
function flagOf(value: unknown, row: number): number {
  if (typeof value === "boolean" || value === null || value === undefined) return Number(value === true)
  throw new ModelError(`the subset is ${String(value)} for row ${row + 1}, expected true or false`, {
    code: "not-logical",
    where: "option subset",
    hint: 'give a condition such as "week <= 6", a boolean for each row, or a function of a row',
  })
}
