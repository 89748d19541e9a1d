import { describe, expect, it } from "vitest"
import { readJson } from "../../src/data/read-json.ts"
import { errorOf } from "./error-of.ts"

const columns = (content: unknown, options = {}) => [
  ...readJson(JSON.stringify(content), "d.json", options).columns,
]
const lineOf = (text: string, options = {}) => {
  const { code, line } = errorOf(() => readJson(text, "d.json", options))
  return `${code} | ${line}`
}

describe("readJson", () => {
  it("reads rows, a missing key being a missing value", () => {
    const rows = [
      { y: 1, g: "a" },
      { y: null, g: "b", late: true },
      { g: null, y: 2.5 },
    ]
    expect(columns(rows)).toEqual([
      ["y", { kind: "numeric", values: Float64Array.of(1, Number.NaN, 2.5) }],
      ["g", { kind: "text", values: ["a", "b", null] }],
      ["late", { kind: "text", values: [null, "TRUE", null] }],
    ])
  })

  it("reads columns and keeps the kind that the file states", () => {
    expect(columns({ y: [1, 2], id: ["1", "2"], ok: [true, false] })).toEqual([
      ["y", { kind: "numeric", values: Float64Array.of(1, 2) }],
      ["id", { kind: "text", values: ["1", "2"] }],
      ["ok", { kind: "text", values: ["TRUE", "FALSE"] }],
    ])
  })

  it("reads the NA, Inf and NaN that R writes among numbers", () => {
    expect(columns({ y: [1, "NA", "-Inf", "NaN"] })).toEqual([
      [
        "y",
        {
          kind: "numeric",
          values: Float64Array.of(1, Number.NaN, Number.NEGATIVE_INFINITY, Number.NaN),
          nanRows: [3],
        },
      ],
    ])
    expect(columns({ y: [1, "a", null] })).toEqual([["y", { kind: "text", values: ["1", "a", null] }]])
  })

  it("obeys the options", () => {
    expect(columns({ y: ["1", "-"], g: [10, 9] }, { na: ["-"], numeric: ["y"], factor: ["g"] })).toEqual([
      ["y", { kind: "numeric", values: Float64Array.of(1, Number.NaN) }],
      ["g", { kind: "factor", codes: Int32Array.of(1, 0), levels: ["9", "10"] }],
    ])
  })
})

describe("readJson refuses", () => {
  it.each([
    [
      "a column that is no list",
      '{"y": [1], "g": 5}',
      {},
      'not-a-column | d.json: column "g": found a value of type number, expected a list or a typed array; write g: [value, value, …], one value a row',
    ],
    [
      "columns of unequal length",
      '{"y": [1, 2], "g": ["a"]}',
      {},
      'unequal-lengths | d.json: column "g" has length 1, expected 2, the length of column "y"; give every column one value a row, null where missing',
    ],
    [
      "a row that is no object",
      '[{"y": 1}, [2]]',
      {},
      'not-a-row | d.json, row 2: found a list, expected an object such as {"y": 1.5, "group": "a"}; give a list of row objects, or one object of columns',
    ],
    [
      "nested values",
      '[{"y": 1}, {"y": {"z": 2}}]',
      {},
      'unusable-value | d.json, row 2: column "y": found a value of type object, expected a number, a text or a boolean; flatten nested values',
    ],
    [
      "a single value",
      '"y"',
      {},
      'bad-json | d.json: found "y", expected a list of row objects or an object of columns; write [{"y": 1.5, "group": "a"}, …] or {"y": [1.5, …], "group": ["a", …]}',
    ],
    [
      "no rows",
      "[]",
      {},
      "no-columns | d.json: found no column, expected at least one; check the filter or query that made the table",
    ],
    [
      "no values",
      '{"y": []}',
      {},
      "no-rows | d.json: found no row, expected at least one; check the filter or query that made the table",
    ],
    [
      "text where numbers are to be",
      '{"y": [1, "two"]}',
      { numeric: ["y"] },
      'not-a-number | d.json, row 2: column "y" is to be numeric: found "two", expected a number; correct the value, or name "two" among the texts for missing values (na)',
    ],
    [
      "booleans among numbers",
      '{"y": [1, true]}',
      {},
      'mixed-column | d.json: column "y" mixes kinds: row 1 has 1 and row 2 has true, expected numbers, texts or booleans alone; use null for a missing value',
    ],
    [
      "a column that is not there",
      '{"floor": [1]}',
      { factor: ["flor"] },
      'unknown-column | d.json: no column "flor" (option factor); did you mean "floor"?',
    ],
  ])("%s", (_, text, options, expected) => {
    expect(lineOf(text, options)).toBe(expected)
  })

  it("text that is not JSON, with the line", () => {
    // The reason in brackets is the engine's and differs between versions of Node.
    expect(lineOf('[\n{"y": 1},\n{"y" 2}\n]')).toMatch(
      /^bad-json \| d\.json, line 3: found text that is not JSON \(.+\), expected a list of row objects; check that the file was written completely$/,
    )
    expect(errorOf(() => readJson("", "d.json")).code).toBe("bad-json")
  })
})
