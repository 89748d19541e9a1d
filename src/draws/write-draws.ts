/** Draws to files of any of the known formats. */

import { writeFile } from "node:fs/promises"
import path from "node:path"
import { DataError, OptionError } from "../core/errors.ts"
import { drawsToArrow } from "./arrow.ts"
import { drawsToArvizJsonChunks } from "./arviz-json.ts"
import { drawsToCsvChunks } from "./csv.ts"
import type { Draws } from "./draws.ts"
import { drawsToNetcdf } from "./netcdf.ts"
import { drawsToParquet } from "./parquet.ts"

/** What a file is to hold: its bytes, or its text in pieces. */
export type DrawsContent = Uint8Array | Iterable<string>

interface WritableFormat {
  /** Without the dot; the first is the one that files get. */
  readonly extensions: readonly [string, ...string[]]
  readonly encode: (draws: Draws) => DrawsContent | Promise<DrawsContent>
}

/** Formats whose draws are one file: `--format` of the command line. */
export const drawsFormats = {
  csv: { extensions: ["csv"], encode: drawsToCsvChunks },
  parquet: { extensions: ["parquet"], encode: drawsToParquet },
  arrow: { extensions: ["arrow", "feather"], encode: drawsToArrow },
  json: { extensions: ["json"], encode: drawsToArvizJsonChunks },
  netcdf: { extensions: ["nc", "netcdf"], encode: drawsToNetcdf },
} as const satisfies Readonly<Record<string, WritableFormat>>

export type WritableDrawsFormat = keyof typeof drawsFormats

export const drawsFormatNames = Object.keys(drawsFormats) as readonly WritableDrawsFormat[]

/**
 * Writes draws to a file: CSV, Parquet, Arrow, ArviZ JSON or (with the package h5wasm) ArviZ netCDF.
 *
 * @param format that of the file's extension when left out
 * @throws OptionError for an extension that tells no format; DataError when the file cannot be written
 */
export async function writeDraws(draws: Draws, file: string, format = formatOf(file)): Promise<void> {
  const content = await drawsFormats[format].encode(draws)
  await writeFile(file, content).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DataError(`cannot write the draws: ${reason}`, {
      code: "unwritable",
      where: file,
      hint: "name a file in a folder that you may write to",
      cause,
    })
  })
}

function formatOf(file: string): WritableDrawsFormat {
  const extension = path.extname(file).slice(1).toLowerCase()
  const found = drawsFormatNames.find((name) => {
    const known: readonly string[] = drawsFormats[name].extensions
    return known.includes(extension)
  })
  if (found !== undefined) return found
  throw new OptionError(`found the extension "${extension}", which tells no format`, {
    code: "unknown-format",
    where: file,
    hint: `end the name in .csv, .parquet, .arrow, .json or .nc`,
  })
}
