/**
 * Draws in CODA's format, as JAGS and OpenBUGS write them: an index file with a line `name first last` for each scalar, and
 * for each chain a file with a line `iteration value` for each draw, scalar after scalar. R's `coda::read.coda` reads what
 * is written here.
 * Best, Cowles & Vines (1995), CODA manual version 0.30, MRC Biostatistics Unit, section 2.
 */

import { DataError } from "../core/errors.ts"
import { chainsOf, createDraws, type Draws } from "./draws.ts"
import { readDouble, showDouble } from "./number-text.ts"

/** A file that has been read, or is to be written. */
export interface TextFile {
  /** What error messages call it. */
  readonly name: string
  readonly text: string
}

/** The texts of an index file and of one file a chain. */
export interface CodaTexts {
  readonly index: string
  readonly chains: readonly string[]
}

/**
 * The draws as CODA files, chains cut to the shortest; every double reads back exactly.
 *
 * Names with blanks are quoted as R reads them.
 */
export function drawsToCoda(draws: Draws): CodaTexts {
  const scalars = draws.names.map((name) => chainsOf(draws, name))
  const length = scalars[0]?.[0]?.length ?? 0
  const index = draws.names.map((name, k) => `${quote(name)} ${k * length + 1} ${(k + 1) * length}\n`)
  const chains = (scalars[0] ?? []).map((_, c) =>
    scalars
      .map((chains) => Array.from(chains[c]!, (value, i) => `${i + 1}  ${showDouble(value)}\n`).join(""))
      .join(""),
  )
  return { index: index.join(""), chains }
}

/**
 * Reads CODA files.
 *
 * @param index the index file
 * @param chains one file a chain, at least one
 * @throws DataError with the line when a line has another form, when scalars or chains differ in their number of draws or
 *   in their iterations, and when a file does not hold what the index tells
 */
export function drawsFromCoda(index: TextFile, chains: readonly TextFile[]): Draws {
  const entries = readIndex(index)
  const length = entries[0]!.last - entries[0]!.first + 1
  const needed = Math.max(...entries.map(({ last }) => last))
  const draws = createDraws({
    names: entries.map(({ name }) => name),
    chains: chains.length,
    capacity: length,
  })
  for (const [c, file] of chains.entries()) {
    const { iterations, values } = readChain(file)
    if (values.length !== needed) {
      throw new DataError(`found ${values.length} lines, expected ${needed} as ${index.name} tells`, {
        code: "coda-length",
        where: file.name,
        hint: "is the file cut short, or of another run?",
      })
    }
    for (const [scalar, { name, first }] of entries.entries()) {
      checkIterations(iterations, entries[0]!, { name, first }, length, file.name)
      draws.values.set(values.subarray(first - 1, first - 1 + length), (scalar * chains.length + c) * length)
    }
    draws.lengths[c] = length
  }
  return draws
}

interface IndexEntry {
  readonly name: string
  /** Lines of a chain's file, from 1, both included. */
  readonly first: number
  readonly last: number
}

function readIndex({ name: file, text }: TextFile): IndexEntry[] {
  const entries: IndexEntry[] = []
  for (const [k, line] of lines(text)) {
    const where = `${file}, line ${k}`
    const match = /^\s*(\S.*?)\s+(\d+)\s+(\d+)\s*$/.exec(line)
    if (match === null) {
      throw new DataError(`found "${shorten(line)}", expected a name and two line numbers`, {
        code: "coda-index",
        where,
        hint: "is this the index file?",
      })
    }
    const entry = { name: unquote(match[1]!), first: Number(match[2]), last: Number(match[3]) }
    const length = entry.last - entry.first + 1
    const before = entries[0] ?? entry
    if (entry.first < 1 || length < 1 || length !== before.last - before.first + 1) {
      throw new DataError(
        `${entry.name} has the lines ${entry.first} to ${entry.last}, ${before.name} ${before.first} to ${before.last}`,
        { code: "coda-index", where, hint: "monitor all scalars over the same iterations" },
      )
    }
    if (entries.some(({ name }) => name === entry.name)) {
      throw new DataError(`"${entry.name}" occurs twice`, {
        code: "duplicate-column",
        where,
        hint: "rename one of them",
      })
    }
    entries.push(entry)
  }
  if (entries.length > 0) return entries
  throw new DataError("the file is empty", {
    code: "no-draws",
    where: file,
    hint: "expected a line a scalar",
  })
}

interface ChainLines {
  readonly iterations: Float64Array
  readonly values: Float64Array
}

function readChain({ name, text }: TextFile): ChainLines {
  const iterations: number[] = []
  const values: number[] = []
  for (const [k, line] of lines(text)) {
    const cells = line.trim().split(/\s+/)
    const [iteration, value] = cells.map(readDouble)
    if (cells.length !== 2 || iteration === undefined || value === undefined) {
      throw new DataError(`found "${shorten(line)}", expected an iteration and a number`, {
        code: "coda-line",
        where: `${name}, line ${k}`,
        hint: "is this a file of one chain?",
      })
    }
    iterations.push(iteration)
    values.push(value)
  }
  return { iterations: Float64Array.from(iterations), values: Float64Array.from(values) }
}

function checkIterations(
  iterations: Float64Array,
  reference: { readonly name: string; readonly first: number },
  scalar: { readonly name: string; readonly first: number },
  length: number,
  where: string,
): void {
  for (let i = 0; i < length; i++) {
    const found = iterations[scalar.first - 1 + i]!
    const expected = iterations[reference.first - 1 + i]!
    if (found === expected) continue
    throw new DataError(
      `draw ${i + 1} of ${scalar.name} is of iteration ${found}, that of ${reference.name} of ${expected}`,
      { code: "coda-iterations", where, hint: "monitor all scalars over the same iterations" },
    )
  }
}

/** Lines that are not blank, with their numbers from 1. */
function* lines(text: string): Generator<readonly [number, string], void, undefined> {
  let start = text.startsWith("\uFEFF") ? 1 : 0
  for (let k = 1; start < text.length; k++) {
    const newline = text.indexOf("\n", start)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(start, end)
    start = end + 1
    if (line.trim() !== "") yield [k, line]
  }
}

/** As R's `read.table` takes it: whole where blanks, quotation marks or # would end it. */
function quote(name: string): string {
  if (!/[\s"'#]/.test(name)) return name
  return name.includes('"') ? `'${name}'` : `"${name}"`
}

function unquote(name: string): string {
  const match = /^(["'])(.*)\1$/s.exec(name)
  return match === null ? name : match[2]!
}

function shorten(line: string): string {
  const text = line.trim()
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
