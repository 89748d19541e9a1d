/** Named columns into a table, after the checks that every table passes. */

import { DataError } from "../core/errors.ts"
import { columnFromValues } from "./column-from-values.ts"
import type { Column, Table } from "./table.ts"

/**
 * A table from columns of JavaScript values.
 *
 * @param entries name and values of each column; the values are lists or typed arrays of one length
 * @param table what messages call the table
 * @param convert makes the column; the default is `columnFromValues`
 * @throws DataError `no-columns`, `unnamed-column`, `not-a-column`, `unequal-lengths`, `no-rows`, and those of `convert`
 */
export function tableFromColumns(
  entries: Iterable<readonly [string, unknown]>,
  table: string,
  convert: (values: ArrayLike<unknown>, column: string, table: string) => Column = columnFromValues,
): Table {
  const columns = new Map<string, Column>()
  let first: { readonly name: string; readonly rows: number } | undefined
  for (const [name, values] of entries) {
    if (name.trim() === "") {
      throw new DataError(
        `column ${columns.size + 1} has no name: found ${JSON.stringify(name)}, expected a name`,
        {
          code: "unnamed-column",
          where: table,
          hint: "name the column",
        },
      )
    }
    if (!isList(values)) {
      throw new DataError(`column "${name}": found ${describe(values)}, expected a list or a typed array`, {
        code: "not-a-column",
        where: table,
        hint: `write ${name}: [value, value, …], one value a row`,
      })
    }
    first ??= { name, rows: values.length }
    if (values.length !== first.rows) {
      throw new DataError(
        `column "${name}" has length ${values.length}, expected ${first.rows}, the length of column "${first.name}"`,
        {
          code: "unequal-lengths",
          where: table,
          hint: "give every column one value a row, null where missing",
        },
      )
    }
    columns.set(name, convert(values, name, table))
  }
  if (first === undefined) throw empty(table, "no-columns", "found no column, expected at least one")
  if (first.rows === 0) throw empty(table, "no-rows", "found no row, expected at least one")
  return { name: table, rows: first.rows, columns }
}

function isList(values: unknown): values is ArrayLike<unknown> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView))
}

function describe(values: unknown): string {
  if (values === null || values === undefined) return String(values)
  return typeof values === "string" ? JSON.stringify(values) : `a value of type ${typeof values}`
}

function empty(table: string, code: string, message: string): DataError {
  return new DataError(message, { code, where: table, hint: "check the filter or query that made the table" })
}
