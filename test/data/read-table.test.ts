import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { tableFromArrays, tableToIPC } from "@uwdata/flechette"
import { parquetWriteBuffer } from "hyparquet-writer"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { readTable } from "../../src/data/read-table.ts"
import { rejectionOf } from "./error-of.ts"

let folder = ""
const file = (name: string) => path.join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "gibbsite-"))
  const write = (name: string, content: string | Uint8Array) => writeFileSync(file(name), content)
  write("radon.csv", "\ufeffy,g\r\n1,\u00e5\r\n2,b\r\n")
  write("UPPER.CSV", "y\n1\n")
  write("bom.json", '\ufeff[{"y": 1}]')
  write("d.arrow", tableToIPC(tableFromArrays({ y: [1] }), { format: "file" })!)
  write("d.parquet", new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "y", data: [1] }] })))
  write("ragged.csv", "y,g\n1,a\n2\n")
  write("empty.csv", "")
  write("binary.csv", Uint8Array.of(0x89, 0x50, 0, 0, 1))
  write("utf16.csv", Buffer.from("\ufeffy,g\n1,a\n", "utf16le"))
  write("latin1.csv", Buffer.from("y,g\n1,a\n2,\u00e5\n", "latin1"))
  write("table.xlsx", "x")
  write("noextension", "x")
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The one line of the error, the scratch folder's name replaced. */
const lineOf = async (name: string) => {
  const { type, code, line } = await rejectionOf(readTable(name === "" ? folder : file(name)))
  return `${type} ${code} | ${line.replaceAll(folder + path.sep, "").replaceAll(folder, "FOLDER")}`
}

describe("readTable", () => {
  it("reads a CSV file with byte order mark", async () => {
    const table = await readTable(file("radon.csv"))
    expect(table.name).toBe(file("radon.csv"))
    expect([...table.columns]).toEqual([
      ["y", { kind: "numeric", values: Float64Array.of(1, 2) }],
      ["g", { kind: "text", values: ["\u00e5", "b"] }],
    ])
  })

  it.each(["bom.json", "UPPER.CSV", "d.arrow", "d.parquet"])("reads %s by its extension", async (name) => {
    const table = await readTable(file(name))
    expect([...table.columns]).toEqual([["y", { kind: "numeric", values: Float64Array.of(1) }]])
  })

  it("reads a shipped data set, with options", async () => {
    const table = await readTable("@pulp", { factor: ["operator"] })
    expect(table.name).toBe("@pulp")
    expect(table.rows).toBe(20)
    expect(table.columns.get("operator")).toMatchObject({ kind: "factor", levels: ["a", "b", "c", "d"] })
    expect((await readTable("@eightSchools")).name).toBe("@eight_schools")
  })

  it("stops when the signal says so", async () => {
    const reason = new Error("enough")
    await expect(readTable("@pulp", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const stop = new AbortController()
    const reading = readTable(file("radon.csv"), { signal: stop.signal })
    stop.abort(reason)
    await expect(reading).rejects.toBe(reason)
  })
})

describe("readTable refuses", () => {
  it.each([
    ["radn.csv", 'DataError file-not-found | radn.csv: no such file in FOLDER; did you mean "radon.csv"?'],
    [
      "unlike-any-other.csv",
      "DataError file-not-found | unlike-any-other.csv: no such file in FOLDER; check the path",
    ],
    ["pulp", "DataError file-not-found | pulp: no such file in FOLDER; for the shipped data set write @pulp"],
    [
      "pulp.csv",
      "DataError file-not-found | pulp.csv: no such file in FOLDER; for the shipped data set write @pulp",
    ],
    ["", "DataError is-a-directory | FOLDER: found a directory, expected a file; name a file in it"],
    [
      "empty.csv",
      "DataError empty-file | empty.csv: the file is empty: found no text, expected a header line of column names and rows; check that the file was written completely",
    ],
    [
      "ragged.csv",
      "DataError ragged-row | ragged.csv, line 3: found 1 field, expected 2 (y, g); add the missing fields; a missing value is written NA",
    ],
    [
      "binary.csv",
      "DataError not-text | binary.csv: found binary content, expected text in UTF-8; save the file as text in UTF-8",
    ],
    [
      "utf16.csv",
      "DataError not-text | utf16.csv: found binary content, expected text in UTF-8; save the file as text in UTF-8",
    ],
    [
      "latin1.csv",
      "DataError not-text | latin1.csv, line 3: found bytes that are not UTF-8, expected text in UTF-8; save the file as text in UTF-8",
    ],
    [
      "table.xlsx",
      "DataError unsupported-format | table.xlsx: found a .xlsx file, expected one of .csv, .json, .parquet, .arrow; convert it to CSV, or give the file the extension of its format",
    ],
    [
      "noextension",
      "DataError unsupported-format | noextension: found a name without extension, expected one of .csv, .json, .parquet, .arrow; convert it to CSV, or give the file the extension of its format",
    ],
  ])("%s", async (name, expected) => {
    expect(await lineOf(name)).toBe(expected)
  })

  it("a data set that does not ship, with the nearest", async () => {
    expect(await rejectionOf(readTable("@pulb"))).toEqual({
      type: "DataError",
      code: "unknown-dataset",
      line: 'no shipped data set "@pulb"; did you mean "@pulp"?',
    })
  })

  it("a source that is no text", async () => {
    const source = { y: [1] } as unknown
    expect(await rejectionOf(readTable(source as string))).toEqual({
      type: "OptionError",
      code: "invalid-option",
      line: "readTable: found a value of type object, expected the path of a file or @name; turn values in memory into a table with toTable",
    })
  })
})
