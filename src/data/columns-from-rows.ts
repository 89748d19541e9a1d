/** Rows as objects into columns. */

import { DataError } from "../core/errors.ts"

export type Row = Readonly<Record<string, unknown>>

/**
 * Turns row objects into columns, in the order in which the names first occur; a key that a row lacks is missing
 * (`undefined`) there.
 *
 * @param table the table's name, for messages
 * @throws DataError `not-a-row` when an element is not a plain object
 */
export function columnsFromRows(rows: readonly unknown[], table: string): Map<string, unknown[]> {
  const columns = new Map<string, unknown[]>()
  for (const [i, row] of rows.entries()) {
    if (!isRow(row)) {
      throw new DataError(`found ${describe(row)}, expected an object such as {"y": 1.5, "group": "a"}`, {
        code: "not-a-row",
        where: `${table}, row ${i + 1}`,
        hint: "give a list of row objects, or one object of columns",
      })
    }
    for (const [name, value] of Object.entries(row)) {
      let column = columns.get(name)
      if (column === undefined) columns.set(name, (column = new Array<unknown>(rows.length).fill(undefined)))
      column[i] = value
    }
  }
  return columns
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function describe(value: unknown): string {
  if (value === null) return "null"
  return Array.isArray(value) ? "a list" : `a ${typeof value}`
}
