import { describe, expect, it } from "vitest"
import { sumProducts, sumProductsBy } from "../../src/math/grouped-sums.ts"
import { drawNormal } from "../../src/random/normal.ts"
import { streamFor } from "../../src/random/stream.ts"

const ROWS = 3000
const rng = streamFor("grouped sums", 0, "test")
const a = Float64Array.from({ length: ROWS }, () => drawNormal(rng))
const b = Float64Array.from({ length: ROWS }, () => drawNormal(rng))
const codes = Int32Array.from({ length: ROWS }, () => Math.floor(7 * rng.uniform()))

describe("sums over all rows", () => {
  it("of ones, of a column, of a product", () => {
    expect(sumProducts(null, null, ROWS)).toBe(ROWS)
    const whole = a.map((x) => Math.round(1000 * x))
    const exact = whole.reduce((total, x) => total + x, 0)
    expect(sumProducts(whole, null, ROWS)).toBe(exact)
    expect(sumProducts(null, whole, ROWS)).toBe(exact)
    const products = whole.reduce((total, x, i) => total + x * Math.round(b[i]! * 8), 0)
    expect(
      sumProducts(
        whole,
        b.map((x) => Math.round(x * 8)),
        ROWS,
      ),
    ).toBe(products)
  })

  it("keep what lies below the last digit of a large total", () => {
    const rows = 2 ** 16
    const small = 2 ** -20
    const values = Float64Array.from({ length: rows }, (_, i) => (i === 0 ? 2 ** 36 : small))
    expect(values.reduce((total, x) => total + x, 0)).toBe(2 ** 36)
    // Only what stands in one stretch with the large number is lost.
    const lost = 2 ** 36 + (rows - 1) * small - sumProducts(values, null, rows)
    expect(lost).toBeGreaterThanOrEqual(0)
    expect(lost).toBeLessThanOrEqual(512 * small)
  })

  it("are not finite where the data are not", () => {
    expect(sumProducts(Float64Array.of(1e308, 1e308, 1), null, 3)).toBe(Number.POSITIVE_INFINITY)
    expect(sumProducts(Float64Array.of(1, Number.NaN), null, 2)).toBeNaN()
  })
})

describe("sums by group", () => {
  it.each([
    ["ones", null, null],
    ["a column", a, null],
    ["a product", a, b],
  ] as const)("of %s", (_name, left, right) => {
    const sums = sumProductsBy(left, right, codes, 8)
    const expected = new Float64Array(8)
    codes.forEach((g, i) => {
      expected[g]! += (left?.[i] ?? 1) * (right?.[i] ?? 1)
    })
    sums.forEach((value, g) => {
      expect(value).toBeCloseTo(expected[g]!, 10)
    })
    expect(sums[7]).toBe(0)
    expect(sumProductsBy(right, left, codes, 8)).toEqual(sums)
  })

  it("do not lose small terms beside a large one", () => {
    const rows = 10_001
    const values = Float64Array.from({ length: rows }, (_, i) => (i === 0 ? 1e16 : 1))
    expect(sumProductsBy(values, null, new Int32Array(rows), 1)[0]).toBe(1e16 + 10_000)
  })
})
