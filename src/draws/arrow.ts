/** Draws in Arrow IPC files, columns as `posterior::draws_df` has them: `arrow::read_ipc_file` of R reads what is written here. */

import { DataError } from "../core/errors.ts"
import { drawsFromColumns, drawsToColumns } from "./columns.ts"
import type { Draws } from "./draws.ts"

/** The file's bytes; doubles are stored as they are, so that every draw reads back exactly. Loads the writer on first use. */
export async function drawsToArrow(draws: Draws): Promise<Uint8Array> {
  const { float64, int32, tableFromArrays, tableToIPC } = await import("@uwdata/flechette")
  const columns = drawsToColumns(draws)
  const table = tableFromArrays(
    columns.map(({ name, values }) => [name, values] as [string, typeof values]),
    {
      types: Object.fromEntries(
        columns.map(({ name, values }) => [name, values instanceof Int32Array ? int32() : float64()]),
      ),
    },
  )
  const bytes = tableToIPC(table, { format: "file" })
  return bytes ?? new Uint8Array(0)
}

/**
 * Reads a table of draws, an IPC file (also Feather version 2) or stream without compression; nulls are NaN.
 * @throws DataError when the bytes cannot be decoded, and those of `drawsFromColumns`
 */
export async function drawsFromArrow(bytes: Uint8Array, name: string): Promise<Draws> {
  const { tableFromIPC } = await import("@uwdata/flechette")
  let columns: Map<string, ArrayLike<unknown>>
  try {
    const content: Record<string, ArrayLike<unknown>> = tableFromIPC(bytes).toColumns()
    columns = new Map(Object.entries(content))
  } catch (cause) {
    // A TypeError is the reader's own stumbling over what is not there, and tells a user nothing.
    const reason = cause instanceof Error && !(cause instanceof TypeError) ? ` (${cause.message})` : ""
    throw new DataError(`found content that cannot be decoded${reason}, expected an Arrow file`, {
      code: "bad-arrow",
      where: name,
      hint: "write the file anew, completely and without compression",
      cause,
    })
  }
  return drawsFromColumns(columns, name)
}
