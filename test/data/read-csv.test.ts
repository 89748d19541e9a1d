import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readCsv } from "../../src/data/read-csv.ts"
import { errorOf } from "./error-of.ts"

const columns = (text: string, options = {}) =>
  Object.fromEntries(
    [...readCsv(text, "d.csv", options).columns].map(([name, column]) => [
      name,
      column.kind === "factor" ? { codes: [...column.codes], levels: column.levels } : [...column.values],
    ]),
  )
const lineOf = (text: string, options = {}) => {
  const { code, line } = errorOf(() => readCsv(text, "d.csv", options))
  return `${code} | ${line}`
}

describe("readCsv", () => {
  it("reads numbers and text by name", () => {
    const table = readCsv("y,g\n1.5,a\n-2e3,b\n", "d.csv")
    expect(table.name).toBe("d.csv")
    expect(table.rows).toBe(2)
    expect([...table.columns]).toEqual([
      ["y", { kind: "numeric", values: Float64Array.of(1.5, -2000) }],
      ["g", { kind: "text", values: ["a", "b"] }],
    ])
  })

  it.each([
    ["no line end after the last row", "y,g\n1,a\n2,b"],
    ["CRLF", "y,g\r\n1,a\r\n2,b\r\n"],
    ["CR alone", "y,g\r1,a\r2,b\r"],
    ["mixed line ends", "y,g\r\n1,a\n2,b\r\n"],
    ["blank lines before, between and after", "\n\ny,g\n1,a\n\n2,b\n\n\n"],
    ["blank lines with CRLF", "\r\ny,g\r\n1,a\r\n\r\n2,b\r\n\r\n"],
    ["lines of blanks", "y,g\n1,a\n   \n2,b\n \t\n"],
    ["quotes around everything", '"y","g"\r\n"1","a"\r\n"2","b"\r\n'],
    ["blanks around header names", ' y ,"g "\n1,a\n2,b\n'],
  ])("reads a file with %s", (_, text) => {
    expect(columns(text)).toEqual({ y: [1, 2], g: ["a", "b"] })
  })

  it("reads commas, line breaks and doubled quotes inside quotes", () => {
    expect(columns('y,g\r\n1,"a, ""b""\nc"\r\n2,"d\r\ne"\r\n3,""\r\n')).toEqual({
      y: [1, 2, 3],
      g: ['a, "b"\nc', "d\r\ne", null],
    })
  })

  it("keeps a quote inside an unquoted field", () => {
    expect(columns('size,y\n5" pipe,1\n')).toEqual({ size: ['5" pipe'], y: [1] })
  })

  it("keeps blanks that belong to a text and ignores those around a number", () => {
    expect(columns("g,y\n a,  1\nb ,2 \n")).toEqual({ g: [" a", "b "], y: [1, 2] })
  })

  it("tells a quoted empty field from a blank line in a file of one column", () => {
    expect(columns('y\n1\n\n""\n3\n""\n\n')).toEqual({ y: [1, Number.NaN, 3, Number.NaN] })
  })

  it("reads R's numbers, and no hexadecimal", () => {
    expect(columns("a,b,c\nInf,0x1f,1\n-Inf,2,1e5\nNaN,3,.5\n")).toEqual({
      a: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
      b: ["0x1f", "2", "3"],
      c: [1, 1e5, 0.5],
    })
  })

  it("takes NA and blank as missing", () => {
    expect(columns("y,g\nNA,a\n,NA\n 3 ,\n NA ,b\n")).toEqual({
      y: [Number.NaN, Number.NaN, 3, Number.NaN],
      g: ["a", null, null, "b"],
    })
  })

  it("takes other texts as missing when told so", () => {
    expect(columns("y,g\n-9,NA\n2,-9\n,\n", { na: ["-9"] })).toEqual({
      y: [Number.NaN, 2, Number.NaN],
      g: ["NA", null, ""],
    })
  })

  it("takes a column of missing values as numeric", () => {
    expect(columns("y,g\n1,NA\n2,\n")).toEqual({ y: [1, 2], g: [Number.NaN, Number.NaN] })
  })

  it("keeps identifiers apart that no double tells apart", () => {
    expect(columns("id\n90071992547409921\n90071992547409922\n")).toEqual({
      id: ["90071992547409921", "90071992547409922"],
    })
    expect(columns("id\n9007199254740992\n-100000000000000000000\n")).toEqual({ id: [2 ** 53, -1e20] })
    expect(columns("id\n90071992547409921\n", { numeric: ["id"] })).toEqual({ id: [2 ** 53 * 10] })
  })

  it("makes factors of named columns", () => {
    expect(columns("g,x\nb,10\na,9\nNA,NA\n", { factor: ["g", "x"] })).toEqual({
      g: { codes: [1, 0, -1], levels: ["a", "b"] },
      x: { codes: [1, 0, -1], levels: ["9", "10"] },
    })
  })
})

describe("readCsv refuses", () => {
  it.each([
    [
      "a row with too few fields",
      "y,x,g\n1,2,a\n1,b\n",
      "ragged-row | d.csv, line 3: found 2 fields, expected 3 (y, x, g); add the missing fields; a missing value is written NA",
    ],
    [
      "a row with too many fields",
      "y,g\n1,a\n2,b,c\n",
      "ragged-row | d.csv, line 3: found 3 fields, expected 2 (y, g); put a text that contains a comma in double quotes",
    ],
    [
      "a ragged row after embedded line breaks and blank lines",
      '\r\ny,g\r\n1,"a\r\nb\r\nc"\r\n\r\n2\r\n',
      "ragged-row | d.csv, line 7: found 1 field, expected 2 (y, g); add the missing fields; a missing value is written NA",
    ],
    [
      "a ragged row of a wide table, naming the first eight columns",
      "a,b,c,d,e,f,g,h,i\n1\n",
      "ragged-row | d.csv, line 2: found 1 field, expected 9 (a, b, c, d, e, f, g, h, …); add the missing fields; a missing value is written NA",
    ],
    [
      "an empty file",
      "",
      "empty-file | d.csv: the file is empty: found no text, expected a header line of column names and rows; check that the file was written completely",
    ],
    [
      "a file of blank lines",
      "\n \r\n\n",
      "empty-file | d.csv: the file is empty: found no text, expected a header line of column names and rows; check that the file was written completely",
    ],
    [
      "a header without rows",
      "y,g\n\n",
      "no-rows | d.csv: found a header (y, g) and no rows, expected at least one row of data; add rows below the header line",
    ],
    [
      "a name that occurs twice",
      "y,g, y\n1,a,2\n",
      'duplicate-column | d.csv, line 1: the name "y" occurs twice: found it on columns 1 and 3, expected distinct names; rename one of the two columns',
    ],
    [
      "a column without name",
      '\n"","y"\n"1",2\n',
      "unnamed-column | d.csv, line 2: column 1 has no name: found an empty header field, expected a name; name the column in the header, or leave it out (in R: write.csv(…, row.names = FALSE))",
    ],
    [
      "semicolons",
      "y;g\n1;a\n",
      'wrong-delimiter | d.csv, line 1: the header has no comma: found fields separated by ";", expected commas; save the file with commas between fields and points as decimal marks',
    ],
    [
      "tabs",
      "y\tg\n1\ta\n",
      "wrong-delimiter | d.csv, line 1: the header has no comma: found fields separated by tabs, expected commas; save the file with commas between fields and points as decimal marks",
    ],
    [
      "a quote that is not closed",
      'y,g\n1,a\n2,"b\n3,c\n',
      'bad-quotes | d.csv, line 3: found a quoted field that is not closed, expected a closing double quote before the end of the file; close the field, and write a quote inside a quoted field as two: ""',
    ],
    [
      "text after a closing quote",
      'y,g\n1,"a"b\n2,c\n',
      'bad-quotes | d.csv, line 2: found text after the closing quote of a field, expected a comma or the end of the line; close the field, and write a quote inside a quoted field as two: ""',
    ],
  ])("%s", (_, text, expected) => {
    expect(lineOf(text)).toBe(expected)
  })

  it("text in a column that is to be numeric, with row and value", () => {
    expect(lineOf("y,g\n1,a\n,b\n1.5cm,c\n", { numeric: ["y"] })).toBe(
      'not-a-number | d.csv, row 3: column "y" is to be numeric: found "1.5cm", expected a number; ' +
        'correct the value, or name "1.5cm" among the texts for missing values (na)',
    )
  })

  it("options that name no column, with the nearest", () => {
    expect(lineOf("floor,county\n1,a\n", { factor: ["county", "flor"] })).toBe(
      'unknown-column | d.csv: no column "flor" (option factor); did you mean "floor"?',
    )
    expect(lineOf("floor,county\n1,a\n", { numeric: ["y"] })).toBe(
      'unknown-column | d.csv: no column "y" (option numeric); expected one of floor, county',
    )
  })

  it("a column that is to be factor and number", () => {
    expect(lineOf("y\n1\n", { numeric: ["y"], factor: ["y"] })).toBe(
      'conflicting-options | option factor: column "y" is named by both "factor" and "numeric", expected one of them; ' +
        "name the column in one of the two; a numeric column that groups rows is a factor there anyway",
    )
  })

  it("an option that is not a list", () => {
    expect(lineOf("y\n1\n", { na: "NA" })).toBe(
      'invalid-option | option na: found "NA", expected a list of texts; write na: ["…"]',
    )
  })
})

describe("a table written as CSV", () => {
  // A lone CR at the end of a last field cannot be told from the line end CRLF, and is lost.
  const plain = fc
    .string({
      unit: fc.constantFrom("a", "b", '"', ",", "\n", "\r\n", " ", "é", "0", "5", "-", ".", ";"),
      maxLength: 6,
    })
    .filter((value) => value.trim() !== "")
  const label = fc.oneof(plain, fc.constant(null))
  const number = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.NaN))
  const quote = (value: string) => `"${value.replaceAll('"', '""')}"`
  const written = (value: string | number | null) => {
    if (value === null || Number.isNaN(value)) return "NA"
    return typeof value === "number" ? String(value) : quote(value)
  }
  const table = fc.integer({ min: 1, max: 5 }).chain((rows) => {
    const column = fc.oneof(
      fc.array(number, { minLength: rows, maxLength: rows }),
      // A first value that is no number keeps the column text.
      fc.array(label, { minLength: rows - 1, maxLength: rows - 1 }).map((rest) => ["not a number", ...rest]),
    )
    return fc.dictionary(
      plain.map((name) => name.trim()),
      column,
      { minKeys: 1, maxKeys: 4, noNullPrototype: true },
    )
  })

  it.each(["\n", "\r\n"])("is read back, with line end %j", (newline) => {
    fc.assert(
      fc.property(table, fc.boolean(), (content, lastNewline) => {
        const names = Object.keys(content)
        fc.pre(!(names.length === 1 && /[;\t|]/.test(names[0]!)))
        const rows = content[names[0]!]!.map((_, i) =>
          names.map((name) => written(content[name]![i]!)).join(","),
        )
        const text = [names.map(quote).join(","), ...rows].join(newline) + (lastNewline ? newline : "")
        const expected = names.map((name) => [
          name,
          typeof content[name]![0] === "string"
            ? { kind: "text", values: content[name] }
            : { kind: "numeric", values: Float64Array.from(content[name] as number[], (value) => value + 0) },
        ])
        expect([...readCsv(text, "d.csv").columns]).toEqual(expected)
      }),
      { numRuns: 300, seed: 17 },
    )
  })
})

it("a text without quotes is read as if its header stood in quotes", () => {
  const cell = fc.constantFrom("1", "2.5", "a", "", " ", "NA", "b c", "\r")
  const line = fc.array(cell, { minLength: 1, maxLength: 3 }).map((cells) => cells.join(","))
  const end = fc.constantFrom("\n", "\r\n", "\n\n")
  const found = (text: string) => {
    try {
      return columns(text)
    } catch (error) {
      return String(error)
    }
  }
  fc.assert(
    fc.property(fc.array(fc.tuple(line, end), { maxLength: 5 }), (lines) => {
      const body = lines.map((parts) => parts.join("")).join("")
      expect(found(`y,g\n${body}`)).toEqual(found(`"y","g"\n${body}`))
    }),
    { numRuns: 300 },
  )
})
