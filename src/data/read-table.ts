/** A table from a file or from the shipped data sets. */

import { isUtf8 } from "node:buffer"
import { readdirSync } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import path from "node:path"
import { DataError, nearest, OptionError } from "../core/errors.ts"
import { datasetCsv, isDatasetName, resolveDatasetName } from "./datasets.ts"
import { readCsv } from "./read-csv.ts"
import { readJson } from "./read-json.ts"
import type { ReadOptions } from "./read-options.ts"
import type { Table } from "./table.ts"

export type { ReadOptions }

type TextReader = (text: string, name: string, options: ReadOptions) => Table

const readers: ReadonlyMap<string, TextReader> = new Map([
  [".csv", readCsv],
  [".json", readJson],
])

/**
 * Reads a table.
 *
 * A column of a CSV file is numeric when every cell that is not missing is a number (decimal, exponent, `Inf`, `NaN`),
 * else text; missing numbers become `NaN`, missing texts `null`. JSON is a list of row objects or an object of columns
 * (see `readJson`).
 *
 * @param source the path of a `.csv` or `.json` file in UTF-8, or `@name` for a shipped data set
 * @returns the table, called `source` in messages
 * @throws DataError `file-not-found`, `is-a-directory`, `unreadable-file`, `unsupported-format`, `not-text`,
 * `unknown-dataset`, or what is wrong with the text (see `readCsv`, `readJson`)
 * @throws OptionError `invalid-option`, `conflicting-options`
 */
export async function readTable(source: string, options: ReadOptions = {}): Promise<Table> {
  options.signal?.throwIfAborted()
  if (typeof source !== "string") {
    throw new OptionError(`found a value of type ${typeof source}, expected the path of a file or @name`, {
      code: "invalid-option",
      where: "readTable",
      hint: "turn values in memory into a table with toTable",
    })
  }
  if (source.startsWith("@")) return readCsv(datasetCsv(source), `@${resolveDatasetName(source)}`, options)
  await checkFile(source)
  const read = readers.get(path.extname(source).toLowerCase())
  if (read === undefined) throw unsupportedFormat(source)
  const bytes = await readBytes(source, options.signal)
  return read(decode(bytes, source), source, options)
}

async function checkFile(source: string): Promise<void> {
  const found = await stat(source).catch((cause: unknown) => Promise.reject(accessError(source, cause)))
  if (!found.isDirectory()) return
  throw new DataError("found a directory, expected a file", {
    code: "is-a-directory",
    where: source,
    hint: "name a file in it",
  })
}

async function readBytes(source: string, signal: AbortSignal | undefined): Promise<Buffer> {
  try {
    return await readFile(source, { signal })
  } catch (cause) {
    signal?.throwIfAborted()
    throw accessError(source, cause)
  }
}

/** UTF-8 text without byte order mark. */
function decode(bytes: Buffer, source: string): string {
  // A byte of zero does not occur in text, and UTF-16 has one beside every plain letter.
  const zero = bytes.subarray(0, 8192).includes(0)
  if (zero || !isUtf8(bytes)) {
    throw new DataError(
      `found ${zero ? "binary content" : "bytes that are not UTF-8"}, expected text in UTF-8`,
      {
        code: "not-text",
        where: zero ? source : `${source}, line ${lineOfBadByte(bytes)}`,
        hint: "save the file as text in UTF-8",
      },
    )
  }
  try {
    return new TextDecoder().decode(bytes)
  } catch (cause) {
    throw accessError(source, cause)
  }
}

function lineOfBadByte(bytes: Buffer): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start)
    const end = newline === -1 ? bytes.length : newline
    if (!isUtf8(bytes.subarray(start, end))) break
    start = end + 1
  }
  return line
}

function accessError(source: string, cause: unknown): DataError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new DataError(`no such file in ${path.dirname(path.resolve(source))}`, {
      code: "file-not-found",
      where: source,
      hint: remedyForMissing(source),
      cause,
    })
  }
  return new DataError(`the file cannot be read (${accessReasons[code] ?? (code || String(cause))})`, {
    code: "unreadable-file",
    where: source,
    hint: "check the file's permissions and size",
    cause,
  })
}

const accessReasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "its links form a circle",
  ENAMETOOLONG: "its name is too long",
  ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GiB",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is larger than a text can be",
  ERR_STRING_TOO_LONG: "it is larger than a text can be",
}

function remedyForMissing(source: string): string {
  if (isDatasetName(path.basename(source, ".csv"))) {
    return `for the shipped data set write @${resolveDatasetName(path.basename(source, ".csv"))}`
  }
  const near = nearest(path.basename(source), readableFiles(path.dirname(source)))
  return near === undefined ? "check the path" : `did you mean "${path.join(path.dirname(source), near)}"?`
}

/** The files of a folder that have a reader; none when the folder cannot be listed. */
function readableFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => readers.has(path.extname(file).toLowerCase()))
  } catch {
    return []
  }
}

function unsupportedFormat(source: string): DataError {
  const extension = path.extname(source)
  const found = extension === "" ? "a name without extension" : `a ${extension} file`
  return new DataError(`found ${found}, expected ${[...readers.keys()].join(" or ")}`, {
    code: "unsupported-format",
    where: source,
    hint: "convert it to CSV, or give the file the extension of its format",
  })
}
