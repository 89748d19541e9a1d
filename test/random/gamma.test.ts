import gammaln from "@stdlib/math-base-special-gammaln"
import { describe, expect, it } from "vitest"
import { lowerIncompleteGamma, upperIncompleteGamma } from "../../src/math/incomplete-gamma.ts"
import { drawGamma, drawLogGamma } from "../../src/random/gamma.ts"
import { drawInverseGamma } from "../../src/random/inverse-gamma.ts"
import { streamFor } from "../../src/random/stream.ts"
import {
  collect,
  fits,
  MCSE_LIMIT,
  meanDeviation,
  testFit,
  varianceDeviation,
} from "../kit/goodness-of-fit.ts"

describe("drawGamma", () => {
  it.each([0.05, 0.3, 0.999, 1, 1.0001, 3, 47.3, 1e4, 1e5])("fits Gamma(%d)", (shape) => {
    const stream = streamFor("gamma", 0, String(shape))
    const draws = collect(() => drawGamma(stream, shape))
    expect(fits(testFit(draws, (x) => lowerIncompleteGamma(shape, x)))).toBe(true)
    expect(Math.abs(meanDeviation(draws, shape, shape))).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(varianceDeviation(draws, shape, shape))).toBeLessThan(MCSE_LIMIT)
  })

  it.each([0.3, 47.3])("is rejected by the same check with shape %d 5 %% off", (shape) => {
    const stream = streamFor("gamma", 0, String(shape))
    const draws = collect(() => drawGamma(stream, 1.05 * shape))
    expect(fits(testFit(draws, (x) => lowerIncompleteGamma(shape, x)))).toBe(false)
  })

  it("is the exponential of drawLogGamma, and NaN for what is no shape", () => {
    for (const shape of [0.02, 0.5, 2]) {
      const a = streamFor("same", 0, "test")
      const b = a.clone()
      for (let i = 0; i < 2000; i++) {
        const log = drawLogGamma(b, shape)
        expect(Math.abs(Math.log(drawGamma(a, shape)) - log)).toBeLessThan(1e-12 * Math.max(1, Math.abs(log)))
      }
      expect(a.snapshot()).toEqual(b.snapshot())
    }
    const stream = streamFor("nan", 0, "test")
    for (const shape of [0, -1, NaN, Infinity, -Infinity]) {
      expect(drawGamma(stream, shape)).toBeNaN()
      expect(drawLogGamma(stream, shape)).toBeNaN()
    }
  })
})

describe("drawLogGamma", () => {
  it.each([1e-4, 1e-3, 0.05, 5])("fits log Gamma(%d), also where the draw underflows", (shape) => {
    const stream = streamFor("log gamma", 0, String(shape))
    const draws = collect(() => drawLogGamma(stream, shape))
    // P(shape, x) = x^shape / Γ(shape + 1) to rounding for tiny x.
    const cdf = (log: number) =>
      log < -600 ? Math.exp(shape * log - gammaln(shape + 1)) : lowerIncompleteGamma(shape, Math.exp(log))
    expect(draws.every(Number.isFinite)).toBe(true)
    expect(fits(testFit(draws, cdf))).toBe(true)
  })
})

describe("drawInverseGamma", () => {
  it.each([
    [0.01, 0.01],
    [0.5, 3],
    [1, 1e-3],
    [2, 100],
    [80.5, 1234],
  ])("fits InverseGamma(%d, %d)", (shape, scale) => {
    const stream = streamFor("inverse gamma", 0, `${shape}`)
    const draws = collect(() => drawInverseGamma(stream, shape, scale))
    // The sample beyond the largest double is the share of the cdf there; leave it to the logarithm's test.
    const finite = draws.filter(Number.isFinite)
    const top = upperIncompleteGamma(shape, scale / Number.MAX_VALUE)
    expect(fits(testFit(finite, (x) => upperIncompleteGamma(shape, scale / x) / top))).toBe(true)
    if (shape > 4) {
      const mean = scale / (shape - 1)
      const variance = mean ** 2 / (shape - 2)
      expect(Math.abs(meanDeviation(draws, mean, variance))).toBeLessThan(MCSE_LIMIT)
      expect(Math.abs(varianceDeviation(draws, mean, variance))).toBeLessThan(MCSE_LIMIT)
    }
  })

  it("is rejected by the same check with scale 5 % off", () => {
    const stream = streamFor("inverse gamma", 0, "wrong")
    const draws = collect(() => drawInverseGamma(stream, 2, 105))
    expect(fits(testFit(draws, (x) => upperIncompleteGamma(2, 100 / x)))).toBe(false)
  })

  it("gives NaN for what is no shape or scale", () => {
    const stream = streamFor("nan", 0, "test")
    for (const value of [0, -1, NaN, Infinity]) {
      expect(drawInverseGamma(stream, value, 1)).toBeNaN()
      expect(drawInverseGamma(stream, 1, value)).toBeNaN()
    }
  })
})
