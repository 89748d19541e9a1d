/** Parquet files into a table. */

import { DataError } from "../core/errors.ts"
import { columnsFromRows } from "./columns-from-rows.ts"
import { type ReadOptions, resolveReadRules } from "./read-options.ts"
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
  const [{ parquetReadObjects }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ])
  // A copy: the reader takes a whole ArrayBuffer, and a Node buffer may be part of a larger one.
  const file = Uint8Array.from(bytes).buffer
  const rows = await parquetReadObjects({ file, compressors }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DataError(`found content that cannot be decoded (${reason}), expected a Parquet file`, {
      code: "bad-parquet",
      where: name,
      hint: "check that the file was written completely",
      cause,
    })
  })
  return tableFromTypedColumns(columnsFromRows(rows, name), name, rules)
}
