import { describe, expect, it } from "vitest"
import { alignCells, formatCount, formatFixed, formatNumber, formatSeconds } from "../../src/report/format.ts"

describe("formatNumber", () => {
  it.each([
    [60.4, "60.40"],
    [0.251349, "0.2513"],
    [-0.0612, "−0.06120"],
    [9.99996, "10.00"],
    [12345.6, "12346"],
    [0, "0"],
    [1.23456e-7, "1.235e-7"],
    [-4.2e12, "−4.200e+12"],
    [0.00012345, "0.0001234"],
    [Number.NaN, "–"],
    [Number.POSITIVE_INFINITY, "–"],
    [null, "–"],
    [undefined, "–"],
  ])("%s is %s", (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })
})

describe("other figures", () => {
  it("counts without decimals, fixes decimals, says seconds as a person does", () => {
    expect(formatCount(1234.4)).toBe("1234")
    expect(formatCount(Number.NaN)).toBe("–")
    expect(formatFixed(-0.125, 2)).toBe("−0.13")
    expect(formatFixed(1.0034, 3)).toBe("1.003")
    expect(formatSeconds(0.3142)).toBe("0.31 s")
    expect(formatSeconds(59.94)).toBe("59.9 s")
    expect(formatSeconds(200.2)).toBe("3 min 20 s")
    expect(formatSeconds(7260)).toBe("2 h 1 min")
  })
})

describe("alignCells", () => {
  it("gives every fraction the width of the widest", () => {
    expect(alignCells(["60.40", "7", "0.2513"]).map((cell) => cell.markup)).toEqual([
      '60<span class="f f5">.40</span>',
      '7<span class="f f5"></span>',
      '0<span class="f f5">.2513</span>',
    ])
  })

  it("leaves columns of whole numbers alone", () => {
    expect(alignCells(["12", "–"]).map((cell) => cell.markup)).toEqual(["12", "–"])
  })
})
