/** Columns whose values have kinds already (JSON, Arrow, Parquet) under the rules for reading. */

import { columnFromCells, numericFromCells } from "./column-from-cells.ts"
import { columnFromValues } from "./column-from-values.ts"
import { asFactor } from "./factor.ts"
import { checkNamedColumns, type ReadRules } from "./read-options.ts"
import type { Column, Table } from "./table.ts"
import { tableFromColumns } from "./table-from-columns.ts"

/**
 * A table from columns of values. Values keep their kind (see `columnFromValues`); the texts of `rules.na` are missing.
 * A column of numbers and texts is read as if it came from CSV, since R writes `NA`, `Inf` and `NaN` as texts among
 * the numbers of a JSON file.
 *
 * @param table what messages call the table
 * @throws DataError `unknown-column`, `not-a-number`, and those of `tableFromColumns`
 */
export function tableFromTypedColumns(
  columns: ReadonlyMap<string, unknown>,
  table: string,
  rules: ReadRules,
): Table {
  checkNamedColumns(rules, [...columns.keys()], table)
  return tableFromColumns(columns, table, (values, column) => readColumn(values, column, table, rules))
}

function readColumn(values: ArrayLike<unknown>, column: string, table: string, rules: ReadRules): Column {
  const present = Array.from(values, (value) =>
    typeof value === "string" && rules.na.has(value.trim()) ? null : value,
  )
  const asText = rules.numeric.has(column) || mixesNumbersAndText(present)
  const read = asText ? readAsText(present, column, table, rules) : columnFromValues(present, column, table)
  return rules.factor.has(column) ? asFactor(read, column) : read
}

function readAsText(values: readonly unknown[], column: string, table: string, rules: ReadRules): Column {
  // Refuses lists, objects and booleans among numbers, which have no text form.
  const parts = values.map((value) => (typeof value === "number" ? null : value))
  columnFromValues(parts, column, table)
  const cells = values.map((value) => (value === null || value === undefined ? null : String(value)))
  return rules.numeric.has(column)
    ? numericFromCells(cells, rules.na, column, table)
    : columnFromCells(cells, rules.na)
}

function mixesNumbersAndText(values: readonly unknown[]): boolean {
  return (
    values.some((value) => typeof value === "number") && values.some((value) => typeof value === "string")
  )
}
