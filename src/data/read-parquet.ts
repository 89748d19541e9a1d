/** Parquet files into tables: whole, or one table a row group. */

import type { AsyncBuffer, FileMetaData } from "hyparquet"
import { DataError } from "../core/errors.ts"
import { type ReadOptions, type ReadRules, resolveReadRules } from "./read-options.ts"
import type { Table } from "./table.ts"
import { tableFromTypedColumns } from "./typed-columns.ts"

/**
 * Reads a Parquet file, compressed or not. Columns of numbers, texts and booleans are read; nulls are missing. Loads
 * the Parquet reader on first use.
 *
 * @param name what messages call the table
 * @throws DataError `bad-parquet` when the bytes cannot be decoded, and those of `tableFromTypedColumns`
 */
export async function readParquet(
  bytes: Uint8Array,
  name: string,
  options: ReadOptions = {},
): Promise<Table> {
  const rules = resolveReadRules(options)
  // A copy: the reader takes a whole ArrayBuffer, and a Node buffer may be part of a larger one.
  const file = Uint8Array.from(bytes).buffer
  const metadata = await readMetadata(file, name)
  return readRows(file, metadata, 0, Number(metadata.num_rows), name, rules)
}

/**
 * The row groups of a Parquet file, each a table: memory is bounded by one of them, whatever the size of the file.
 * @throws DataError when the file cannot be read, and as `readParquet` does
 */
export async function* readParquetGroups(path: string, options: ReadOptions = {}): AsyncGenerator<Table> {
  const rules = resolveReadRules(options)
  const { asyncBufferFromFile } = await import("hyparquet")
  const file = await asyncBufferFromFile(path).catch((cause: unknown) => {
    throw new DataError("the file cannot be read", {
      code: "unreadable-file",
      where: path,
      hint: "check its path",
      cause,
    })
  })
  const metadata = await readMetadata(file, path)
  let start = 0
  for (const group of metadata.row_groups) {
    options.signal?.throwIfAborted()
    const end = start + Number(group.num_rows)
    yield await readRows(file, metadata, start, end, path, rules)
    start = end
  }
}

async function readMetadata(file: AsyncBuffer, name: string): Promise<FileMetaData> {
  const { parquetMetadataAsync } = await import("hyparquet")
  return parquetMetadataAsync(file).catch((cause: unknown) => cannotDecode(cause, name))
}

/** Rows from `start` to before `end`, column by column: no object is made for a row. */
async function readRows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  start: number,
  end: number,
  name: string,
  rules: ReadRules,
): Promise<Table> {
  const [{ parquetRead, parquetSchema }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ])
  const columns = new Map<string, unknown[]>(
    parquetSchema(metadata).children.map(({ element }) => [element.name, new Array<unknown>(end - start)]),
  )
  await parquetRead({
    file,
    metadata,
    compressors,
    rowStart: start,
    rowEnd: end,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const column = columns.get(columnName)!
      // A chunk may reach beyond the rows asked for.
      const last = Math.min(columnData.length, end - rowStart)
      for (let i = Math.max(0, start - rowStart); i < last; i++) column[rowStart + i - start] = columnData[i]
    },
  }).catch((cause: unknown) => cannotDecode(cause, name))
  return tableFromTypedColumns(columns, name, rules)
}

function cannotDecode(cause: unknown, name: string): never {
  const reason = cause instanceof Error ? cause.message : String(cause)
  throw new DataError(`found content that cannot be decoded (${reason}), expected a Parquet file`, {
    code: "bad-parquet",
    where: name,
    hint: "check that the file was written completely",
    cause,
  })
}
