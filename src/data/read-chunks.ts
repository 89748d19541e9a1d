/** CSV and Parquet files that are larger than memory, as tables of some rows each. */
import { createReadStream } from "node:fs"
import path from "node:path"
import { DataError } from "../core/errors.ts"
import { readCsv } from "./read-csv.ts"
import type { ReadOptions } from "./read-options.ts"
import { readParquetGroups } from "./read-parquet.ts"
import type { Table } from "./table.ts"

export interface ChunkOptions extends ReadOptions {
  /** Size of a chunk of CSV in characters, at least; 16 million by default. A chunk ends with a record. */
  readonly characters?: number
}

/**
 * Reads a CSV file chunk by chunk, each a table under the file's header, or a Parquet file by its row groups. Memory is
 * bounded by one chunk. Columns of CSV whose kind differs from chunk to chunk (numbers here, texts there) should be named in `factor` or `numeric`.
 * @throws DataError when the file cannot be read, and as `readTable` does
 */
export async function* readChunks(file: string, options: ChunkOptions = {}): AsyncGenerator<Table> {
  const { characters = 16_000_000, ...rules } = options
  if (path.extname(file).toLowerCase() === ".parquet") {
    yield* readParquetGroups(file, rules)
    return
  }
  let header: string | null = null
  let held = ""
  for await (const piece of piecesOf(file, characters)) {
    held += piece
    if (held.length < characters) continue
    const end = endOfRecords(held, "last")
    if (end === 0) continue
    const text = held.slice(0, end)
    held = held.slice(end)
    yield readCsv((header ?? "") + text, file, rules)
    header ??= text.slice(0, endOfRecords(text, "first"))
  }
  if (header === null || held.trim() !== "") yield readCsv((header ?? "") + held, file, rules)
}

/** The text of a file in pieces, without its byte order mark. */
async function* piecesOf(file: string, characters: number): AsyncGenerator<string> {
  let first = true
  try {
    for await (const piece of createReadStream(file, {
      encoding: "utf8",
      highWaterMark: Math.min(2 ** 20, characters),
    })) {
      yield first ? String(piece).replace(/^\uFEFF/, "") : String(piece)
      first = false
    }
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause)) throw cause
    throw new DataError("the file cannot be read", {
      code: "unreadable-file",
      where: file,
      hint: "check its path",
      cause,
    })
  }
}

/** Where the first or the last record of a text ends, its line end included: a line end in quotation marks is none. */
function endOfRecords(text: string, which: "first" | "last"): number {
  let quoted = false
  let end = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) quoted = !quoted
    else if (code === LINE_FEED && !quoted) {
      end = i + 1
      if (which === "first") return end
    }
  }
  return end
}

const QUOTE = 34
const LINE_FEED = 10
