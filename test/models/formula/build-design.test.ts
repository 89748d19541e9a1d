import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { GibbsError } from "../../../src/core/errors.ts"
import type { Column, Table } from "../../../src/data/table.ts"
import { toTable } from "../../../src/data/to-table.ts"
import { buildDesign, type DesignOptions } from "../../../src/models/formula/build-design.ts"
import { parseFormula } from "../../../src/models/formula/parse.ts"

const rows = 12
const data = {
  y: [1, 2, 4, 3, 6, 5, 8, 9, 7, 11, 3.5, 2.25],
  x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.5],
  z: [1, -1, 2, -2, 0, 3, 1, 4, 2, 5, 6, null],
  w: [2, 2, 2, 3, 3, 3, 1, 1, 1, 9, 9, 9],
  k: Array<number>(rows).fill(3),
  empty: Array<number>(rows).fill(Number.NaN),
  half: [1, null, 3, null, 5, null, 7, null, 9, null, 11, null],
  other: [null, 2, null, 4, null, 6, null, 8, null, 10, null, 12],
  f: ["a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c"],
  g: ["u", "u", "v", "v", "w", "w", "u", "u", "v", "v", "w", "w"],
  one: Array<string>(rows).fill("q"),
  digits: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
  mixed: ["1", "2", "three", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
  huge: [1, 2, 3, Number.POSITIVE_INFINITY, 5, 6, 7, 8, 9, 10, 11, 12],
  id: [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
}
const table = toTable(data)

function failureOf(formula: string, options: DesignOptions = {}, input: Table = table): GibbsError {
  try {
    buildDesign(formula, input, options)
  } catch (error) {
    if (error instanceof GibbsError) return error
    throw error
  }
  throw new Error(`expected an error from ${formula}`)
}

const names = (formula: string, options?: DesignOptions): readonly string[] =>
  buildDesign(formula, table, options).fixed.names

const randomOf = (formula: string): [string, readonly string[]][] =>
  buildDesign(formula, table).random.map(({ group, terms }) => [group, terms])

describe("random terms", () => {
  it.each<[string, [string, string[]][]]>([
    ["y ~ x + (1 | g)", [["g", ["(Intercept)"]]]],
    ["y ~ 1 | g", [["g", ["(Intercept)"]]]],
    ["y ~ (x | g)", [["g", ["(Intercept)", "x"]]]],
    ["y ~ (x - 1 | g)", [["g", ["x"]]]],
    [
      "y ~ (x || g)",
      [
        ["g", ["(Intercept)"]],
        ["g", ["x"]],
      ],
    ],
    ["y ~ (0 + x || g)", [["g", ["x"]]]],
    [
      "y ~ (f || g)",
      [
        ["g", ["(Intercept)"]],
        ["g", ["fa", "fb", "fc"]],
      ],
    ],
    [
      "y ~ (1 | g/f)",
      [
        ["g", ["(Intercept)"]],
        ["f:g", ["(Intercept)"]],
      ],
    ],
    ["y ~ (1 | f:g)", [["f:g", ["(Intercept)"]]]],
    ["y ~ (1 | g:f)", [["g:f", ["(Intercept)"]]]],
    [
      "y ~ (1 | f*g)",
      [
        ["f", ["(Intercept)"]],
        ["g", ["(Intercept)"]],
        ["f:g", ["(Intercept)"]],
      ],
    ],
    ["y ~ w + (1 | factor(w))", [["factor(w)", ["(Intercept)"]]]],
    [
      "y ~ (1 | g) + (0 + x | g) + (1 | f)",
      [
        ["g", ["(Intercept)"]],
        ["g", ["x"]],
        ["f", ["(Intercept)"]],
      ],
    ],
  ])("%s", (formula, expected) => {
    expect(randomOf(formula)).toEqual(expected)
  })

  it("labels nested levels inner first, in factor order, and leaves out pairs that do not occur", () => {
    const design = buildDesign("y ~ (1 | g/f)", table)
    expect(design.random[1]!.levels).toEqual(["a:u", "a:v", "b:u", "b:w", "c:v", "c:w"])
    expect([...design.random[1]!.codes]).toEqual([0, 2, 4, 1, 3, 5, 0, 2, 4, 1, 3, 5])
  })

  it("names three nested factors as lme4 does", () => {
    const deep = toTable({
      y: Array.from({ length: 24 }, (_, i) => (i * 7) % 11),
      a: Array.from({ length: 24 }, (_, i) => `a${i % 3}`),
      b: Array.from({ length: 24 }, (_, i) => `b${Math.floor(i / 3) % 2}`),
      c: Array.from({ length: 24 }, (_, i) => `c${Math.floor(i / 6) % 2}`),
    })
    const design = buildDesign("y ~ (1 | a/b/c)", deep)
    expect(design.random.map(({ group }) => group)).toEqual(["a", "b:a", "c:(b:a)"])
    expect(design.random[2]!.levels.slice(0, 4)).toEqual(["c0:b0:a0", "c0:b0:a1", "c0:b0:a2", "c0:b1:a0"])
  })

  it("groups by a numeric column in the order of its numbers, and keeps it numeric elsewhere", () => {
    const design = buildDesign("y ~ w + (1 | w)", table)
    expect(design.fixed.names).toEqual(["(Intercept)", "w"])
    expect([...design.fixed.columns[1]!]).toEqual(data.w)
    expect(design.random[0]!.levels).toEqual(["1", "2", "3", "9"])
    expect([...design.random[0]!.codes]).toEqual([1, 1, 1, 2, 2, 2, 0, 0, 0, 3, 3, 3])
  })

  it("drops levels that do not occur among the rows used", () => {
    const levels = ["z", "u", "v", "w"]
    const group: Column = {
      kind: "factor",
      codes: Int32Array.of(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, -1),
      levels,
    }
    const input = toTable({ ...table, columns: new Map([...table.columns, ["g", group]]) })
    const design = buildDesign("y ~ x + (1 | g)", input)
    expect(design.random[0]!.levels).toEqual(["u", "v", "w"])
    expect(design.dropped).toBe(1)
  })
})

describe("the fixed part", () => {
  it("may be empty, and may stand without bars", () => {
    const empty = buildDesign("y ~ 0 + (1 | g)", table)
    expect(empty.fixed).toEqual({ names: [], columns: [], terms: [], assign: [] })
    expect(buildDesign("y ~ x", table).random).toEqual([])
  })

  it("takes contrasts by kind, by factor, and as a matrix", () => {
    expect(names("y ~ f", { contrasts: "sum" })).toEqual(["(Intercept)", "f1", "f2"])
    expect(names("y ~ f + g", { contrasts: { f: "poly" } })).toEqual([
      "(Intercept)",
      "f.L",
      "f.Q",
      "gv",
      "gw",
    ])
    const matrix = [[1], [0], [-1]]
    const design = buildDesign("y ~ f + g", table, { contrasts: { f: { names: ["slope"], matrix } } })
    expect(design.fixed.names).toEqual(["(Intercept)", "fslope", "gv", "gw"])
    expect([...design.fixed.columns[1]!]).toEqual([1, 0, -1, 1, 0, -1, 1, 0, -1, 1, 0, -1])
    expect(names("y ~ f", { contrasts: { f: matrix } })).toEqual(["(Intercept)", "f1"])
    expect(names("y ~ factor(w)", { contrasts: { w: "sum" } })).toEqual([
      "(Intercept)",
      "factor(w)1",
      "factor(w)2",
      "factor(w)3",
    ])
  })

  it("converts columns as asked", () => {
    expect(names("y ~ w", { factor: ["w"] })).toEqual(["(Intercept)", "w2", "w3", "w9"])
    const design = buildDesign("y ~ digits", table, { numeric: ["digits"] })
    expect([...design.fixed.columns[1]!]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  it("says which columns it drops, and keeps the earliest", () => {
    const design = buildDesign("y ~ x + I(2*x) + w + I(x + w)", table)
    expect(design.fixed.names).toEqual(["(Intercept)", "x", "w"])
    expect(design.fixed.assign).toEqual([0, 1, 3])
    expect(design.messages).toEqual([
      'fixed-effect model matrix is rank deficient: dropped 2 columns "I(2 * x)", "I(x + w)"',
    ])
  })

  it("says of a column far from zero for its spread that it is to be centred", () => {
    // lm and lme4 drop it as well: the rule is that of R's qr.
    const seconds = Array.from({ length: 20 }, (_, i) => 1.7e9 + i)
    const columns = toTable({ y: seconds.map((_, i) => i % 7), t: seconds, g: seconds.map((_, i) => i % 4) })
    const design = buildDesign("y ~ t + (1 | g)", columns)
    expect(design.fixed.names).toEqual(["(Intercept)"])
    expect(design.messages[1]).toBe(
      '"t" varies by 5.77 about 1.7e+09, too little to be told from the intercept: centre it, I(t - 1700000009.5)',
    )
    expect(buildDesign("y ~ I(t - 1700000009.5) + (1 | g)", columns).fixed.names).toHaveLength(2)
    expect(buildDesign("y ~ 0 + t + (1 | g)", columns).fixed.offCentre).toBeUndefined()
  })

  it("drops a column below R's tolerance and keeps one above", () => {
    const noise = Float64Array.from({ length: rows }, (_, i) => Math.sin(3 * i + 1))
    const nearly = (size: number): Table =>
      toTable({ y: data.y, x: data.x, near: data.x.map((value, i) => value + size * noise[i]!) })
    expect(buildDesign("y ~ x + near", nearly(1e-8)).fixed.names).toEqual(["(Intercept)", "x"])
    expect(buildDesign("y ~ x + near", nearly(1e-5)).fixed.names).toEqual(["(Intercept)", "x", "near"])
  })

  it("says which levels are unused", () => {
    const column: Column = {
      kind: "factor",
      codes: Int32Array.from(data.w, (value) => value % 3),
      levels: ["l", "m", "n", "none", "nil"],
    }
    const input = { ...table, columns: new Map([...table.columns, ["w", column]]) }
    const design = buildDesign("y ~ w", input)
    expect(design.messages).toEqual(['factor "w": dropped unused levels "none", "nil"'])
    expect(buildDesign("y ~ w", input, { maxMessages: 0 }).messages).toEqual(["and 1 more messages"])
  })

  it("reads pi as the number where no column has that name", () => {
    const [, wave] = buildDesign("y ~ sin(2*pi*x)", table).fixed.columns
    expect(wave![11]).toBeCloseTo(Math.sin(25 * Math.PI), 12)
    const column: Column = { kind: "numeric", values: Float64Array.from(data.x) }
    const input = { ...table, columns: new Map([...table.columns, ["pi", column]]) }
    expect([...buildDesign("y ~ I(2*pi)", input).fixed.columns[1]!]).toEqual(data.x.map((value) => 2 * value))
  })

  it("lets the dot stand for what is neither response nor grouping factor, and says so", () => {
    const input = toTable({ y: data.y, x: data.x, w: data.w, f: data.f, g: data.g })
    const design = buildDesign("log(y) ~ . + (1 | g)", input)
    expect(design.fixed.names).toEqual(["(Intercept)", "x", "w", "fb", "fc"])
    expect(design.messages).toEqual(['"." leaves out "g", by which rows are grouped'])
  })
})

describe("rows", () => {
  it("uses the rows in which every variable of a term is there", () => {
    const design = buildDesign("y ~ w + half + (1 | g)", table)
    expect([design.nobs, design.dropped]).toEqual([6, 6])
    expect([...design.rowIndex]).toEqual([0, 2, 4, 6, 8, 10])
    expect([...design.fixed.columns[2]!]).toEqual([1, 3, 5, 7, 9, 11])
    expect(buildDesign("y ~ x + half - half", table).dropped).toBe(0)
  })

  it("takes no notice of a bad value in a row that is left out", () => {
    // Row 2 has log(-1) and no value of half.
    expect(buildDesign("y ~ log(z + 1.5) + half", table).nobs).toBe(6)
  })

  it("does not share memory with the table", () => {
    const design = buildDesign("y ~ x", table)
    const x = table.columns.get("x")!
    expect(x.kind === "numeric" && design.fixed.columns[1]!.buffer === x.values.buffer).toBe(false)
    const y = table.columns.get("y")!
    expect(y.kind === "numeric" && design.response.values.buffer === y.values.buffer).toBe(false)
  })

  it("permutes with the rows of the table", () => {
    const formula = "y ~ x * f + scale(w) + poly(x, 2) + (x | g) + (1 | g:f)"
    const options = { residualKnown: true }
    const straight = buildDesign(formula, table, options)
    fc.assert(
      fc.property(fc.shuffledSubarray([...data.y.keys()], { minLength: rows, maxLength: rows }), (order) => {
        const permuted = Object.fromEntries(
          Object.entries(data).map(([name, values]) => [name, order.map((row) => values[row]!)]),
        )
        const design = buildDesign(formula, toTable(permuted), options)
        expect(design.fixed.names).toEqual(straight.fixed.names)
        const near = (found: Float64Array, expected: Float64Array): void => {
          for (const [i, row] of order.entries())
            expect(Math.abs(found[i]! - expected[row]!)).toBeLessThan(1e-11)
        }
        for (const [j, column] of design.fixed.columns.entries()) near(column, straight.fixed.columns[j]!)
        for (const [k, term] of design.random.entries()) {
          expect(term.levels).toEqual(straight.random[k]!.levels)
          expect([...term.codes]).toEqual(order.map((row) => straight.random[k]!.codes[row]!))
          for (const [t, column] of term.columns.entries()) near(column, straight.random[k]!.columns[t]!)
        }
      }),
      { seed: 5, numRuns: 50 },
    )
  })
})

describe("bad input", () => {
  it.each<[string, string, string, DesignOptions?]>([
    ["y ~ ff + (1 | g)", "unknown-column", 'data: unknown variable "ff"; did you mean "f"?'],
    ["y ~ x - nothere", "unknown-column", 'unknown variable "nothere"'],
    ["y ~ x + (1 | gg)", "unknown-column", 'unknown variable "gg"; did you mean "g"?'],
    ["yy ~ x", "unknown-column", 'unknown variable "yy"'],
    ["f ~ x", "not-numeric", 'data: response "f" is not numeric: row 1 is "a"'],
    ["mixed ~ x", "not-numeric", 'response "mixed" is not numeric: row 3 is "three"'],
    ["log(f) ~ x", "not-numeric", 'response "f" is not numeric: row 1 is "a"'],
    ["y ~ log(f)", "not-numeric", 'predictor "f" is not numeric: row 1 is "a"'],
    ["y ~ offset(f)", "not-numeric", 'offset "f" is not numeric'],
    [
      "y ~ k + (1 | g)",
      "constant-predictor",
      'data: predictor "k" is constant (every value is 3); take it out',
    ],
    ["y ~ x + (k | g)", "constant-predictor", 'predictor "k" is constant (every value is 3)'],
    ["y ~ scale(k)", "constant-predictor", "scale(k) divides by zero: every value is the same"],
    ["y ~ poly(k, 2)", "degree-too-high", "poly(k, 2): degree 2 with 1 distinct values"],
    ["y ~ empty", "all-missing", 'column "empty" has no values: all 12 rows are missing'],
    ["empty ~ x", "all-missing", 'column "empty" has no values'],
    ["y ~ half + other", "no-rows", "no row is complete: of 12 rows, missing are half in 6, other in 6"],
    ["y ~ one", "one-level", 'factor "one" has one level, "q"'],
    ["y ~ x + (one | g)", "one-level", 'factor "one" has one level, "q"'],
    ["y ~ x + (1 | one)", "one-level", 'grouping factor "one" has one level, "q", expected at least two'],
    ["y ~ x + (1 | id)", "too-many-levels", 'grouping factor "id" has 12 levels in 12 rows'],
    ["y ~ x + (x*f | g)", "too-many-effects", "term (x + f + x:f | g) has 18 random effects"],
    ["y ~ x + (f + w | g)", "too-many-effects", "has 12 random effects (4 for each of 3 levels) in 12 rows"],
    ["y ~ x + y", "response-as-predictor", 'the response "y" is also on the right side'],
    ["y ~ log(y)", "response-as-predictor", 'the response "y" is also on the right side'],
    ["log(y) ~ y", "response-as-predictor", 'the response "log(y)" is also on the right side'],
    ["w ~ x + (1 | w)", "response-as-predictor", 'the response "w" is also on the right side'],
    ["I(y - x) ~ I(y-x)", "response-as-predictor", 'the response "I(y - x)" is also on the right side'],
    ["y ~ factor(id) + x", "too-few-rows", "12 rows for 13 fixed coefficients"],
    ["y ~ (1 | g) + (1 | g)", "duplicate-term", "random term (1 | g) is there twice"],
    ["y ~ (1 | g) + (x | g)", "duplicate-term", '(1 | g) and (x | g) overlap: the intercept varies by "g"'],
    ["y ~ (1 | g:f) + (1 | f:g)", "duplicate-term", "(1 | g:f) and (1 | f:g) overlap"],
    ["y ~ log(z)", "not-finite", 'log(z) is NaN in row 2, where column "z" is -1'],
    ["y ~ I(1/z)", "not-finite", '1/z is Infinity in row 5, where column "z" is 0'],
    ["log(z) ~ x", "not-finite", 'log(z) is NaN in row 2, where column "z" is -1'],
    ["y ~ huge", "not-finite", 'column "huge" is Infinity in row 4'],
    ["y ~ lo(x)", "unknown-function", 'unknown function "lo"; did you mean "log"?'],
    ["y ~ log(x, z)", "wrong-expression", '"z" is not a constant'],
    ["y ~ log(x, 1)", "wrong-expression", "1 is no base of a logarithm"],
    ["y ~ log(x, basis = 2)", "wrong-arguments", 'log() takes no argument "basis"; expected log(x, base)'],
    ["y ~ log()", "wrong-arguments", "log() has nothing to work on"],
    ["y ~ sqrt(x, 2)", "wrong-arguments", "too many arguments for sqrt()"],
    ["y ~ poly(x, 0)", "wrong-expression", "the degree is 0"],
    ["y ~ poly(x, 2, raw = 1)", "wrong-expression", "found 1; expected TRUE or FALSE"],
    ["y ~ I(poly(x, 2))", "wrong-expression", "poly() cannot be part of an expression"],
    ["y ~ I(x:w)", "wrong-expression", '":" has no meaning in arithmetic'],
    ["y ~ I(3)", "wrong-expression", '"I(3)" reads no column'],
    ["1 ~ x", "wrong-expression", '"1" reads no column'],
    ["y ~ I(x + 'a')", "wrong-expression", '"a" has no place in arithmetic'],
    ["y ~ factor(log(x))", "wrong-expression", "factor() takes a column"],
    ["y ~ (0 | g)", "empty-random-term", "the left side of the bar holds no coefficient"],
    ["y ~ (1 | 1)", "not-a-group", '"1" is not a grouping factor'],
    ["y ~ (1 | log(x))", "not-a-group", '"log(x)" is not a grouping factor'],
    ["y ~ (. | g)", "not-a-term", '"." cannot stand on the left side of a bar'],
    ["y ~ (offset(x) | g)", "not-a-term", "offset() cannot stand on the left side of a bar"],
    ["y ~ f", "not-a-number", 'found "a" in row 1 of column "f", expected a number', { numeric: ["f"] }],
    ["y ~ x", "unknown-column", 'option factor: data has no column "q"', { factor: ["q"] }],
    ["y ~ w", "conflicting-options", 'column "w" is named by both', { factor: ["w"], numeric: ["w"] }],
    ["y ~ f", "unknown-column", 'option contrasts: there is no factor "ff"', { contrasts: { ff: "sum" } }],
    ["y ~ f", "invalid-contrasts", "found 2 rows; expected 3 rows", { contrasts: { f: [[1], [2]] } }],
    ["y ~ f", "invalid-contrasts", "do not fit", { contrasts: { f: [[1], [2], [Number.NaN]] } }],
    ["y ~ f", "invalid-contrasts", "depend on each other", { contrasts: { f: [[1], [1], [1]] } }],
  ])("%s: %s", (formula, code, text, options) => {
    const error = failureOf(formula, options)
    expect(error.oneLine()).toContain(text)
    expect(error.code).toBe(code)
    expect(error.hint).toBeTruthy()
  })

  it("points at the unknown variable", () => {
    const formula = "y ~ x + log(nothere)"
    expect(failureOf(formula).span).toEqual({ text: formula, start: 12, end: 19 })
  })

  it("allows a level for each row when the residual variance is known", () => {
    const design = buildDesign("y ~ x + (1 | id)", table, { residualKnown: true })
    expect(design.random[0]!.levels.length).toBe(12)
  })

  it("refuses two coefficients of one name", () => {
    const input = toTable({ y: data.y, fb: data.x, f: data.f })
    expect(failureOf("y ~ fb + f", {}, input).message).toBe('two coefficients are called "fb"')
  })

  it("throws nothing but a GibbsError, whatever the formula", () => {
    const token = fc.constantFrom(
      ..."y x z w k f g one id half nothere . 0 1 2 ( ) ( ) + + - * / : ^ | || , raw=TRUE 2 log( poly( scale( I( factor( offset(".split(
        " ",
      ),
    )
    let built = 0
    fc.assert(
      fc.property(fc.array(token, { minLength: 1, maxLength: 9 }), (tokens) => {
        try {
          buildDesign(`y ~ ${tokens.join(" ")}`, table)
          built++
        } catch (error) {
          expect(error).toBeInstanceOf(GibbsError)
          expect((error as GibbsError).code).not.toBe("internal")
        }
      }),
      { seed: 21, numRuns: 4000 },
    )
    expect(built).toBeGreaterThan(50)
  })
})

describe("the input", () => {
  it("may be the tree of a formula", () => {
    const text = "y~I(x-1)+(1|g)"
    const fromTree = buildDesign(parseFormula(text), table)
    const fromText = buildDesign(text, table)
    expect(fromText.formula).toBe(text)
    expect(fromTree).toEqual({ ...fromText, formula: "y ~ I(x - 1) + (1 | g)" })
  })
})
