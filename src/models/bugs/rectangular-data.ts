/** OpenBUGS's rectangular data: a line of names, `x[] y[,1] y[,2]`, rows of numbers, and `END`. */

import type { RToken } from "./r-lexer.ts"
import { failAt, isSign, peek, type RReader, take } from "./r-reader.ts"

interface Heading {
  readonly name: string
  /** Of a matrix, which column (from 1); null for a vector. */
  readonly column: number | null
}

const WORDS: ReadonlyMap<string, number> = new Map([
  ["NA", Number.NaN],
  ["NaN", Number.NaN],
  ["Inf", Number.POSITIVE_INFINITY],
])

/** Whether headings of columns stand at the reader's position: `x[]` or `x[,1]`. */
export function isRectangular(reader: RReader): boolean {
  const third = peek(reader, 2)
  return (
    peek(reader).kind === "name" && isSign(peek(reader, 1), "[") && (isSign(third, "]") || isSign(third, ","))
  )
}

/**
 * Reads the block at the reader's position into its variables: a vector for `x[]`, a matrix for `x[,1] x[,2] …`.
 * @throws DataError for a row that is too short, a matrix with a column missing, or anything that is no number
 */
export function readRectangular(reader: RReader): void {
  const first = peek(reader)
  const headings: Heading[] = []
  while (isRectangular(reader)) headings.push(readHeading(reader))
  const columns = headings.map((): number[] => [])
  let count = 0
  while (!endsBlock(peek(reader))) {
    columns[count % columns.length]!.push(readNumber(reader))
    count++
  }
  const end = take(reader)
  if (count % columns.length !== 0) {
    throw failAt(
      reader,
      end,
      `found ${count} values under ${columns.length} headings, expected a multiple`,
      "check that no value is missing; a missing value is written NA",
    )
  }
  for (const name of new Set(headings.map((heading) => heading.name))) {
    reader.variable = name
    storeColumns(reader, first, name, headings, columns)
  }
  reader.variable = undefined
}

const endsBlock = (token: RToken): boolean =>
  token.kind === "end" || (token.kind === "name" && token.text === "END")

function readHeading(reader: RReader): Heading {
  const name = take(reader).text
  take(reader)
  if (!isSign(peek(reader), ",")) {
    take(reader)
    return { name, column: null }
  }
  take(reader)
  const column = take(reader)
  const close = take(reader)
  if (column.kind === "number" && isSign(close, "]")) return { name, column: column.value }
  throw failAt(
    reader,
    column,
    `found "${column.text}" in a heading, expected a column`,
    "write x[,1] x[,2] …",
  )
}

function readNumber(reader: RReader): number {
  const negative = isSign(peek(reader), "-")
  if (negative) take(reader)
  const token = take(reader)
  const value = token.kind === "number" ? token.value : WORDS.get(token.text)
  if (value === undefined) {
    throw failAt(reader, token, `found "${token.text}", expected a number`, 'rows of numbers end with "END"')
  }
  return negative ? -value : value
}

function storeColumns(
  reader: RReader,
  at: RToken,
  name: string,
  headings: readonly Heading[],
  columns: readonly (readonly number[])[],
): void {
  const own = headings.flatMap((heading, i) =>
    heading.name === name ? [{ ...heading, values: columns[i]! }] : [],
  )
  const sorted = own.toSorted((a, b) => (a.column ?? 0) - (b.column ?? 0))
  const isVector = own.length === 1 && own[0]!.column === null
  if (!isVector && sorted.some(({ column }, j) => column !== j + 1)) {
    const found = own.map(({ column }) => `${name}[${column === null ? "" : `,${column}`}]`).join(" ")
    throw failAt(
      reader,
      at,
      `found the headings ${found}`,
      `expected ${name}[], or ${name}[,1] ${name}[,2] …`,
    )
  }
  if (reader.variables.has(name)) reader.note(`${name} is given twice; the last value counts`)
  const rows = own[0]!.values.length
  const values = Float64Array.from(sorted.flatMap((column) => column.values))
  reader.variables.set(name, { dims: isVector ? [rows] : [rows, own.length], values })
}
