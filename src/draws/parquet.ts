/** Draws in Parquet files, columns as `posterior::draws_df` has them: `arrow::read_parquet` of R reads what is written here. */

import { DataError } from "../core/errors.ts"
import { type DrawColumn, drawsFromColumns, drawsToColumns } from "./columns.ts"
import type { Draws } from "./draws.ts"

/** The file's bytes; doubles are stored as they are, so that every draw reads back exactly. Loads the writer on first use. */
export async function drawsToParquet(draws: Draws): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer")
  const columnData = drawsToColumns(draws).map(({ name, values }: DrawColumn) => ({
    name,
    data: values,
    type: values instanceof Int32Array ? ("INT32" as const) : ("DOUBLE" as const),
    // Draws are different numbers: a dictionary of them would only be larger.
    encoding: "PLAIN" as const,
  }))
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

/**
 * Reads a table of draws, compressed or not; nulls are NaN. Loads the reader on first use.
 * @throws DataError when the bytes cannot be decoded, and those of `drawsFromColumns`
 */
export async function drawsFromParquet(bytes: Uint8Array, name: string): Promise<Draws> {
  const [{ parquetRead }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ])
  const chunks = new Map<string, { readonly start: number; readonly values: ArrayLike<unknown> }[]>()
  // A copy: the reader takes a whole ArrayBuffer, and a Node buffer may be part of a larger one.
  const file = Uint8Array.from(bytes).buffer
  await parquetRead({
    file,
    compressors,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const chunk = { start: rowStart, values: columnData }
      const known = chunks.get(columnName)
      if (known === undefined) chunks.set(columnName, [chunk])
      else known.push(chunk)
    },
  }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DataError(`found content that cannot be decoded (${reason}), expected a Parquet file`, {
      code: "bad-parquet",
      where: name,
      hint: "check that the file was written completely",
      cause,
    })
  })
  return drawsFromColumns(new Map([...chunks].map(([column, parts]) => [column, joinChunks(parts)])), name)
}

function joinChunks(
  parts: { readonly start: number; readonly values: ArrayLike<unknown> }[],
): ArrayLike<unknown> {
  if (parts.length === 1) return parts[0]!.values
  return parts.sort((a, b) => a.start - b.start).flatMap(({ values }) => Array.from(values))
}
