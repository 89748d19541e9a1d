/** The columns a formula reads: looked up by name, converted as asked, and the rows where one is missing. */

import { DataError, ModelError, OptionError, suggest } from "../../core/errors.ts"
import { asFactor } from "../../data/factor.ts"
import { formatNumber } from "../../data/format-number.ts"
import { parseNumber } from "../../data/parse-number.ts"
import { areFinite } from "../../data/scan-numbers.ts"
import type { Column, NumericColumn, Table } from "../../data/table.ts"
import type { NameNode } from "./ast.ts"
import { spanOf } from "./ast.ts"

export interface Conversions {
  /** Columns to take as factors. */
  readonly factor?: readonly string[]
  /** Columns to take as numbers. */
  readonly numeric?: readonly string[]
}

export interface Frame {
  /** The formula, for the spans of messages. */
  readonly text: string
  /** The table's name. */
  readonly table: string
  readonly rows: number
  readonly columns: ReadonlyMap<string, Column>
  /** Arrays that were found to be finite throughout: a column of tens of millions of rows is read once for that. */
  readonly finite: Set<Float64Array>
}

/**
 * The table with the conversions applied; columns not named are taken over as they are.
 *
 * @throws OptionError `unknown-column`, `conflicting-options`.
 * @throws DataError `not-a-number` when a column to be numeric holds something else.
 */
export function openFrame(text: string, table: Table, conversions: Conversions): Frame {
  const columns = new Map(table.columns)
  const { factor = [], numeric = [] } = conversions
  for (const [option, names] of [
    ["factor", factor],
    ["numeric", numeric],
  ] as const) {
    for (const name of names) {
      const column = table.columns.get(name)
      if (column === undefined) {
        throw new OptionError(`${table.name} has no column "${name}"`, {
          code: "unknown-column",
          where: `option ${option}`,
          hint: suggest(name, [...table.columns.keys()]),
        })
      }
      if (option === "numeric" && factor.includes(name)) {
        throw new OptionError(`column "${name}" is named by both "factor" and "numeric"`, {
          code: "conflicting-options",
          where: "option factor",
          hint: "name it in one of them; a column that groups rows is a factor there anyway",
        })
      }
      columns.set(name, option === "factor" ? asFactor(column, name) : toNumeric(column, name, table.name))
    }
  }
  return { text, table: table.name, rows: table.rows, columns, finite: new Set() }
}

function toNumeric(column: Column, name: string, table: string): NumericColumn {
  if (column.kind === "numeric") return column
  const values = new Float64Array(column.kind === "text" ? column.values.length : column.codes.length)
  for (let i = 0; i < values.length; i++) {
    const text = textAt(column, i)
    const value = text === null ? Number.NaN : parseNumber(text)
    if (value === undefined) {
      throw new DataError(`found "${text}" in row ${i + 1} of column "${name}", expected a number`, {
        code: "not-a-number",
        where: table,
        hint: "correct the value, or do not ask for the column to be numeric",
      })
    }
    values[i] = value
  }
  return { kind: "numeric", values }
}

/** The value of a column in a row as text, `null` where it is missing. */
export function textAt(column: Column, row: number): string | null {
  switch (column.kind) {
    case "numeric":
      return Number.isNaN(column.values[row]) ? null : formatNumber(column.values[row]!)
    case "text":
      return column.values[row] ?? null
    case "factor":
      return column.codes[row] === -1 ? null : column.levels[column.codes[row]!]!
  }
}

/** True for `pi` where no column has that name: a number, not a column. */
export function isPi(frame: Frame, name: string): boolean {
  return name === "pi" && !frame.columns.has(name)
}

/**
 * The column a name stands for.
 *
 * @throws ModelError `unknown-column`, with the place in the formula and the nearest column.
 * @throws DataError `not-finite` for a column with a cell that says NaN.
 */
export function lookupColumn(frame: Frame, node: NameNode): Column {
  const column = frame.columns.get(node.name)
  if (column?.kind === "numeric" && column.nanRows !== undefined) {
    throw new DataError(`column "${node.name}" is NaN in row ${column.nanRows[0]! + 1}`, {
      code: "not-finite",
      where: frame.table,
      span: spanOf(frame.text, node),
      hint: 'expected a finite number; correct the value, or read NaN as missing (na "NA,NaN,")',
    })
  }
  if (column !== undefined) return column
  throw new ModelError(`unknown variable "${node.name}"`, {
    code: "unknown-column",
    where: frame.table,
    span: spanOf(frame.text, node),
    hint: suggest(node.name, [...frame.columns.keys()]),
  })
}

/**
 * The numbers of a column.
 *
 * @throws ModelError `not-numeric`, naming the first value that is not a number and its row.
 */
export function numbersOf(frame: Frame, node: NameNode, purpose: string): Float64Array {
  const column = lookupColumn(frame, node)
  if (column.kind === "numeric") return column.values
  const { row, text, all } = firstNonNumber(column, frame.rows)
  throw new ModelError(`${purpose} "${node.name}" is not numeric: row ${row + 1} is "${text}"`, {
    code: "not-numeric",
    where: frame.table,
    span: spanOf(frame.text, node),
    hint: all
      ? `expected numbers; take the column as numeric if its texts are`
      : "expected a number in every row",
  })
}

/** The first value that does not read as a number; with `all`, every value does and the first one is given. */
function firstNonNumber(column: Column, rows: number): { row: number; text: string; all: boolean } {
  let first: { row: number; text: string } | undefined
  for (let row = 0; row < rows; row++) {
    const text = textAt(column, row)
    if (text === null) continue
    first ??= { row, text }
    if (parseNumber(text) === undefined) return { row, text, all: false }
  }
  return { ...(first ?? { row: 0, text: "" }), all: true }
}

/** True when no row of the column is missing, as far as it can be told quickly; notes which numbers are finite. */
export function isComplete(frame: Frame, column: Column): boolean {
  if (column.kind !== "numeric") return false
  const { integers } = column
  if (integers !== undefined || frame.finite.has(column.values)) return true
  if (!areFinite(column.values)) return false
  frame.finite.add(column.values)
  return true
}

/** Sets `missing[i]` to 1 in the rows where the column has no value; returns how many there are. */
export function markMissing(column: Column, missing: Uint8Array): number {
  let count = 0
  const mark = (i: number): void => {
    missing[i] = 1
    count++
  }
  // One loop for each kind: a table may have tens of millions of rows.
  const { kind } = column
  if (kind === "numeric") {
    const { values } = column
    for (let i = 0; i < missing.length; i++) if (Number.isNaN(values[i])) mark(i)
  } else if (kind === "text") {
    const { values } = column
    for (let i = 0; i < missing.length; i++) if (values[i] === null) mark(i)
  } else {
    const { codes } = column
    for (let i = 0; i < missing.length; i++) if (codes[i] === -1) mark(i)
  }
  return count
}
