/** JSON text into a table. */

import { DataError } from "../core/errors.ts"
import { columnsFromRows } from "./columns-from-rows.ts"
import { type ReadOptions, resolveReadRules } from "./read-options.ts"
import type { Table } from "./table.ts"
import { tableFromTypedColumns } from "./typed-columns.ts"

/**
 * Reads a JSON list of row objects or a JSON object of columns. Values keep their kind: numbers are numeric, strings
 * text (also `"12"`), booleans the texts `FALSE` and `TRUE`; `null`, keys that a row lacks, and the texts of
 * `options.na` are missing. A column of numbers and strings is read as if it came from CSV, since R writes `NA`, `Inf`
 * and `NaN` as strings among numbers.
 *
 * @param name what messages call the table
 * @throws DataError `bad-json` and those of `tableFromTypedColumns`
 */
export function readJson(text: string, name: string, options: ReadOptions = {}): Table {
  const rules = resolveReadRules(options)
  return tableFromTypedColumns(columnsOf(parseJson(text, name), name), name, rules)
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

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!
}
