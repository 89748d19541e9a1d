import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { GibbsError } from "../../../src/core/errors.ts"
import { readCsv } from "../../../src/data/read-csv.ts"
import { toTable } from "../../../src/data/to-table.ts"
import { buildDesign } from "../../../src/models/formula/build-design.ts"
import { type Subset, selectRows } from "../../../src/models/formula/subset.ts"
import oracle from "../../oracle/subset-update.json" with { type: "json" }

const table = toTable(oracle.data as Record<string, (number | string | boolean | null)[]>)
const select = (subset: Subset) => [...selectRows(table, subset).selected]
const isTrue = (truth: readonly number[], value: number) => truth.map((found) => Number(found === value))

function failure(subset: Subset, columns = table): string {
  try {
    selectRows(columns, subset)
  } catch (error) {
    if (error instanceof GibbsError) return `${error.code}: ${error.message}`
    throw error
  }
  return "no error"
}

describe("subset", () => {
  it.each(oracle.conditions)("$condition: the rows that R takes", ({ condition, truth }) => {
    // No condition is an error for having no rows.
    expect(select(`(${condition}) | \`a b\` == 8`)).toEqual([1, ...isTrue(truth, 1).slice(1)])
    if (truth.includes(1)) expect(select(condition)).toEqual(isTrue(truth, 1))
  })

  it.each(oracle.conditions)("not ($condition): NA stays NA", ({ condition, truth }) => {
    if (!truth.includes(0)) return
    expect(select(`!(${condition})`)).toEqual(isTrue(truth, 0))
  })

  it("may be booleans, or a function of a row", () => {
    const rows = [true, false, null, true, undefined, false, false, true]
    expect(select(rows)).toEqual([1, 0, 0, 1, 0, 0, 0, 1])
    expect(select((row) => row.s === "a" || (typeof row.x === "number" && row.x > 5))).toEqual([
      1, 0, 0, 1, 0, 1, 0, 1,
    ])
    expect(select((row) => row.x === null)).toEqual([0, 0, 1, 0, 0, 0, 0, 0])
  })

  it("takes columns that an option made factors by what they hold", () => {
    const columns = toTable({ y: [1, 2, 3, 4, 5, 6], week: [1, 2, 10, 1, 2, 10] })
    const design = buildDesign("y ~ week", columns, { factor: ["week"], subset: "week < 5" })
    expect([design.nobs, design.subset]).toEqual([4, { condition: "week < 5", excluded: 2 }])
    expect(design.fixed.names).toEqual(["(Intercept)", "week2"])
  })

  it("counts rows left out and missing values apart, and needs no values in rows left out", () => {
    const columns = toTable({
      y: [1, 2, null, 4, 5, 6, 7],
      x: [-1, 2, 3, 4.5, null, 6, 7],
      g: [1, 1, 1, 2, 2, 3, 2],
    })
    const design = buildDesign("y ~ log(x) + (1 | g)", columns, { subset: "g < 3 & x > 0" })
    expect([...design.rowIndex]).toEqual([1, 3, 6])
    expect([design.dropped, design.subset?.excluded]).toEqual([1, 3])
    expect(design.random[0]!.levels).toEqual(["1", "2"])
  })

  it.each([
    ["xx > 1", 'unknown-column: unknown variable "xx"'],
    ["x", 'not-logical: "x" is a number, not true or false'],
    ["s", 'not-logical: "s" is not true or false: row 1 is "a"'],
    ["x > 1 & s", 'not-logical: "s" is not true or false: row 1 is "a"'],
    ["s > 1", 'not-numeric: "s" is compared with a number: row 1 is "a"'],
    ["x > 100", 'no-rows: "x > 100" is true in none of 8 rows'],
    ["x = 1", 'formula-syntax: unexpected "="'],
    ["x > 1 && y > 1", 'formula-syntax: "&&" compares single values'],
    ["x > 1 || y > 1", 'formula-syntax: "||" compares single values'],
    ["1 < x < 3", "formula-syntax: a comparison of a comparison"],
    ["x %in% y", 'wrong-expression: "y" is no list of constants'],
    ["is.na(x, y)", "wrong-arguments: is.na() takes one argument"],
    ["lag(x) > 1", 'unknown-function: unknown function "lag"'],
    [
      "x > 1 &",
      "formula-syntax: expected a column, a number or a parenthesis, found the end of the condition",
    ],
    ["", "formula-syntax: expected a column, a number or a parenthesis, found the end of the condition"],
  ])("refuses %s", (condition, message) => {
    expect(failure(condition)).toBe(message)
  })

  it("refuses what is no list of booleans", () => {
    expect(failure([true])).toBe("bad-subset: there are 1 values for 8 rows of data")
    const numbers = [1, 0, 1, 1, 0, 0, 0, 1] as unknown[] as boolean[]
    expect(failure(numbers)).toBe("not-logical: the subset is 1 for row 1, expected true or false")
    expect(failure(() => false)).toBe("no-rows: the subset is true in none of 8 rows")
    const factor = toTable({ f: ["a", "b"] }, "data")
    const coded = {
      ...factor,
      columns: new Map([["f", { kind: "factor", codes: Int32Array.of(0, 1), levels: ["a", "b"] } as const]]),
    }
    expect(failure("f > 'a'", coded)).toBe('not-numeric: "f" is a factor, its levels have no order')
  })

  it("throws nothing but a GibbsError, whatever the text", () => {
    const word = fc.constantFrom(
      "x",
      "s",
      "keep",
      "&",
      "|",
      "!",
      "(",
      ")",
      "==",
      "<",
      "%in%",
      "c(",
      ",",
      "1",
      "'a'",
      "is.na(",
      "-",
      ":",
      "NA",
      "^",
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 9 }), (words) => {
        failure(words.join(" "))
      }),
      { numRuns: 500, seed: 7 },
    )
  })

  it("reads a column of a CSV file that says TRUE and FALSE", () => {
    const read = readCsv("y,keep\n1,TRUE\n2,FALSE\n3,TRUE\n4,NA\n5,TRUE\n", "t.csv")
    expect([...selectRows(read, "keep & y < 5").selected]).toEqual([1, 0, 1, 0, 0])
  })
})
