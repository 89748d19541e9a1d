import erfc from "@stdlib/math-base-special-erfc"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { normalQuantile } from "../../src/math/normal-quantile.ts"
import oracle from "../oracle/special-functions.json" with { type: "json" }

describe("normalQuantile", () => {
  it("agrees with R's qnorm from p = 1e-300 to 1 − 2^−53", () => {
    expect(oracle.normalQuantile).toHaveLength(24)
    for (const { p, x } of oracle.normalQuantile)
      expect(Math.abs(normalQuantile(p) - x), `p = ${p}`).toBeLessThanOrEqual(4e-15 * Math.abs(x))
  })

  it("inverts the lower tail of Φ", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 0.5, noNaN: true }), (p) => {
        const back = 0.5 * erfc(-normalQuantile(p) / Math.SQRT2)
        return Math.abs(back - p) < 1e-13 * p
      }),
    )
  })

  it("is odd about one half, −Infinity at 0, Infinity at 1, NaN outside", () => {
    for (const p of [0.25, 0.0625, 0.49, 2 ** -20]) expect(normalQuantile(1 - p)).toBe(-normalQuantile(p))
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity])
    for (const p of [-0.1, 1.1, NaN]) expect(normalQuantile(p)).toBeNaN()
  })
})
