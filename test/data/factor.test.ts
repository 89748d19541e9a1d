import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { asFactor, dropUnusedLevels, interactFactors } from "../../src/data/factor.ts"
import type { FactorColumn } from "../../src/data/table.ts"
import oracle from "../oracle/factors-contrasts.json" with { type: "json" }
import { errorOf } from "./error-of.ts"

const text = (...values: (string | null)[]) => ({ kind: "text", values }) as const
const numeric = (...values: number[]) => ({ kind: "numeric", values: Float64Array.from(values) }) as const
const labels = (factor: FactorColumn) =>
  Array.from(factor.codes, (code) => (code === -1 ? null : factor.levels[code]!))
const codes = (list: readonly (number | null)[]) => list.map((code) => code ?? -1)

describe("asFactor", () => {
  it("sorts text by the English collation, not by code unit", () => {
    const factor = asFactor(text("b", "Z", "a", "A", "é", "B", "f", "10", "9"), "g")
    expect(factor.levels).toEqual(["10", "9", "a", "A", "b", "B", "é", "f", "Z"])
  })

  it("sorts numbers as numbers and labels and merges them as R does", () => {
    const factor = asFactor(numeric(10, 9, 0.5, Number.NaN, 1e5, 9, 0.1 + 0.2, 0.3, -2), "x")
    expect(factor.levels).toEqual(oracle.numericFactor.levels)
    expect([...factor.codes]).toEqual(codes(oracle.numericFactor.codes))
  })

  it("takes both zeros as one level", () => {
    expect(asFactor(numeric(0, -0, 1), "x")).toEqual({
      kind: "factor",
      codes: Int32Array.of(0, 0, 1),
      levels: ["0", "1"],
    })
  })

  it("keeps missing values as -1 and a factor as it is", () => {
    const factor = asFactor(text("b", null, "a"), "g")
    expect([...factor.codes]).toEqual([1, -1, 0])
    expect(asFactor(factor, "g")).toBe(factor)
  })

  it("refuses a column without values", () => {
    expect(errorOf(() => asFactor(text(null, null), "g"))).toEqual({
      type: "DataError",
      code: "all-missing",
      line:
        'column "g": every value is missing, found no level for the factor, expected at least one; ' +
        "fill the column, or check the texts that stand for missing values (na)",
    })
    expect(errorOf(() => asFactor(numeric(Number.NaN), "x")).code).toBe("all-missing")
  })

  it("keeps the labels of the rows, with distinct levels that all occur, in any order of rows", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ maxLength: 3 })), { minLength: 1 }), (values) => {
        fc.pre(values.some((value) => value !== null))
        const factor = asFactor({ kind: "text", values }, "g")
        expect(labels(factor)).toEqual(values)
        expect(new Set(factor.levels)).toEqual(new Set(values.filter((value) => value !== null)))
        expect(asFactor({ kind: "text", values: values.toReversed() }, "g").levels).toEqual(factor.levels)
      }),
      { seed: 17 },
    )
  })
})

describe("interactFactors", () => {
  it("is R's a:b", () => {
    const { a, b, levels, codes: expected } = oracle.interaction
    const order = ["10", "2", "9"]
    const second: FactorColumn = {
      kind: "factor",
      codes: Int32Array.from(b, (value) => (value === null ? -1 : order.indexOf(value))),
      levels: order,
    }
    const both = interactFactors(asFactor(text(...a), "a"), second)
    expect(both.levels).toEqual(levels)
    expect([...both.codes]).toEqual(codes(expected))
  })

  it("names combinations with the same label", () => {
    const first = asFactor(text("x", "x:y"), "a")
    const second = asFactor(text("y:z", "z"), "b")
    expect(errorOf(() => interactFactors(first, second))).toEqual({
      type: "DataError",
      code: "ambiguous-level",
      line:
        'interaction of factors: two combinations of levels are both called "x:y:z", expected distinct names; ' +
        'rename the levels that contain ":"',
    })
  })

  it("refuses factors of different lengths", () => {
    expect(errorOf(() => interactFactors(asFactor(text("a"), "a"), asFactor(text("a", "b"), "b"))).line).toBe(
      "interaction of factors: found factors of lengths 1 and 2, expected equal lengths; take both factors from one table",
    )
  })

  it("pastes the labels of each row and orders levels lexicographically by code", () => {
    const pair = fc.tuple(fc.option(fc.constantFrom("a", "b", "c")), fc.option(fc.constantFrom("x", "y")))
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1 }), (rows) => {
        fc.pre(rows.some(([a]) => a !== null) && rows.some(([, b]) => b !== null))
        const a = asFactor(text(...rows.map(([value]) => value)), "a")
        const b = asFactor(text(...rows.map(([, value]) => value)), "b")
        const both = interactFactors(a, b)
        const expected = rows.map(([x, y]) => (x === null || y === null ? null : `${x}:${y}`))
        expect(labels(both)).toEqual(expected)
        expect(both.levels).toEqual([...new Set(expected.filter((label) => label !== null))].sort())
      }),
      { seed: 17 },
    )
  })
})

describe("dropUnusedLevels", () => {
  it("keeps the order of the levels that occur", () => {
    const factor: FactorColumn = {
      kind: "factor",
      codes: Int32Array.of(3, -1, 1, 3),
      levels: ["d", "c", "b", "a"],
    }
    expect(dropUnusedLevels(factor)).toEqual({
      kind: "factor",
      codes: Int32Array.of(1, -1, 0, 1),
      levels: ["c", "a"],
    })
  })

  it("returns a factor without unused levels as it is", () => {
    const factor = asFactor(text("a", "b"), "g")
    expect(dropUnusedLevels(factor)).toBe(factor)
  })
})

describe("whole numbers", () => {
  it("counted or sorted, the factor is the same", () => {
    const values = [7, -3, Number.NaN, 0, 7, 12, -3, -0, 5]
    const counted = asFactor({ kind: "numeric", values: Float64Array.from(values) }, "g")
    // A half among them, or a wide range, takes the other way.
    const sorted = asFactor(
      { kind: "numeric", values: Float64Array.from([...values, 1e12, 1e12 + 0.5]) },
      "g",
    )
    expect(counted.levels).toEqual(["-3", "0", "5", "7", "12"])
    expect(sorted.levels.slice(0, 5)).toEqual(counted.levels)
    expect([...counted.codes]).toEqual([3, 0, -1, 1, 3, 4, 0, 1, 2])
    expect([...sorted.codes.slice(0, 9)]).toEqual([...counted.codes])
  })
})
