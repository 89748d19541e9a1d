/** Cells of text into a column of numbers or of text. */

import { DataError } from "../core/errors.ts"
import { parseNumber } from "./parse-number.ts"
import type { NumericColumn, TextColumn } from "./table.ts"

/**
 * A numeric column when every cell that is not missing is a number, else text. A cell is missing when it is one of
 * `na`, with or without blanks around it; a blank cell is always missing among numbers. An integer whose digits a
 * double cannot hold (`90071992547409921`) is an identifier and makes the column text, so that no two become one.
 *
 * @returns a new column as long as `cells`; `NaN` or `null` where missing; a column of missing values only is numeric
 */
export function columnFromCells(
  cells: readonly (string | null)[],
  na: ReadonlySet<string>,
): NumericColumn | TextColumn {
  const values = new Float64Array(cells.length)
  const nanRows: number[] = []
  for (const [i, cell] of cells.entries()) {
    const value = cellValue(cell, na)
    if (value === undefined || losesDigits(cell, value)) return { kind: "text", values: textCells(cells, na) }
    values[i] = value
    if (saysNaN(cell, value, na)) nanRows.push(i)
  }
  return numericColumn(values, nanRows)
}

function numericColumn(values: Float64Array, nanRows: readonly number[]): NumericColumn {
  return nanRows.length === 0 ? { kind: "numeric", values } : { kind: "numeric", values, nanRows }
}

/** Whether a cell is the number NaN, as against a value that is missing. */
const saysNaN = (cell: string | null, value: number, na: ReadonlySet<string>): boolean =>
  Number.isNaN(value) && cell !== null && cell.trim() !== "" && !isMissing(cell, na)

/**
 * A numeric column, or a complaint about the first cell that is not a number.
 *
 * @param column the column's name and `table` the table's, for messages
 * @returns a new column as long as `cells`; `NaN` where missing
 * @throws DataError `not-a-number`
 */
export function numericFromCells(
  cells: readonly (string | null)[],
  na: ReadonlySet<string>,
  column: string,
  table: string,
): NumericColumn {
  const values = new Float64Array(cells.length)
  const nanRows: number[] = []
  for (const [i, cell] of cells.entries()) {
    const value = cellValue(cell, na)
    if (value === undefined) throw notANumber(column, cell!, `${table}, row ${i + 1}`)
    values[i] = value
    if (saysNaN(cell, value, na)) nanRows.push(i)
  }
  return numericColumn(values, nanRows)
}

/** The cell's number, NaN when it is missing, undefined when it is text. */
function cellValue(cell: string | null, na: ReadonlySet<string>): number | undefined {
  if (cell === null || isMissing(cell, na)) return Number.NaN
  return parseNumber(cell) ?? (cell.trim() === "" ? Number.NaN : undefined)
}

function textCells(cells: readonly (string | null)[], na: ReadonlySet<string>): (string | null)[] {
  return cells.map((cell) => (cell === null || isMissing(cell, na) ? null : cell))
}

/** A text without blanks around it, as nearly all are, is looked up once. */
function isMissing(cell: string, na: ReadonlySet<string>): boolean {
  const trimmed = cell.trim()
  return na.has(trimmed) || (trimmed.length < cell.length && na.has(cell))
}

/** Whether the cell is an integer that its double neither equals nor prints as. */
function losesDigits(cell: string | null, value: number): boolean {
  if (cell === null || !(Math.abs(value) > Number.MAX_SAFE_INTEGER) || !/^\s*[+-]?\d+\s*$/.test(cell))
    return false
  if (!Number.isFinite(value)) return true
  const written = BigInt(cell)
  return written !== BigInt(value) && String(written) !== String(value)
}

function notANumber(column: string, cell: string, where: string): DataError {
  return new DataError(`column "${column}" is to be numeric: found "${cell}", expected a number`, {
    code: "not-a-number",
    where,
    hint: `correct the value, or name "${cell}" among the texts for missing values (na)`,
  })
}
