import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseNumber } from "../../src/data/parse-number.ts"

describe("parseNumber", () => {
  it.each([
    ["0", 0],
    ["-0", -0],
    ["17", 17],
    ["+5", 5],
    ["5.", 5],
    [".5", 0.5],
    ["-.5e-3", -0.0005],
    ["1E+05", 1e5],
    [" 2.5\t", 2.5],
    ["0.0", 0],
    ["1e-999", 0],
    ["Inf", Number.POSITIVE_INFINITY],
    ["-inf", Number.NEGATIVE_INFINITY],
    ["+Infinity", Number.POSITIVE_INFINITY],
    ["NaN", Number.NaN],
    [" nan ", Number.NaN],
  ])("reads %j", (cell, value) => {
    expect(parseNumber(cell)).toBe(value)
  })

  it.each([
    "",
    "  ",
    "0x1f",
    " 0X0",
    "0b1",
    "0o7",
    "1,5",
    "1_000",
    "1e",
    "- 5",
    "5 6",
    "1d5",
    "TRUE",
    "NA",
    "e5",
    ".",
    "+",
  ])("does not read %j", (cell) => {
    expect(parseNumber(cell)).toBeUndefined()
  })

  it("reads back every number that JavaScript writes", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parseNumber(String(value))).toBe(Object.is(value, -0) ? 0 : value)
      }),
      { seed: 17 },
    )
  })
})
