/** JSON text into a table. */

import { DataError } from "../core/errors.ts"
import { columnFromCells, numericFromCells } from "./column-from-cells.ts"
import { columnFromValues } from "./column-from-values.ts"
import { columnsFromRows } from "./columns-from-rows.ts"
import { asFactor } from "./factor.ts"
import { checkNamedColumns, type ReadOptions, type ReadRules, resolveReadRules } from "./read-options.ts"
import type { Column, Table } from "./table.ts"
import { tableFromColumns } from "./table-from-columns.ts"

/**
 * Reads a JSON list of row objects or a JSON object of columns. Values keep their kind: numbers are numeric, strings
 * text (also `"12"`), booleans the texts `FALSE` and `TRUE`; `null`, keys that a row lacks, and the texts of
 * `options.na` are missing. A column of numbers and strings is read as if it came from CSV, since R writes `NA`, `Inf`
 * and `NaN` as strings among numbers.
 *
 * @param name what messages call the table
 * @throws DataError `bad-json`, `unknown-column`, `not-a-number`, and those of `tableFromColumns`
 */
export function readJson(text: string, name: string, options: ReadOptions = {}): Table {
  const rules = resolveReadRules(options)
  const columns = columnsOf(parseJson(text, name), name)
  checkNamedColumns(rules, [...columns.keys()], name)
  return tableFromColumns(columns, name, (values, column, table) => readColumn(values, column, table, rules))
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const position = /position (\d+)/.exec(reason)?.[1]
    const line = position === undefined ? undefined : text.slice(0, Number(position)).split("\n").length
    throw new DataError(
      `found text that is not JSON (${firstLine(reason)}), expected a list of row objects`,
      {
        code: "bad-json",
        where: line === undefined ? name : `${name}, line ${line}`,
        hint: "check that the file was written completely",
        cause,
      },
    )
  }
}

function columnsOf(content: unknown, name: string): ReadonlyMap<string, unknown> {
  if (Array.isArray(content)) return columnsFromRows(content, name)
  if (typeof content === "object" && content !== null) return new Map(Object.entries(content))
  throw new DataError(
    `found ${JSON.stringify(content)}, expected a list of row objects or an object of columns`,
    {
      code: "bad-json",
      where: name,
      hint: 'write [{"y": 1.5, "group": "a"}, …] or {"y": [1.5, …], "group": ["a", …]}',
    },
  )
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

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!
}
