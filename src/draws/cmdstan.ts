/**
 * Files of draws as CmdStan writes them, one a chain: comment lines that begin with `#` (configuration, adaptation,
 * timing), a header, then one line a draw; with `save_warmup=1` the draws of the warm-up come first.
 * CmdStan User's Guide, chapter "Stan CSV File Format".
 */

import Papa from "papaparse"
import { DataError } from "../core/errors.ts"
import { chainValues, createDraws, type Draws, recordDraw } from "./draws.ts"
import { readDouble, showDouble } from "./number-text.ts"

/**
 * One file a chain as CmdStan would write it after warm-up: `theta[1,2]` is called `theta.1.2`, other names as they are, in
 * quotation marks where they hold a comma. Every double reads back exactly.
 */
export function drawsToCmdStan(draws: Draws): readonly string[] {
  const header = draws.names.map(dottedName).join(",")
  return Array.from({ length: draws.chains }, (_, c) => {
    const columns = draws.names.map((name) => chainValues(draws, name, c))
    const rows = Array.from(
      { length: draws.lengths[c]! },
      (_, i) => `${columns.map((column) => stanWord(showDouble(column[i]!))).join(",")}\n`,
    )
    const settings = `# method = sample\n#   sample\n#     num_samples = ${draws.lengths[c]}\n#     save_warmup = 0\n# id = ${c + 1}\n`
    return `# model = gibbsite\n${settings}${header}\n${rows.join("")}`
  })
}

/** `theta[1,2]` → `theta.1.2`, where that reads back as the same name. */
function dottedName(name: string): string {
  const match = /^([^[\],".]+)\[(\d+(?:,\d+)*)\]$/.exec(name)
  if (match !== null) return `${match[1]}.${match[2]!.replaceAll(",", ".")}`
  return /[",#\r\n]|^\s|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}

/** `NaN`, `Inf` as Stan's C++ prints them. */
const stanWord = (text: string): string => (/[NI]/.test(text) ? text.toLowerCase() : text)

/**
 * Reads one chain; rows of the warm-up are left out. Columns of the sampler (`lp__`, `divergent__` …) are scalars as any
 * others; `theta.1.2` is called `theta[1,2]`.
 *
 * @param text the content of the file
 * @param name what error messages call it, a file name
 * @throws DataError with the line when a row is ragged or a cell is no number; when there are no draws after warm-up; and for
 *   the output of a method other than sampling (optimisation, variational inference)
 */
export function drawsFromCmdStan(text: string, name: string): Draws {
  const { header, rows, warmup, width } = readRows(text, name)
  const count = rows.length / width
  const kept = count - warmup
  if (kept < 1) {
    const found = count === 0 ? "found a header and no draws" : `found ${count} draws, all of the warm-up`
    throw noDraws(found, name, "was the run cut short?")
  }
  const draws = createDraws({ names: header, chains: 1, capacity: kept })
  const values = Float64Array.from(rows)
  for (let row = warmup; row < count; row++) {
    recordDraw(draws, 0, values.subarray(row * width, (row + 1) * width))
  }
  return draws
}

interface CmdStanRows {
  readonly header: readonly string[]
  /** Row after row. */
  readonly rows: readonly number[]
  readonly width: number
  /** How many rows at the start are of the warm-up. */
  readonly warmup: number
}

function readRows(text: string, name: string): CmdStanRows {
  const settings = new Map<string, string>()
  let header: readonly string[] | undefined
  const rows: number[] = []
  let count = 0
  /** Rows before the message that ends the adaptation. */
  let adapted: number | undefined

  let start = text.startsWith("\uFEFF") ? 1 : 0
  for (let number = 1; start < text.length; number++) {
    const newline = text.indexOf("\n", start)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(start, end).trimEnd()
    start = end + 1
    if (line === "") continue
    if (line.startsWith("#")) {
      if (line.includes("Adaptation terminated")) adapted = count
      const setting = /^#\s*(\w+)\s*=\s*(\S*)/.exec(line)
      if (setting !== null) settings.set(setting[1]!, setting[2]!)
      continue
    }
    if (header === undefined) {
      header = checkHeader(splitHeader(line), `${name}, line ${number}`)
      continue
    }
    const cells = line.split(",")
    if (cells.length !== header.length) {
      throw new DataError(`found ${cells.length} cells, expected ${header.length} as in the header`, {
        code: "ragged-row",
        where: `${name}, line ${number}`,
        hint: "is the file cut short?",
      })
    }
    for (const [j, cell] of cells.entries()) {
      rows.push(readDouble(cell) ?? refuseCell(cell, `${name}, line ${number}, column ${header[j]}`))
    }
    count++
  }
  if (header === undefined) throw noDraws("found no header", name, "is this a file that CmdStan wrote?")
  const method = settings.get("method") ?? "sample"
  if (method !== "sample") {
    throw new DataError(`found the output of method=${method}, expected that of method=sample`, {
      code: "not-draws",
      where: name,
      hint: "its rows are no draws of a Markov chain: run the sampler",
    })
  }
  const warmup = adapted ?? savedWarmup(settings)
  return { header: header.map(bracketName), rows, width: header.length, warmup: Math.min(warmup, count) }
}

/** Rows of the warm-up by the configuration, where no adaptation tells (`algorithm=fixed_param`, `adapt engaged=0`). */
function savedWarmup(settings: ReadonlyMap<string, string>): number {
  const saved = settings.get("save_warmup")
  if (saved !== "1" && saved !== "true") return 0
  const thin = Number(settings.get("thin") ?? "1")
  return Math.ceil(Number(settings.get("num_warmup") ?? "0") / thin) || 0
}

/** CmdStan's own names need no quotation marks; those of other programs may. */
function splitHeader(line: string): readonly string[] {
  return line.includes('"') ? (Papa.parse<string[]>(line, { delimiter: "," }).data[0] ?? []) : line.split(",")
}

function checkHeader(cells: readonly string[], where: string): readonly string[] {
  const seen = new Set<string>()
  for (const [j, cell] of cells.entries()) {
    const repeated = seen.has(cell)
    seen.add(cell)
    if (cell !== "" && !repeated && readDouble(cell) === undefined) continue
    const what =
      cell === ""
        ? `column ${j + 1} has no name`
        : repeated
          ? `two columns are called "${cell}"`
          : `found the number ${cell}, expected a header`
    throw new DataError(what, { code: "bad-header", where, hint: "is this a file that CmdStan wrote?" })
  }
  return cells
}

/** `theta.1.2` → `theta[1,2]`; parts that are not all whole numbers stay as they are. */
function bracketName(column: string): string {
  const match = /^(.*?)\.(\d+(?:\.\d+)*)$/.exec(column)
  return match === null ? column : `${match[1]}[${match[2]!.replaceAll(".", ",")}]`
}

function refuseCell(cell: string, where: string): never {
  throw new DataError(`found "${cell}", expected a number, nan, inf or -inf`, {
    code: "not-a-number",
    where,
    hint: "is the file damaged?",
  })
}

function noDraws(message: string, where: string, hint: string): DataError {
  return new DataError(message, { code: "no-draws", where, hint })
}
