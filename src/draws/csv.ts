/**
 * Files of draws as R's `posterior` writes them: columns `.chain`, `.iteration`, `.draw` (all counted from 1), then one
 * a scalar. `read.csv(file, check.names = FALSE)` reads what is written here.
 */

import Papa from "papaparse"
import { DataError } from "../core/errors.ts"
import { createDraws, type Draws, recordDraw } from "./draws.ts"
import { groupByChain, INDEX_COLUMNS, isIndexColumn, nameIndexColumns } from "./group-rows.ts"
import { readDouble, showDouble } from "./number-text.ts"

const CHUNK_LENGTH = 1 << 16

/** The whole file as one text; for many draws take `drawsToCsvChunks` and write as you go. */
export function drawsToCsv(draws: Draws): string {
  return [...drawsToCsvChunks(draws)].join("")
}

/**
 * The file in pieces of about 64 kB: a header line, then one line a draw, chain after chain. Every double reads back
 * exactly.
 */
export function* drawsToCsvChunks(draws: Draws): Generator<string, void, undefined> {
  let text = `${[...INDEX_COLUMNS, ...draws.names].map(quote).join(",")}\n`
  const { chains, capacity, lengths, values } = draws
  const stride = chains * capacity
  let number = 0
  for (let chain = 0; chain < chains; chain++) {
    const length = lengths[chain]!
    for (let draw = 0; draw < length; draw++) {
      number++
      text += `${chain + 1},${draw + 1},${number}`
      for (let slot = chain * capacity + draw; slot < values.length; slot += stride) {
        text += `,${showDouble(values[slot]!)}`
      }
      text += "\n"
      if (text.length < CHUNK_LENGTH) continue
      yield text
      text = ""
    }
  }
  yield text
}

/**
 * Reads a file of draws. Chains come in the order of their labels, draws in the order of `.iteration` where that column
 * exists and in the order of the file elsewhere; without `.chain` the file is one chain. The columns `CHAIN` and `ITER` of
 * R's coda, `chain` and `iteration`, or `chain` and `draw` of ArviZ stand for `.chain` and `.iteration`. An unnamed first
 * column (R's row names) is skipped. `NA` reads as NaN.
 *
 * @param text the content of the file
 * @param name what error messages call it, a file name
 * @throws DataError with row and column when a row is ragged, a cell is no number, an iteration occurs twice in a chain,
 *   or there are no draws
 */
export function drawsFromCsv(text: string, name: string): Draws {
  const rows = readRows(text, name)
  const chains = groupByChain(rows.values.length / rows.names.length, rows, name)
  const draws = createDraws({
    names: rows.names,
    chains: chains.length,
    capacity: Math.max(...chains.map((chain) => chain.length)),
  })
  const width = rows.names.length
  for (const [chain, order] of chains.entries()) {
    for (const row of order) recordDraw(draws, chain, rows.values.subarray(row * width, (row + 1) * width))
  }
  return draws
}

interface Rows {
  readonly names: readonly string[]
  /** Row after row, one value a name. */
  readonly values: Float64Array
  /** The chain label of each row, or none. */
  readonly chain: readonly number[]
  /** The iteration of each row, or none. */
  readonly iteration: readonly number[]
}

function readRows(text: string, name: string): Rows {
  let header: readonly string[] | undefined
  let scalars: readonly number[] = []
  const index = { chain: -1, iteration: -1 }
  const found = { values: [] as number[], chain: [] as number[], iteration: [] as number[] }
  let row = 0

  const readHeader = (cells: readonly string[]): void => {
    header = nameIndexColumns(checkHeader(cells, name))
    index.chain = header.indexOf(".chain")
    index.iteration = header.indexOf(".iteration")
    scalars = header.flatMap((column, j) => (column === "" || isIndexColumn(column) ? [] : [j]))
    if (scalars.length > 0) return
    throw new DataError(`found the columns ${header.join(", ")}, expected a column of draws`, {
      code: "no-scalars",
      where: name,
      hint: "add one column a scalar",
    })
  }
  const readRow = (cells: readonly string[], columns: readonly string[]): void => {
    row++
    if (cells.length !== columns.length) {
      throw new DataError(`found ${cells.length} cells, expected ${columns.length} as in the header`, {
        code: "ragged-row",
        where: `${name}, row ${row}`,
        hint: "is the file cut short, or a comma missing?",
      })
    }
    const number = (j: number): number =>
      readDouble(cells[j]!) ?? refuseCell(cells[j]!, columns[j]!, row, name)
    for (const j of scalars) found.values.push(number(j))
    if (index.chain >= 0) found.chain.push(number(index.chain))
    if (index.iteration >= 0) found.iteration.push(number(index.iteration))
  }

  Papa.parse<string[]>(text.replace(/^\uFEFF/, ""), {
    delimiter: ",",
    skipEmptyLines: true,
    step: ({ data, errors }) => {
      if (errors[0] !== undefined) {
        throw new DataError(errors[0].message, {
          code: "bad-quotes",
          where: `${name}, ${header === undefined ? "header" : `row ${row + 1}`}`,
          hint: "close the quotation mark",
        })
      }
      if (header === undefined) readHeader(data)
      else readRow(data, header)
    },
  })
  if (header === undefined || row === 0) {
    throw new DataError(header === undefined ? "the file is empty" : "found a header and no draws", {
      code: "no-draws",
      where: name,
      hint: "expected a header line and one line a draw",
    })
  }
  const columns: readonly string[] = header
  return {
    names: scalars.map((j) => columns[j]!),
    values: Float64Array.from(found.values),
    chain: found.chain,
    iteration: found.iteration,
  }
}

function checkHeader(cells: readonly string[], name: string): readonly string[] {
  const seen = new Set<string>()
  for (const [j, column] of cells.entries()) {
    if (column === "" && j > 0) {
      throw new DataError(`column ${j + 1} has no name`, {
        code: "unnamed-column",
        where: name,
        hint: "name it",
      })
    }
    if (seen.has(column)) {
      throw new DataError(`two columns are called "${column}"`, {
        code: "duplicate-column",
        where: name,
        hint: "rename one of them",
      })
    }
    seen.add(column)
  }
  return cells
}

function refuseCell(cell: string, column: string, row: number, name: string): never {
  const expected = isIndexColumn(column) ? "a whole number" : "a number, NA, NaN, Inf or -Inf"
  throw new DataError(`found "${cell}", expected ${expected}`, {
    code: "not-a-number",
    where: `${name}, row ${row}, column ${column}`,
    hint: "is this a file of draws? The first columns are .chain, .iteration, .draw",
  })
}

/** Quotes a name that holds a comma, a quotation mark, a line break or a blank at an end, doubling its quotation marks. */
function quote(name: string): string {
  return /[",\r\n#']|^\s|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}
