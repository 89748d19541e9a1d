/** A table from a file or from the shipped data sets. */

import { readdirSync } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import path from "node:path"
import { DataError, nearest, OptionError } from "../core/errors.ts"
import { datasetCsv, isDatasetName, resolveDatasetName } from "./datasets.ts"
import { decodeText } from "./decode-text.ts"
import { readArrow } from "./read-arrow.ts"
import { readCsv } from "./read-csv.ts"
import { readJson } from "./read-json.ts"
import type { ReadOptions } from "./read-options.ts"
import { readParquet } from "./read-parquet.ts"
import type { Table } from "./table.ts"

export type { ReadOptions }

type Reader = (bytes: Uint8Array, name: string, options: ReadOptions) => Table | Promise<Table>

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [".csv", (bytes, name, options) => readCsv(decodeText(bytes, name), name, options)],
  [".json", (bytes, name, options) => readJson(decodeText(bytes, name), name, options)],
  [".parquet", readParquet],
  [".arrow", readArrow],
])

/**
 * Reads a table.
 *
 * A column of a CSV file is numeric when every cell that is not missing is a number (decimal, exponent, `Inf`, `NaN`),
 * else text; missing numbers become `NaN`, missing texts `null`. JSON is a list of row objects or an object of columns
 * (see `readJson`). Arrow and Parquet columns of numbers, texts and booleans are read as JSON's are.
 *
 * @param source the path of a `.csv` or `.json` file in UTF-8 or of an `.arrow` or `.parquet` file, or `@name` for a
 * shipped data set
 * @returns the table, called `source` in messages
 * @throws DataError `file-not-found`, `is-a-directory`, `unreadable-file`, `unsupported-format`, `not-text`,
 * `unknown-dataset`, or what is wrong with the content (see `readCsv`, `readJson`, `readArrow`, `readParquet`)
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
  return read(bytes, source, options)
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
  return new DataError(`found ${found}, expected one of ${[...readers.keys()].join(", ")}`, {
    code: "unsupported-format",
    where: source,
    hint: "convert it to CSV, or give the file the extension of its format",
  })
}
