/** Draws from files of any of the known formats, told apart by their content. */

import { readdir, readFile } from "node:fs/promises"
import path from "node:path"
import { gunzipSync } from "node:zlib"
import { DataError } from "../core/errors.ts"
import { drawsFromArrow } from "./arrow.ts"
import { drawsFromArvizJson } from "./arviz-json.ts"
import { drawsFromCmdStan } from "./cmdstan.ts"
import { drawsFromCoda, type TextFile } from "./coda.ts"
import { drawsFromCsv } from "./csv.ts"
import type { Draws } from "./draws.ts"
import { joinChains } from "./join-chains.ts"
import { drawsFromNetcdf } from "./netcdf.ts"
import { drawsFromParquet } from "./parquet.ts"

/** Formats of text. */
export type DrawsFormat = "csv" | "cmdstan" | "arviz-json" | "coda-index" | "coda-chain"

/** Formats of which a file is complete in itself. */
const readers: Readonly<
  Record<Exclude<DrawsFormat, "coda-index" | "coda-chain">, (text: string, name: string) => Draws>
> = { csv: drawsFromCsv, cmdstan: drawsFromCmdStan, "arviz-json": drawsFromArvizJson }

/** Formats that are not text, by the bytes a file begins with. */
const binaryReaders: readonly {
  readonly start: readonly number[]
  readonly read: (bytes: Uint8Array, file: string) => Promise<Draws>
}[] = [
  // "PAR1"
  { start: [0x50, 0x41, 0x52, 0x31], read: drawsFromParquet },
  // "ARROW1", and the mark of a stream's first message
  { start: [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], read: drawsFromArrow },
  { start: [0xff, 0xff, 0xff, 0xff], read: drawsFromArrow },
  // HDF5: the library opens the file itself.
  { start: [0x89, 0x48, 0x44, 0x46], read: (_, file) => drawsFromNetcdf(file) },
]

const binaryReader = (bytes: Uint8Array) =>
  binaryReaders.find(({ start }) => start.every((byte, i) => bytes[i] === byte))

/**
 * Reads files of draws: CSV as R's `posterior` writes it, CmdStan's CSV, Parquet and Arrow tables, ArviZ's JSON and netCDF (with the
 * package h5wasm), or CODA's index and chain files (of which one kind may be left out: files beside it with the usual names are taken). Several files are several chains, in
 * their order, with the same scalars. Files may be compressed by gzip (not netCDF).
 *
 * @param paths at least one
 * @throws DataError naming the file when one cannot be read, is malformed, or does not fit the others
 */
export async function readDraws(paths: readonly string[]): Promise<Draws> {
  if (paths.length === 0) {
    throw new DataError("found no file", { code: "no-draws", hint: "give one or more files of draws" })
  }
  const twice = paths.find((one, i) => paths.indexOf(one) < i)
  if (twice !== undefined) {
    throw new DataError("the file is given twice", {
      code: "file-twice",
      where: twice,
      hint: "give every chain once",
    })
  }
  const contents = await Promise.all(paths.map(readBytes))
  const binary = contents.map(binaryReader)
  if (binary.every((reader) => reader !== undefined)) {
    return joinChains(
      await Promise.all(
        paths.map(async (name, i) => ({ name, draws: await binary[i]!.read(contents[i]!, name) })),
      ),
    )
  }
  const files = paths.map((one, i) => ({ ...decodeText(contents[i]!, one), path: one }))
  const formats = files.map(({ text }) => detectFormat(text))
  const isCoda = formats.map((format) => format === "coda-index" || format === "coda-chain")
  if (isCoda.every(Boolean)) return readCoda(files, formats)
  if (isCoda.some(Boolean)) {
    const odd = files[isCoda.indexOf(true)]!
    throw new DataError("found a CODA file among files of another format", {
      code: "mixed-formats",
      where: odd.name,
      hint: "give files of one run only",
    })
  }
  return joinChains(
    files.map(({ name, text }, i) => {
      const format = formats[i]!
      return {
        name,
        draws: readers[format === "cmdstan" || format === "arviz-json" ? format : "csv"](text, name),
      }
    }),
  )
}

/** The format that a text seems to have; `csv` where no other fits. */
export function detectFormat(text: string): DrawsFormat {
  const start = text
    .slice(0, 1 << 16)
    .replace(/^\uFEFF/, "")
    .trimStart()
  if (start.startsWith("{")) return "arviz-json"
  if (start.startsWith("#")) return "cmdstan"
  const line = /^[^\r\n]*/.exec(start)![0].trimEnd()
  if (/^\d+(?:\.?\d*e\+?\d+)?\s+\S+$/i.test(line) && !line.includes(",")) return "coda-chain"
  if (/^\S.*\s\d+\s+\d+$/.test(line)) return "coda-index"
  const columns = line.split(",")
  return columns.includes("lp__") && !columns.includes(".chain") ? "cmdstan" : "csv"
}

interface LocatedFile extends TextFile {
  readonly path: string
}

async function readCoda(files: readonly LocatedFile[], formats: readonly DrawsFormat[]): Promise<Draws> {
  const indices = files.filter((_, i) => formats[i] === "coda-index")
  const chains = files.filter((_, i) => formats[i] === "coda-chain")
  if (indices.length > 1) {
    throw new DataError(`found ${indices.length} index files, expected one`, {
      code: "coda-index",
      where: indices[1]!.name,
      hint: "give files of one run only",
    })
  }
  const index = indices[0] ?? (await findIndex(chains[0]!))
  return drawsFromCoda(index, chains.length > 0 ? chains : await findChains(index.name))
}

/** The index beside `CODAchain1.txt`: `CODAindex.txt`. */
async function findIndex(chain: LocatedFile): Promise<TextFile> {
  const base = path.basename(chain.path)
  const names = [base.replace(/chain\d+/i, "index"), base.replace(/\d+(\.\w+)$/, "Index$1")]
  for (const name of names) {
    if (name === base) continue
    const found = await readText(path.join(path.dirname(chain.path), name)).catch(() => undefined)
    if (found !== undefined) return found
  }
  throw new DataError("found a chain and no index", {
    code: "coda-index",
    where: chain.name,
    hint: "give CODAindex.txt too: it holds the names of the scalars",
  })
}

/** The chains beside `CODAindex.txt`: `CODAchain1.txt`, `CODAchain2.txt` …, by their numbers. */
async function findChains(index: string): Promise<TextFile[]> {
  const folder = path.dirname(index)
  const [before = "", after = ""] = path.basename(index).split(/index/i)
  const numberOf = (name: string): number => {
    const fits = name.startsWith(before) && name.endsWith(after)
    const middle = fits
      ? /^(?:chain)?(\d+)$/i.exec(name.slice(before.length, name.length - after.length))
      : null
    return middle === null ? NaN : Number(middle[1])
  }
  const names = (await readdir(folder)).filter((name) => !Number.isNaN(numberOf(name)))
  if (names.length === 0) {
    throw new DataError("found an index and no chains", {
      code: "no-draws",
      where: index,
      hint: "give the files of the chains too, CODAchain1.txt …",
    })
  }
  names.sort((a, b) => numberOf(a) - numberOf(b))
  return Promise.all(names.map((name) => readText(path.join(folder, name))))
}

/** Reasons of the file system, in words. */
const ACCESS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ["there is no such file", "check the path"],
  EISDIR: ["found a folder, expected a file", "give the files of draws in it"],
  EACCES: ["the file may not be read", "check its permissions"],
}

async function readBytes(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
    const [message, hint] = ACCESS[code] ?? [`the file cannot be read (${code})`, "check the path"]
    throw new DataError(message, { code: "unreadable-file", where: file, hint, cause })
  })
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? unzip(bytes, file) : bytes
}

/** @throws DataError for a file that is cut short or damaged */
function unzip(bytes: Uint8Array, file: string): Uint8Array {
  try {
    return gunzipSync(bytes)
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause)
    throw new DataError(`the compressed file cannot be read: ${found}`, {
      code: "unreadable-file",
      where: file,
      hint: "is it cut short?",
      cause,
    })
  }
}

const readText = async (file: string): Promise<TextFile> => decodeText(await readBytes(file), file)

function decodeText(bytes: Uint8Array, file: string): TextFile {
  if (bytes.subarray(0, 8192).includes(0)) {
    throw new DataError("found binary content, expected text", {
      code: "not-text",
      where: file,
      hint:
        binaryReader(bytes) === undefined
          ? "give draws as CSV, CmdStan CSV, CODA, ArviZ JSON or netCDF, Parquet or Arrow"
          : "give files of one format only",
    })
  }
  try {
    return { name: file, text: new TextDecoder().decode(bytes) }
  } catch (cause) {
    throw new DataError(`found ${bytes.length} bytes of text, expected less than 512 MiB`, {
      code: "unreadable-file",
      where: file,
      hint: "thin the draws, or give one file a chain",
      cause,
    })
  }
}
