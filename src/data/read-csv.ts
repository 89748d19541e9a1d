/** CSV text into a table. */

import { columnFromCells, numericFromCells } from "./column-from-cells.ts"
import { asFactor } from "./factor.ts"
import { checkNamedColumns, type ReadOptions, resolveReadRules } from "./read-options.ts"
import { splitCsv } from "./split-csv.ts"
import type { Column, Table } from "./table.ts"

/**
 * Reads CSV text; `readTable` reads files.
 *
 * @param text the text, without byte order mark
 * @param name what messages call the table
 * @throws DataError where the text is not a table (see `splitCsv`), `unknown-column`, `not-a-number`
 */
export function readCsv(text: string, name: string, options: ReadOptions = {}): Table {
  const rules = resolveReadRules(options)
  const { names, cells, rows } = splitCsv(text, name)
  checkNamedColumns(rules, names, name)
  const columns = new Map<string, Column>()
  for (const [j, column] of names.entries()) {
    const read = rules.numeric.has(column)
      ? numericFromCells(cells[j]!, rules.na, column, name)
      : columnFromCells(cells[j]!, rules.na)
    columns.set(column, rules.factor.has(column) ? asFactor(read, column) : read)
  }
  return { name, rows, columns }
}
