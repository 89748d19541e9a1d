import { describe, expect, it } from "vitest"
import { lowerIncompleteGamma, upperIncompleteGamma } from "../../src/math/incomplete-gamma.ts"
import oracle from "../oracle/special-functions.json" with { type: "json" }

/** Relative error; values under 1e-300 (where R itself loses digits to subnormals) count absolutely. */
const relative = (found: number, expected: number) =>
  Math.abs(found - expected) / Math.max(Math.abs(expected), 1e-300)

describe("incomplete gamma", () => {
  it("agrees with R's pgamma, both tails, shapes 1e-3 to 1e5", () => {
    expect(oracle.incompleteGamma).toHaveLength(168)
    for (const { shape, x, lower, upper } of oracle.incompleteGamma) {
      const p = relative(lowerIncompleteGamma(shape, x), lower)
      const q = relative(upperIncompleteGamma(shape, x), upper)
      // Where the tail is exp(−1e4) the last bit of x alone moves it by 1e-12.
      expect(p, `P(${shape}, ${x}) ≠ ${lower}`).toBeLessThan(lower < 1e-50 ? 2e-11 : 2e-13)
      expect(q, `Q(${shape}, ${x}) ≠ ${upper}`).toBeLessThan(upper < 1e-50 ? 2e-11 : 2e-13)
    }
  })

  it("agrees with R's pgamma at shapes of 1e9 and beyond", () => {
    for (const { shape, x, lower, upper } of oracle.incompleteGammaLarge) {
      expect(relative(lowerIncompleteGamma(shape, x), lower), `P(${shape}, ${x})`).toBeLessThan(1e-9)
      expect(relative(upperIncompleteGamma(shape, x), upper), `Q(${shape}, ${x})`).toBeLessThan(1e-9)
    }
    expect(lowerIncompleteGamma(1e300, 1e300)).toBeCloseTo(0.5, 12)
  })

  it("has its limits, and NaN for what is no shape", () => {
    expect([
      lowerIncompleteGamma(2, 0),
      lowerIncompleteGamma(2, Infinity),
      lowerIncompleteGamma(2, -1),
    ]).toEqual([0, 1, 0])
    expect([
      upperIncompleteGamma(2, 0),
      upperIncompleteGamma(2, Infinity),
      upperIncompleteGamma(2, -1),
    ]).toEqual([1, 0, 1])
    for (const shape of [0, -1, NaN, Infinity]) {
      expect(lowerIncompleteGamma(shape, 1)).toBeNaN()
      expect(upperIncompleteGamma(shape, 1)).toBeNaN()
    }
    expect(lowerIncompleteGamma(2, NaN)).toBeNaN()
  })
})
