import { table as arqueroTable, desc, op } from "arquero"
import { describe, expect, it } from "vitest"
import type { Table } from "../../src/data/table.ts"
import { type TableInput, toArquero, toTable } from "../../src/data/to-table.ts"
import { errorOf } from "./error-of.ts"

const lineOf = (input: unknown) => {
  const { code, line } = errorOf(() => toTable(input as TableInput))
  return `${code} | ${line}`
}

describe("toTable", () => {
  it("takes columns of numbers, texts and booleans with missing values", () => {
    const table = toTable({
      y: [1, null, 3],
      g: ["a", undefined, ""],
      ok: [true, false, null],
      none: [null, null, null],
    })
    expect(table.name).toBe("data")
    expect(table.rows).toBe(3)
    expect([...table.columns]).toEqual([
      ["y", { kind: "numeric", values: Float64Array.of(1, Number.NaN, 3) }],
      ["g", { kind: "text", values: ["a", null, ""] }],
      ["ok", { kind: "text", values: ["TRUE", "FALSE", null] }],
      ["none", { kind: "numeric", values: Float64Array.of(Number.NaN, Number.NaN, Number.NaN) }],
    ])
  })

  it("shares a Float64Array, makes numbers of an Int32Array when asked and copies other typed arrays", () => {
    const y = Float64Array.of(1, 2)
    const table = toTable(
      { y, n: Int32Array.of(3, 4), f: Float32Array.of(0.5, 1), big: BigInt64Array.of(5n, -6n) },
      "mine",
    )
    expect(table.name).toBe("mine")
    const column = table.columns.get("y")!
    expect(column.kind === "numeric" && column.values).toBe(y)
    expect(table.columns.get("n")).toEqual({
      kind: "numeric",
      integers: Int32Array.of(3, 4),
      values: Float64Array.of(3, 4),
    })
    expect(table.columns.get("f")).toEqual({ kind: "numeric", values: Float64Array.of(0.5, 1) })
    expect(table.columns.get("big")).toEqual({ kind: "numeric", values: Float64Array.of(5, -6) })
  })

  it("takes rows", () => {
    expect([...toTable([{ y: 1 }, { y: 2, g: "a" }]).columns]).toEqual([
      ["y", { kind: "numeric", values: Float64Array.of(1, 2) }],
      ["g", { kind: "text", values: [null, "a"] }],
    ])
  })

  it("returns a table of ours as it is", () => {
    const table = toTable({ y: [1] })
    expect(toTable(table, "other")).toBe(table)
  })

  it("takes an Arquero table, filtered and in its order", () => {
    const source = arqueroTable({ y: [1, 2, 3, 4], g: ["a", "b", "c", null] })
      .filter((row: { y: number }) => row.y > 1)
      .orderby(desc("y"))
    expect([...toTable(source, "mine").columns]).toEqual([
      ["y", { kind: "numeric", values: Float64Array.of(4, 3, 2) }],
      ["g", { kind: "text", values: [null, "c", "b"] }],
    ])
  })

  it("takes columns called rows, columns and name", () => {
    const table = toTable({ rows: [1], columns: [2], name: ["x"] })
    expect([...table.columns.keys()]).toEqual(["rows", "columns", "name"])
  })
})

describe("toTable refuses", () => {
  it.each<[string, unknown, string]>([
    [
      "unequal lengths",
      { y: [1, 2, 3], g: ["a", "b"] },
      'unequal-lengths | data: column "g" has length 2, expected 3, the length of column "y"; give every column one value a row, null where missing',
    ],
    [
      "numbers and texts in one column",
      { y: [1, null, "NA"] },
      'mixed-column | data: column "y" mixes kinds: row 1 has 1 and row 3 has "NA", expected numbers, texts or booleans alone; use null for a missing value',
    ],
    [
      "dates",
      { day: [new Date(0)] },
      'unusable-value | data, row 1: column "day": found a date, expected a number, a text or a boolean; give dates as numbers, such as days since the first',
    ],
    [
      "an integer too long for a double",
      { id: [1n, 2n ** 60n] },
      'unusable-value | data, row 2: column "id": found 1152921504606846976, expected an integer below 2^53; give identifiers as texts',
    ],
    [
      "a text as a column",
      { g: "abc" },
      'not-a-column | data: column "g": found "abc", expected a list or a typed array; write g: [value, value, …], one value a row',
    ],
    [
      "no column",
      {},
      "no-columns | data: found no column, expected at least one; check the filter or query that made the table",
    ],
    [
      "no row",
      { y: [] },
      "no-rows | data: found no row, expected at least one; check the filter or query that made the table",
    ],
    [
      "a column without name",
      { y: [1], " ": [2] },
      'unnamed-column | data: column 2 has no name: found " ", expected a name; name the column',
    ],
    [
      "a path",
      "radon.csv",
      'not-a-table | data: found "radon.csv", expected a table, an object of columns or a list of rows; read a file with await readTable(path)',
    ],
    [
      "nothing",
      undefined,
      "not-a-table | data: found undefined, expected a table, an object of columns or a list of rows; read a file with await readTable(path)",
    ],
    [
      "null",
      null,
      "not-a-table | data: found null, expected a table, an object of columns or a list of rows; read a file with await readTable(path)",
    ],
  ])("%s", (_, input, expected) => {
    expect(lineOf(input)).toBe(expected)
  })
})

describe("toArquero", () => {
  it("gives numbers, texts and level texts back", async () => {
    const table: Table = {
      name: "d",
      rows: 3,
      columns: new Map([
        ["y", { kind: "numeric", values: Float64Array.of(1, 2, Number.NaN) }],
        ["t", { kind: "text", values: ["x", null, "z"] }],
        ["g", { kind: "factor", codes: Int32Array.of(1, -1, 0), levels: ["a", "b"] }],
      ]),
    }
    const converted = await toArquero(table)
    expect(converted.columnNames()).toEqual(["y", "t", "g"])
    expect(converted.objects()).toEqual([
      { y: 1, t: "x", g: "b" },
      { y: 2, t: null, g: null },
      { y: Number.NaN, t: "z", g: "a" },
    ])
    expect(converted.rollup({ mean: op.mean("y") }).object()).toEqual({ mean: 1.5 })
    expect(toTable(converted).columns.get("y")).toEqual(table.columns.get("y"))
  })
})
