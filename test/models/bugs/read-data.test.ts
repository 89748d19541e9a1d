import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import { DataError } from "../../../src/core/errors.ts"
import type { ArrayValue } from "../../../src/models/array-value.ts"
import { readJsonData } from "../../../src/models/bugs/json-data.ts"
import { readRDump } from "../../../src/models/bugs/r-dump.ts"
import { parseModelData, readModelData } from "../../../src/models/bugs/read-data.ts"

type Plain = readonly [dims: readonly number[], values: readonly number[]]
const plain = (variables: ReadonlyMap<string, ArrayValue>): Record<string, Plain> =>
  Object.fromEntries([...variables].map(([name, { dims, values }]) => [name, [dims, [...values]]]))
const dump = (text: string): Record<string, Plain> => plain(readRDump(text))
const one = (text: string): Plain => dump(`x <- ${text}`).x!

function failure(run: () => unknown): DataError {
  try {
    run()
  } catch (error) {
    if (error instanceof DataError) return error
    throw error
  }
  throw new Error("nothing was thrown")
}

describe("R's dump format", () => {
  it("reads names bare and quoted, both arrows, comments and semicolons", () => {
    const text = `"N" <-\n3\n\`x.y\` <- c(1, 2.5, -3e2) # three\n'z' = 4L; w <<- TRUE\n`
    expect(dump(text)).toEqual({
      N: [[1], [3]],
      "x.y": [[3], [1, 2.5, -300]],
      z: [[1], [4]],
      w: [[1], [1]],
    })
  })

  it("reads arrays column by column, however the dimensions are given", () => {
    const expected: Plain = [
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ]
    for (const text of [
      "structure(.Data = c(1, 2, 3, 4, 5, 6), .Dim = c(2, 3))",
      "structure(c(1, 2, 3, 4, 5, 6), .Dim = c(2L, 3L))",
      "structure(c(1,2,3,4,5,6), dim = 2:3)",
      "structure(c(1, 2, 3, 4, 5, 6), .Dim = as.integer(c(2, 3)), .Dimnames = list(NULL, c('a', 'b', 'c')))",
      "matrix(1:6, nrow = 2)",
      "matrix(1:6, ncol = 3)",
      "matrix(c(1, 3, 5, 2, 4, 6), 2, 3, byrow = TRUE)",
      "matrix(c(1, 3, 5, 2, 4, 6), nr = 2, byr = T)",
      "array(1:6, dim = c(2, 3))",
      "structure(1:6,\n  .Dim\n  = c(2,\n 3)\n)",
    ]) {
      expect(one(text), text).toEqual(expected)
    }
  })

  it("reads missing and infinite values", () => {
    expect(one("c(NA, NaN, Inf, -Inf, NA_real_, NA_integer_, -NA)")).toEqual([
      [7],
      [NaN, NaN, Infinity, -Infinity, NaN, NaN, NaN],
    ])
  })

  it.each([
    ["1:4", [1, 2, 3, 4]],
    ["3:1", [3, 2, 1]],
    ["-1:1", [-1, 0, 1]],
    ["2*1:3", [2, 4, 6]],
    ["1:3-1", [0, 1, 2]],
    ["-2^2", [-4]],
    ["2^-1", [0.5]],
    ["2^3^2", [512]],
    ["1/3", [1 / 3]],
    ["c(1, 2) + c(10, 20)", [11, 22]],
    ["(1 + 2) * 3", [9]],
    ["1 - 2 - 3", [-4]],
    ["- 5", [-5]],
    ["+5", [5]],
    [".5e-3", [0.0005]],
    ["0x1F", [31]],
    ["1e5L", [100000]],
    ["c(1, c(2, 3), c())", [1, 2, 3]],
    ["c(a = 1, b = 2)", [1, 2]],
    ["rep(0, 3)", [0, 0, 0]],
    ["rep(c(1, 2), times = 2)", [1, 2, 1, 2]],
    ["rep(1:2, each = 2, times = 2)", [1, 1, 2, 2, 1, 1, 2, 2]],
    ["rep(1:2, c(1, 3))", [1, 2, 2, 2]],
    ["rep(1:3, length.out = 5)", [1, 2, 3, 1, 2]],
    ["seq(2, 8, by = 3)", [2, 5, 8]],
    ["seq(3, 1)", [3, 2, 1]],
    ["seq(0, 1, length.out = 5)", [0, 0.25, 0.5, 0.75, 1]],
    ["seq(0, 1, len = 3)", [0, 0.5, 1]],
    ["seq(4)", [1, 2, 3, 4]],
    ["seq_len(3)", [1, 2, 3]],
    ["as.integer(c(1.7, -1.7))", [1, -1]],
    ["as.numeric(matrix(1:4, 2))", [1, 2, 3, 4]],
    ["numeric(2)", [0, 0]],
    ["sqrt(16)", [4]],
    ["c(TRUE, FALSE, T, F)", [1, 0, 1, 0]],
    ['structure(c(2L, 1L), .Label = c("a", "b"), class = "factor")', [2, 1]],
    ['structure(c(1, 2), .Names = c("a", "b"))', [1, 2]],
    ["NULL", []],
  ])("reads %s", (text, values) => {
    expect(one(text)).toEqual([[values.length], values])
  })

  it("reads the rest of the functions that make matrices", () => {
    expect(one("diag(2)")).toEqual([
      [2, 2],
      [1, 0, 0, 1],
    ])
    expect(one("diag(c(2, 3))")).toEqual([
      [2, 2],
      [2, 0, 0, 3],
    ])
    expect(one("diag(0.1, 2)")).toEqual([
      [2, 2],
      [0.1, 0, 0, 0.1],
    ])
    expect(one("2 * diag(2)")).toEqual([
      [2, 2],
      [2, 0, 0, 2],
    ])
    expect(one("-matrix(0.5, 1, 2)")).toEqual([
      [1, 2],
      [-0.5, -0.5],
    ])
    expect(one("as.matrix(1:2)")).toEqual([
      [2, 1],
      [1, 2],
    ])
    expect(one("array(0, c(2, 1, 2))")).toEqual([
      [2, 1, 2],
      [0, 0, 0, 0],
    ])
  })

  it("uses a name that was given before, and ends an expression with its line", () => {
    expect(dump("N <- 2\nx <- rep(N, N)\ny <- N\n")).toEqual({
      N: [[1], [2]],
      x: [[2], [2, 2]],
      y: [[1], [2]],
    })
    expect(dump("x <- c(1\n+ 2)").x).toEqual([[1], [3]])
  })

  it("opens lists that are assigned", () => {
    expect(dump("inits <- list(a = 1, b = structure(.Data = 1:4, .Dim = c(2, 2)))")).toEqual({
      a: [[1], [1]],
      b: [
        [2, 2],
        [1, 2, 3, 4],
      ],
    })
  })

  it("leaves generators out and says so; of two values the last counts", () => {
    const notes: string[] = []
    const text = `".RNG.name" <- "base::Super-Duper"\n.RNG.seed <- 3\nx <- 1\nx <- 2`
    const found = plain(readRDump(text, { note: (message) => notes.push(message) }))
    expect(found).toEqual({ x: [[1], [2]] })
    expect(notes).toEqual([
      ".RNG.name is left out: random numbers are governed by --seed",
      ".RNG.seed is left out: random numbers are governed by --seed",
      "x is given twice; the last value counts",
    ])
  })

  it("reads back what it is given", () => {
    const value = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.constant(NaN))
    const text = (x: number): string => (Number.isNaN(x) ? "NA" : String(x).replace("Infinity", "Inf"))
    fc.assert(
      fc.property(fc.array(value, { maxLength: 12 }), (x) => {
        const found = one(`c(${x.map(text).join(", ")})`)[1]
        expect(found.map(text)).toEqual(x.map((v) => text(v + 0)).map((t) => (t === "-0" ? "0" : t)))
      }),
      { numRuns: 200, seed: 5 },
    )
  })
})

describe("OpenBUGS's files", () => {
  it("read a list, arrays row by row", () => {
    const text = `list(N = 2, x = c(1, 2),\n  y = structure(.Data = c(1, 2, 3, 4, 5, 6), .Dim = c(2, 3)),
      z = structure(.Data = c(1,2,3,4,5,6,7,8), .Dim = c(2, 2, 2)), R = structure(c(1, 2, 3, 4), .Dim = c(2, 2)))`
    expect(dump(text)).toEqual({
      N: [[1], [2]],
      x: [[2], [1, 2]],
      y: [
        [2, 3],
        [1, 4, 2, 5, 3, 6],
      ],
      z: [
        [2, 2, 2],
        [1, 5, 3, 7, 2, 6, 4, 8],
      ],
      R: [
        [2, 2],
        [1, 2, 3, 4],
      ],
    })
  })

  it("read R's own text of a list column by column", () => {
    const text =
      'structure(list(N = 2, m = structure(c(1, 2, 3, 4), .Dim = c(2L, 2L))), .Names = c("N", "m"))'
    expect(dump(text)).toEqual({
      N: [[1], [2]],
      m: [
        [2, 2],
        [1, 2, 3, 4],
      ],
    })
  })

  it("read columns up to END, and further blocks", () => {
    const text = "list(N = 2)\n x[]  y[,1] y[,2]\n 1 -2.5 3\n NA 4 -Inf\nEND\nz[]\n7\nEND\n"
    expect(dump(text)).toEqual({
      N: [[1], [2]],
      x: [[2], [1, NaN]],
      y: [
        [2, 2],
        [-2.5, 4, 3, -Infinity],
      ],
      z: [[1], [7]],
    })
  })
})

describe("JSON", () => {
  it("reads numbers, vectors and arrays with the rows first", () => {
    const text =
      '{"N": 3, "x": [1, null, "NA"], "m": [[1, 2, 3], [4, 5, 6]], "b": true, "i": ["Inf", "-Inf"], "e": []}'
    expect(plain(readJsonData(text))).toEqual({
      N: [[1], [3]],
      x: [[3], [1, NaN, NaN]],
      m: [
        [2, 3],
        [1, 4, 2, 5, 3, 6],
      ],
      b: [[1], [1]],
      i: [[2], [Infinity, -Infinity]],
      e: [[0], []],
    })
    expect(plain(readJsonData('{"a": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]}')).a).toEqual([
      [2, 2, 2],
      [1, 5, 3, 7, 2, 6, 4, 8],
    ])
  })

  it("leaves generators out and says so", () => {
    const notes: string[] = []
    const found = readJsonData('{".RNG.name": "base::Wichmann-Hill", "x": 1}', { note: (n) => notes.push(n) })
    expect([...found.keys()]).toEqual(["x"])
    expect(notes).toHaveLength(1)
  })

  it.each([
    ["[1, 2]", "data", "found a list, expected an object of variables"],
    ['{"x": "red"}', "data, x", 'found "red", expected a number'],
    ['{"x": {"y": 1}}', "data, x", 'found {"y":1}, expected a number'],
    ['{"m": [[1, 2], [3]]}', "data, m[2]", "found 1 elements, expected 2"],
    ['{"m": [[1, 2], 3]}', "data, m[2]", "found 3, expected a list"],
    ['{"m": [1, [2]]}', "data, m[2]", "found a list, expected a number"],
    ['{"m": [[1, 2], [3, "a"]]}', "data, m[2,2]", 'found "a", expected a number'],
    ['{\n"x": 1,\n}', "data, line 3", "found text that is not JSON"],
  ])("refuses %s", (text, where, message) => {
    const error = failure(() => readJsonData(text))
    expect(error.where).toBe(where)
    expect(error.message).toContain(message)
  })
})

describe("errors in R's data", () => {
  it.each([
    [
      "N <- 3\nx <- structure(c(1, 2, 3), .Dim = c(2, 2))",
      "line 2, x",
      "found 3 values for a 2 × 2 matrix, expected 4",
    ],
    ["x <- matrix(1:5, 2, 3)", "line 1, x", "found 5 values for a 2 × 3 matrix, expected 6"],
    ["x <- structure(1:2, .Dim = c(-1, -2))", "line 1, x", "found -1 as dimension"],
    ['x <- c("red", "blue")', "line 1, x", "found text as a value, expected numbers"],
    ["x <- c(1, 2\ny <- 3", "line 2, x", 'found "y", expected "," or ")"'],
    ["x <- c(1, 2", "line 1, x", 'found the end of the data, expected "," or ")"'],
    ["x <- c(1, red)", "line 1, x", 'found the name "red", expected a value'],
    ["x <- 1 2", "line 1", 'found "2" after x'],
    ["x <- reqp(1, 2)", "line 1, x", 'data files have no function "reqp"'],
    ["x <- rep(1, -2)", "line 1, x", "found -2 as times, expected a whole number"],
    ["x <- rep(1, 1e12)", "line 1, x", "expected at most"],
    ["x <- 1:1e12", "line 1, x", "expected at most"],
    ["x <- 1:Inf", "line 1, x", "a range without an end"],
    ["x <- seq(1, 10, by = -1)", "line 1, x", "this seq() does not end"],
    ["x <- seq(1, 2, frm = 3)", "line 1, x", 'seq has no argument "frm"'],
    ["x <- matrix(1, 2, 3, 4, 5, 6)", "line 1, x", "too many arguments of matrix"],
    ["x <- structure(.Dim = 3)", "line 1, x", "structure() without values"],
    ["x[3] <- 5", "line 1", 'found "x[", expected a whole variable'],
    ["x 5", "line 1", 'found "5" after x, expected "<-"'],
    ["5", "line 1", 'found "5", expected a variable'],
    ["c(1, 2)", "line 1", "found a value without a name"],
    ["list(3, x = 1)", "line 1", "an entry of the list has no name"],
    ["list(a = list(b = 1))", "line 1, a", "found a list as a value"],
    ["list(a = structure(.Data = 1:3, .Dim = c(2, 2)))", "line 1, a", "found 3 values"],
    ["x <- 'a", "line 1", "this ' is not closed"],
    ["x <- $", "line 1", 'unexpected character "$"'],
    ["x[] y[]\n1 2\n3\nEND", "line 4", "found 3 values under 2 headings"],
    ["x[] \n1 a\nEND", "line 2", 'found "a", expected a number'],
    ["y[,1] y[,3]\n1 2\nEND", "line 1, y", "found the headings y[,1] y[,3]"],
  ])("%s", (text, where, message) => {
    const error = failure(() => readRDump(text, { file: "d.R" }))
    expect(error.message).toContain(message)
    expect(error.where).toBe(`d.R, ${where}`)
    expect(error.hint).toBeTruthy()
  })

  it("refuse what would exhaust the stack", () => {
    for (const text of [
      `x <- ${"(".repeat(30000)}1`,
      `x <- ${"-".repeat(30000)}1`,
      `x <- ${"c(".repeat(30000)}1`,
    ]) {
      expect(failure(() => readRDump(text)).message).toBe("too many parentheses or signs")
    }
  })

  it("are the only thing that any text throws", () => {
    const piece = fc.constantFrom(
      ...[
        "x",
        "<-",
        "=",
        "c(",
        "list(",
        "structure(",
        ".Data",
        ".Dim",
        "matrix(",
        "rep(",
        "seq(",
        ")",
        ",",
        "1",
        "2.5",
        "-",
      ],
      ...[":", "NA", '"a"', "\n", "x[]", "END", "[", "^", "NULL", "nrow", "diag(", "times"],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        try {
          readRDump(`x <- ${pieces.join(" ")}`)
        } catch (error) {
          expect(error).toBeInstanceOf(DataError)
          expect((error as DataError).where).toMatch(/^data, line \d+/)
        }
      }),
      { numRuns: 1000, seed: 12 },
    )
  })
})

describe("data by content", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-data-"))
  afterAll(() => rmSync(folder, { recursive: true }))

  it("tells JSON from R", () => {
    expect(plain(parseModelData(' \n{"N": 3}'))).toEqual({ N: [[1], [3]] })
    expect(plain(parseModelData("N <- 3"))).toEqual({ N: [[1], [3]] })
  })

  it("tells a path from text", async () => {
    const file = path.join(folder, "d.txt")
    writeFileSync(file, "\ufeffN <- 3\r\nx <- c(1,\r\n2)\r\n")
    expect(plain(await readModelData(file))).toEqual({ N: [[1], [3]], x: [[2], [1, 2]] })
    for (const text of ["N <- 3", "N=3", "list(N=3)", '{"N": 3}', '"N" <- 3']) {
      expect(plain(await readModelData(text)), text).toEqual({ N: [[1], [3]] })
    }
  })

  it("names the file in errors", async () => {
    const file = path.join(folder, "bad.R")
    writeFileSync(file, "N <- 3\nx <- c(1, 2))\n")
    await expect(readModelData(file)).rejects.toMatchObject({ where: `${file}, line 2` })
    await expect(readModelData(path.join(folder, "none.R"))).rejects.toMatchObject({ code: "file-not-found" })
    await expect(readModelData(folder)).rejects.toMatchObject({ code: "unreadable-file" })
  })

  it("reads a hundred thousand numbers in well under a second", () => {
    const values = Array.from({ length: 100_000 }, (_, i) => i / 7)
    const text = `x <- c(${values.join(", ")})\ny <- structure(x, .Dim = c(1000, 100))`
    expect(readRDump(text).get("y")?.values).toEqual(Float64Array.from(values))
  })
})
