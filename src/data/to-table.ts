/** Tables of other makers into ours, and back into Arquero's. */

import type { ColumnTable } from "arquero"
import { DataError } from "../core/errors.ts"
import { columnsFromRows, type Row } from "./columns-from-rows.ts"
import type { Column, Table } from "./table.ts"
import { tableFromColumns } from "./table-from-columns.ts"

/** What is used of an Arquero table; stated as a shape so that Arquero is not loaded to recognise one. */
export interface ArqueroTable {
  numRows(): number
  columnNames(): string[]
  /** The values of a column, after the table's filter and in its order. */
  array(name: string): ArrayLike<unknown>
}

/** Columns by name: lists or typed arrays of one length. */
export type Columns = Readonly<
  Record<string, ArrayLike<number | string | boolean | bigint | null | undefined>>
>

export type TableInput = Table | ArqueroTable | Columns | readonly Row[]

/**
 * Any table the library takes, as ours: one of ours (returned as it is), an Arquero table (filter and order applied),
 * an object of columns, or a list of row objects. Numbers become numeric columns, strings text, booleans the texts
 * `FALSE` and `TRUE`; `null`, `undefined` and `NaN` are missing. A `Float64Array` column is shared, not copied.
 *
 * @param name what messages call the table; one of ours keeps its own name
 * @throws DataError `not-a-table`, or what is wrong with a column: `unequal-lengths`, `mixed-column`, `unusable-value`,
 * `not-a-column`, `unnamed-column`, `no-columns`, `no-rows`
 */
export function toTable(input: TableInput, name = "data"): Table {
  if (isTable(input)) return input
  if (isArqueroTable(input)) {
    return tableFromColumns(
      input.columnNames().map((column) => [column, input.array(column)] as const),
      name,
    )
  }
  if (isRowList(input)) return tableFromColumns(columnsFromRows(input, name), name)
  if (typeof input === "object" && input !== null) return tableFromColumns(Object.entries(input), name)
  throw new DataError(`found ${describe(input)}, expected a table, an object of columns or a list of rows`, {
    code: "not-a-table",
    where: name,
    hint: "read a file with await readTable(path)",
  })
}

/**
 * The table as an Arquero table. Numeric columns share their memory with it, missing numbers staying `NaN`; factors
 * become their level texts, with `null` where missing. Loads Arquero on first use.
 */
export async function toArquero(table: Table): Promise<ColumnTable> {
  const { table: createTable } = await import("arquero")
  return createTable([...table.columns].map(([name, column]) => [name, columnValues(column)]))
}

function columnValues(column: Column): Float64Array | (string | null)[] {
  if (column.kind === "numeric") return column.values
  if (column.kind === "text") return [...column.values]
  return Array.from(column.codes, (code) => (code === -1 ? null : column.levels[code]!))
}

function isTable(input: TableInput): input is Table {
  return typeof input === "object" && input !== null && "columns" in input && input.columns instanceof Map
}

function isArqueroTable(input: TableInput): input is ArqueroTable {
  if (typeof input !== "object" || input === null) return false
  return ["numRows", "columnNames", "array"].every((key) => typeof Reflect.get(input, key) === "function")
}

function isRowList(input: TableInput): input is readonly Row[] {
  return Array.isArray(input)
}

function describe(input: unknown): string {
  if (input === null || input === undefined) return String(input)
  return typeof input === "string" ? JSON.stringify(input) : `a ${typeof input}`
}
