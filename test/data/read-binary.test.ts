import { tableFromArrays, tableToIPC } from "@uwdata/flechette"
import { parquetWriteBuffer } from "hyparquet-writer"
import { describe, expect, it } from "vitest"
import { readArrow } from "../../src/data/read-arrow.ts"
import { readParquet } from "../../src/data/read-parquet.ts"
import { rejectionOf } from "./error-of.ts"

const content = {
  y: [1.5, null, -3],
  n: [1, 2, 3],
  g: ["a", null, "b"],
  ok: [true, false, null],
}
const expected = [
  ["y", { kind: "numeric", values: Float64Array.of(1.5, Number.NaN, -3) }],
  ["n", { kind: "numeric", values: Float64Array.of(1, 2, 3) }],
  ["g", { kind: "text", values: ["a", null, "b"] }],
  ["ok", { kind: "text", values: ["TRUE", "FALSE", null] }],
]
const arrow = (columns: Record<string, unknown[]>, format: "file" | "stream" = "file") =>
  tableToIPC(tableFromArrays(columns), { format })!
const parquet = (columns: Record<string, unknown[]>) =>
  new Uint8Array(
    parquetWriteBuffer({ columnData: Object.entries(columns).map(([name, data]) => ({ name, data })) }),
  )

describe("readArrow", () => {
  it.each(["file", "stream"] as const)("reads a %s", async (format) => {
    const table = await readArrow(arrow(content, format), "d.arrow")
    expect(table.name).toBe("d.arrow")
    expect([...table.columns]).toEqual(expected)
  })

  it("obeys the options", async () => {
    const table = await readArrow(arrow({ n: [10, 9], s: ["1", "-"] }), "d.arrow", {
      factor: ["n"],
      numeric: ["s"],
      na: ["-"],
    })
    expect([...table.columns.values()]).toEqual([
      { kind: "factor", codes: Int32Array.of(1, 0), levels: ["9", "10"] },
      { kind: "numeric", values: Float64Array.of(1, Number.NaN) },
    ])
  })

  it("refuses dates, by name", async () => {
    const failure = await rejectionOf(readArrow(arrow({ day: [new Date(0)] }), "d.arrow"))
    expect(failure.line).toBe(
      'd.arrow, row 1: column "day": found a date, expected a number, a text or a boolean; give dates as numbers, such as days since the first',
    )
  })

  it("refuses what is no Arrow file", async () => {
    const failure = await rejectionOf(readArrow(new TextEncoder().encode("y,g\n1,a\n2,b\n"), "d.arrow"))
    expect(failure.code).toBe("bad-arrow")
    // The reason in brackets is the reader's.
    expect(failure.line).toMatch(
      /^d\.arrow: found content that cannot be decoded \(.+\), expected an Arrow file; write the file anew, without compression$/,
    )
  })
})

describe("readParquet", () => {
  it("reads numbers, texts and booleans", async () => {
    const table = await readParquet(parquet(content), "d.parquet")
    expect(table.name).toBe("d.parquet")
    expect([...table.columns]).toEqual(expected)
  })

  it("reads part of a larger buffer", async () => {
    const bytes = parquet({ y: [1, 2] })
    const padded = new Uint8Array(bytes.length + 20)
    padded.set(bytes, 7)
    const table = await readParquet(padded.subarray(7, 7 + bytes.length), "d.parquet", { factor: ["y"] })
    expect([...table.columns.values()]).toEqual([
      { kind: "factor", codes: Int32Array.of(0, 1), levels: ["1", "2"] },
    ])
  })

  it("refuses what is no Parquet file", async () => {
    const failure = await rejectionOf(readParquet(new TextEncoder().encode("y,g\n1,a\n2,b\n"), "d.parquet"))
    expect(failure.code).toBe("bad-parquet")
    expect(failure.line).toMatch(
      /^d\.parquet: found content that cannot be decoded \(.+\), expected a Parquet file; check that the file was written completely$/,
    )
  })
})
