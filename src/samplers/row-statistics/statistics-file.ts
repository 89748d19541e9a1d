/**
 * Statistics on disk: a line that says format and length of the head, the head as JSON, then the arrays as they stand in memory.
 * Every digit is kept, and neither length nor time of a text limits how many cells there are.
 */
import { type FileHandle, open } from "node:fs/promises"
import { endianness } from "node:os"
import { DataError } from "../../core/errors.ts"
import { type RowStatistics, STATISTICS_FORMAT } from "./row-statistics.ts"

/** Bytes of the first line. */
const FIRST_LINE = 40

interface Head extends Omit<RowStatistics, "codes" | "count" | "mean" | "products"> {
  readonly byteOrder: string
  readonly lengths: {
    readonly codes: number
    readonly count: number
    readonly mean: number
    readonly products: number
  }
}

/** @throws the error of the file system when the file cannot be written */
export async function saveStatistics(statistics: RowStatistics, file: string): Promise<void> {
  const { codes, count, mean, products, ...plain } = statistics
  const arrays = [codes, count, mean, products]
  const lengths = { codes: codes.length, count: count.length, mean: mean.length, products: products.length }
  const head: Head = { ...plain, byteOrder: endianness(), lengths }
  const text = Buffer.from(JSON.stringify(head))
  const handle = await open(file, "w")
  try {
    await handle.writeFile(`${`${STATISTICS_FORMAT} ${text.length}`.padEnd(FIRST_LINE - 1)}\n`)
    await handle.writeFile(text)
    for (const array of arrays) await handle.writeFile(bytesOf(array))
  } finally {
    await handle.close()
  }
}

/** @throws DataError when the file is not there or holds something else */
export async function loadStatistics(file: string): Promise<RowStatistics> {
  const handle = await open(file, "r").catch((cause: unknown) => {
    throw new DataError("the file cannot be read", {
      code: "unreadable-file",
      where: file,
      hint: "check its path",
      cause,
    })
  })
  try {
    const line = (await readBytes(handle, file, new Uint8Array(FIRST_LINE))).toString("latin1")
    const [, format, length] = /^(gibbsite-statistics\/\d+) (\d+) *\n$/.exec(line) ?? []
    if (format !== STATISTICS_FORMAT) {
      throw notStatistics(
        file,
        `found ${format ?? "something else"}, expected statistics of the format ${STATISTICS_FORMAT}`,
      )
    }
    const text = await readBytes(handle, file, new Uint8Array(Number(length)))
    const { byteOrder, lengths, ...plain } = JSON.parse(text.toString()) as Head
    if (byteOrder !== endianness()) {
      throw notStatistics(file, `its numbers stand in the byte order ${byteOrder}, expected ${endianness()}`)
    }
    const statistics = {
      ...plain,
      codes: new Int32Array(lengths.codes),
      count: new Float64Array(lengths.count),
      mean: new Float64Array(lengths.mean),
      products: new Float64Array(lengths.products),
    }
    const { codes, count, mean, products } = statistics
    for (const array of [codes, count, mean, products]) await readBytes(handle, file, bytesOf(array))
    return statistics
  } finally {
    await handle.close()
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** Bytes of one read: the system takes no more than 2 GiB. */
const MOST = 2 ** 30

/** Fills `bytes` from where the file stands. */
async function readBytes(handle: FileHandle, file: string, bytes: Uint8Array): Promise<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(MOST, bytes.length - at))
    if (bytesRead === 0) throw notStatistics(file, "the file ends too early, expected statistics")
    at += bytesRead
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const notStatistics = (file: string, message: string): DataError =>
  new DataError(message, {
    code: "not-statistics",
    where: file,
    hint: "write the file with saveStatistics of this version, on a machine like this one",
  })
