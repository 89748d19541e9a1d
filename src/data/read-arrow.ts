/** Arrow IPC files and streams into a table. */

import { DataError } from "../core/errors.ts"
import { type ReadOptions, resolveReadRules } from "./read-options.ts"
import type { Table } from "./table.ts"
import { tableFromTypedColumns } from "./typed-columns.ts"

/**
 * Reads an Arrow IPC file (also Feather version 2) or stream without compression. Columns of numbers, texts,
 * dictionary-coded texts and booleans are read; nulls are missing. Loads the Arrow reader on first use.
 *
 * @param name what messages call the table
 * @throws DataError `bad-arrow` when the bytes cannot be decoded, and those of `tableFromTypedColumns`
 */
export async function readArrow(bytes: Uint8Array, name: string, options: ReadOptions = {}): Promise<Table> {
  const rules = resolveReadRules(options)
  const { tableFromIPC } = await import("@uwdata/flechette")
  let columns: Map<string, unknown>
  try {
    // Dates stay dates and long integers big integers, so that they are refused by name and not read as other numbers.
    const content = tableFromIPC(bytes, { useDate: true, useBigInt: true })
    columns = new Map(Object.entries(content.toColumns()))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DataError(`found content that cannot be decoded (${reason}), expected an Arrow file`, {
      code: "bad-arrow",
      where: name,
      hint: "write the file anew, without compression",
      cause,
    })
  }
  return tableFromTypedColumns(columns, name, rules)
}
