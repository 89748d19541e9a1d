import { describe, expect, it } from "vitest"
import { formatNumber } from "../../src/data/format-number.ts"
import oracle from "../oracle/factors-contrasts.json" with { type: "json" }

describe("formatNumber", () => {
  it("writes numbers as R's as.character", () => {
    const written = oracle.numbers.map(({ value }) => formatNumber(Number(value)))
    expect(written).toEqual(oracle.numbers.map(({ label }) => label))
  })

  it("names what is not finite as R does", () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]
    expect(values.map(formatNumber)).toEqual(["NaN", "Inf", "-Inf", "0"])
  })

  it("keeps every digit of a long identifier", () => {
    expect(formatNumber(1234567890123456)).toBe("1234567890123456")
    expect(formatNumber(-9007199254740991)).toBe("-9007199254740991")
  })
})
