/** CSV text into columns of cells, with every complaint tied to a line of the file. */

import Papa from "papaparse"
import { DataError } from "../core/errors.ts"

export interface CsvCells {
  /** Column names, trimmed; none is empty and none occurs twice. */
  readonly names: readonly string[]
  /** `cells[j][i]` is row `i` of column `j`, as written, without its quotes. */
  readonly cells: readonly (readonly string[])[]
  readonly rows: number
}

/**
 * Splits comma-separated text with a header line (RFC 4180: quoted fields may hold commas, line breaks and doubled
 * quotes). Lines may end in LF, CRLF, a mixture, or CR alone; blank lines are skipped, as R does. A quote inside an
 * unquoted field (`5" pipe`) is kept as it stands.
 *
 * @param text the file's text without byte order mark
 * @param name what messages call the file
 * @throws DataError `empty-file`, `bad-quotes`, `wrong-delimiter`, `unnamed-column`, `duplicate-column`, `ragged-row`
 * or `no-rows`
 */
export function splitCsv(text: string, name: string): CsvCells {
  const { names, cells } = text.includes('"') ? splitQuoted(text, name) : splitPlain(text, name)
  const rows = cells[0]!.length
  if (rows === 0) {
    throw new DataError(
      `found a header (${listNames(names)}) and no rows, expected at least one row of data`,
      {
        code: "no-rows",
        where: name,
        hint: "add rows below the header line",
      },
    )
  }
  return { names, cells, rows }
}

type Columns = Pick<CsvCells, "names" | "cells">

/** Text without a quote: a line is a record and a comma ends a field, so that no record becomes a list of its own. */
function splitPlain(text: string, name: string): Columns {
  const source = text.includes("\n") ? text : text.replaceAll("\r", "\n")
  let names: readonly string[] | null = null
  let cells: string[][] = []
  for (let start = 0, line = 1; start < source.length; line++) {
    const found = source.indexOf("\n", start)
    const next = found === -1 ? source.length : found
    const end = source.charCodeAt(next - 1) === CARRIAGE_RETURN && next > start ? next - 1 : next
    const from = start
    start = next + 1
    if (names === null) {
      const header = source.slice(from, end)
      if (header.trim() === "") continue
      names = readHeader(header.split(","), `${name}, line ${line}`)
      cells = names.map(() => [])
      continue
    }
    let at = from
    let fields = 0
    for (let comma = source.indexOf(",", at); comma !== -1 && comma < end; comma = source.indexOf(",", at)) {
      if (fields < names.length) cells[fields]!.push(source.slice(at, comma))
      fields++
      at = comma + 1
    }
    const last = source.slice(at, end)
    if (fields === 0 && last.trim() === "") continue
    if (fields + 1 !== names.length)
      throw raggedRow(names, source.slice(from, end).split(","), `${name}, line ${line}`)
    cells[fields]!.push(last)
  }
  if (names === null) throw emptyFile(name)
  return { names, cells }
}

const CARRIAGE_RETURN = 13

function splitQuoted(text: string, name: string): Columns {
  // Line ends are LF to the parser: a CR before it is stripped below, so that files with both kinds are read right.
  const source = text.includes("\r") && !text.includes("\n") ? text.replaceAll("\r", "\n") : text
  const { data, errors } = Papa.parse<string[]>(source, { delimiter: ",", newline: "\n" })
  const broken = errors[0]
  if (broken !== undefined) throw quoteError(source, name, broken.code, broken.index ?? 0)

  const records = numberLines(data, source)
  const first = records.next()
  if (first.done) throw emptyFile(name)
  const names = readHeader(first.value.fields, `${name}, line ${first.value.line}`)

  const cells: string[][] = names.map(() => [])
  for (const { fields, line } of records) {
    if (fields.length !== names.length) throw raggedRow(names, fields, `${name}, line ${line}`)
    for (let j = 0; j < fields.length; j++) cells[j]!.push(fields[j]!)
  }
  return { names, cells }
}

/** The records that are not blank lines, each with the line (from 1) on which it starts. */
function* numberLines(records: readonly string[][], source: string) {
  let lines: readonly string[] | undefined
  let next = 1
  for (const fields of records) {
    const line = next
    next += 1 + countBreaks(fields)
    const last = fields.length - 1
    if (fields[last]!.endsWith("\r")) fields[last] = fields[last]!.slice(0, -1)
    if (last === 0 && fields[0]!.trim() === "") {
      // A blank line and a quoted empty field look alike here; the second is a row of a one-column file.
      lines ??= source.split("\n")
      if (lines[line - 1]!.trim() === "") continue
    }
    yield { fields, line }
  }
}

function countBreaks(fields: readonly string[]): number {
  let breaks = 0
  for (const field of fields) {
    for (let at = field.indexOf("\n"); at !== -1; at = field.indexOf("\n", at + 1)) breaks++
  }
  return breaks
}

function readHeader(fields: readonly string[], where: string): string[] {
  const names = fields.map((field) => field.trim())
  const delimiter = names.length === 1 ? /[;\t|]/.exec(names[0]!)?.[0] : undefined
  if (delimiter !== undefined) {
    const shown = delimiter === "\t" ? "tabs" : `"${delimiter}"`
    throw new DataError(`the header has no comma: found fields separated by ${shown}, expected commas`, {
      code: "wrong-delimiter",
      where,
      hint: "save the file with commas between fields and points as decimal marks",
    })
  }
  const seen = new Map<string, number>()
  for (const [j, column] of names.entries()) {
    if (column === "") {
      throw new DataError(`column ${j + 1} has no name: found an empty header field, expected a name`, {
        code: "unnamed-column",
        where,
        hint: "name the column in the header, or leave it out (in R: write.csv(…, row.names = FALSE))",
      })
    }
    const earlier = seen.get(column)
    if (earlier !== undefined) {
      throw new DataError(
        `the name "${column}" occurs twice: found it on columns ${earlier + 1} and ${j + 1}, expected distinct names`,
        { code: "duplicate-column", where, hint: "rename one of the two columns" },
      )
    }
    seen.set(column, j)
  }
  return names
}

function emptyFile(name: string): DataError {
  return new DataError("the file is empty: found no text, expected a header line of column names and rows", {
    code: "empty-file",
    where: name,
    hint: "check that the file was written completely",
  })
}

function raggedRow(names: readonly string[], fields: readonly string[], where: string): DataError {
  return new DataError(
    `found ${count(fields.length, "field")}, expected ${names.length} (${listNames(names)})`,
    {
      code: "ragged-row",
      where,
      hint:
        fields.length > names.length
          ? "put a text that contains a comma in double quotes"
          : "add the missing fields; a missing value is written NA",
    },
  )
}

function quoteError(source: string, name: string, code: string, index: number): DataError {
  const line = countBreaks([source.slice(0, index)]) + 1
  const unclosed = code === "MissingQuotes"
  return new DataError(
    unclosed
      ? "found a quoted field that is not closed, expected a closing double quote before the end of the file"
      : "found text after the closing quote of a field, expected a comma or the end of the line",
    {
      code: "bad-quotes",
      where: `${name}, line ${line}`,
      hint: 'close the field, and write a quote inside a quoted field as two: ""',
    },
  )
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`
}

function listNames(names: readonly string[]): string {
  return names.length <= 8 ? names.join(", ") : `${names.slice(0, 8).join(", ")}, …`
}
