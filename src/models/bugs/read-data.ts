/** Data and initial values of a BUGS model, from a file or from text. */

import { readFile } from "node:fs/promises"
import path from "node:path"
import { DataError } from "../../core/errors.ts"
import { decodeText } from "../../data/decode-text.ts"
import type { ArrayValue } from "../array-value.ts"
import { readJsonData } from "./json-data.ts"
import { type ModelDataOptions, readRDump } from "./r-dump.ts"

/**
 * Reads data or initial values from text: JSON when it begins with `{` or `[`, else R's language (see `readRDump`).
 * @throws DataError
 */
export function parseModelData(
  text: string,
  options: ModelDataOptions = {},
): ReadonlyMap<string, ArrayValue> {
  return /^[\s\ufeff]*[{[]/.test(text) ? readJsonData(text, options) : readRDump(text, options)
}

/**
 * Reads data or initial values from a file in UTF-8, or from the text itself: what holds a line break, an assignment, a
 * brace or a call is text, anything else the path of a file.
 *
 * @returns arrays by name, column-major, NaN where missing; messages call the file by its path
 * @throws DataError `file-not-found`, `unreadable-file`, `not-text`, `bad-data`
 */
export async function readModelData(
  source: string,
  options: ModelDataOptions = {},
): Promise<ReadonlyMap<string, ArrayValue>> {
  if (isText(source)) return parseModelData(source, options)
  const text = decodeText(await readBytes(source), source)
  return parseModelData(text, { file: source, ...options })
}

function isText(source: string): boolean {
  return /[\n{]|<-|^\s*(?:list|structure)\s*\(|^\s*[\w."]+\s*=/.test(source)
}

async function readBytes(source: string): Promise<Uint8Array> {
  try {
    return await readFile(source)
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new DataError(`no such file in ${path.dirname(path.resolve(source))}`, {
        code: "file-not-found",
        where: source,
        hint: "check the path",
        cause,
      })
    }
    const reason = code === "EISDIR" ? "it is a directory" : code === "" ? String(cause) : code
    throw new DataError(`the file cannot be read (${reason})`, {
      code: "unreadable-file",
      where: source,
      hint: "name a file with data in R's language or JSON",
      cause,
    })
  }
}
