import { describe, expect, it } from "vitest"
import { drawCategorical, drawCategoricalFromLogs } from "../../src/random/categorical.ts"
import { drawInverseGaussian } from "../../src/random/inverse-gaussian.ts"
import { drawPolyaGamma } from "../../src/random/polya-gamma.ts"
import { streamFor } from "../../src/random/stream.ts"
import { collect, fits, MCSE_LIMIT, meanDeviation, testFit } from "../kit/goodness-of-fit.ts"

/** E PG(b, z) and its variance: Polson, Scott & Windle (2013), section 2; their limits at z = 0. */
const meanOf = (b: number, z: number) => (z === 0 ? b / 4 : (b / (2 * z)) * Math.tanh(z / 2))
const varianceOf = (b: number, z: number) =>
  z === 0 ? b / 24 : (b / (4 * z ** 3)) * ((Math.sinh(z) - z) / Math.cosh(z / 2) ** 2)

describe("drawPolyaGamma", () => {
  it.each([
    [1, 0],
    [1, 0.4],
    [1, -2.9],
    [1, 3.3],
    [1, 12],
    [3, 1.5],
    [20, 0.2],
  ])("PG(%d, %d) has its moments and its Laplace transform", (b, z) => {
    const stream = streamFor("polya-gamma", 0, `${b} ${z}`)
    const draws = collect(() => drawPolyaGamma(stream, b, z), 30_000)
    const mean = meanOf(b, z)
    const variance = varianceOf(b, z)
    expect(Math.abs(meanDeviation(draws, mean, variance))).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(meanDeviation(draws, 1.05 * mean, variance))).toBeGreaterThan(MCSE_LIMIT)
    // E exp(−t X) = (cosh(z / 2) / cosh(√(z² / 4 + t / 2)))^b.
    for (const t of [0.5, 4, 40]) {
      const transform = (s: number) => (Math.cosh(z / 2) / Math.cosh(Math.sqrt(z * z * 0.25 + s / 2))) ** b
      const values = draws.map((x) => Math.exp(-t * x))
      const spread = transform(2 * t) - transform(t) ** 2
      expect(Math.abs(meanDeviation(values, transform(t), spread))).toBeLessThan(MCSE_LIMIT)
    }
  })

  it("PG(1, 0) has the distribution function of its series", () => {
    const stream = streamFor("polya-gamma", 0, "series")
    const draws = collect(() => drawPolyaGamma(stream, 1, 0))
    // J* = 4 PG: P(J* ≤ x) = 1 − (4 / π) Σ (−1)^n / (2 n + 1) exp(−(2 n + 1)² π² x / 8).
    const cdf = (x: number) => {
      let sum = 0
      for (let n = 0; n < 60; n++)
        sum += ((n % 2 === 0 ? 1 : -1) / (2 * n + 1)) * Math.exp(-((2 * n + 1) ** 2) * Math.PI ** 2 * 0.5 * x)
      return Math.min(1, Math.max(0, 1 - (4 / Math.PI) * sum))
    }
    expect(fits(testFit(draws, cdf))).toBe(true)
    expect(fits(testFit(draws, (x) => cdf(1.03 * x)))).toBe(false)
  })

  it("is 0 for b = 0, NaN for what it does not draw, finite for large z", () => {
    const stream = streamFor("polya-gamma", 0, "edges")
    expect(drawPolyaGamma(stream, 0, 1)).toBe(0)
    for (const [b, z] of [
      [-1, 1],
      [1.5, 1],
      [1, NaN],
      [1, Infinity],
    ] as const)
      expect(drawPolyaGamma(stream, b, z)).toBeNaN()
    for (const z of [50, 800, 1e6]) {
      const draws = collect(() => drawPolyaGamma(stream, 1, z), 1000)
      expect(Math.abs(meanDeviation(draws, 1 / (2 * z), 1 / (2 * z ** 3)))).toBeLessThan(MCSE_LIMIT)
    }
  })
})

describe("drawInverseGaussian", () => {
  it.each([
    [1, 1],
    [20, 0.5],
    [0.01, 3],
  ])("has its moments and the distribution of its quadratic form, mean %d shape %d", (mean, shape) => {
    const stream = streamFor("inverse gaussian", 0, `${mean}`)
    const draws = collect(() => drawInverseGaussian(stream, mean, shape))
    const form = draws.map((x) => (shape * (x - mean) ** 2) / (mean * mean * x))
    // λ (x − μ)² / (μ² x) is χ² with one degree of freedom.
    expect(Math.abs(meanDeviation(form, 1, 2))).toBeLessThan(MCSE_LIMIT)
    // E 1 / X = 1 / μ + 1 / λ, variance 1 / (μ λ) + 2 / λ².
    const inverse = draws.map((x) => 1 / x)
    const spread = 1 / (mean * shape) + 2 / shape ** 2
    expect(Math.abs(meanDeviation(inverse, 1 / mean + 1 / shape, spread))).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(meanDeviation(inverse, 1.2 * (1 / mean + 1 / shape), spread))).toBeGreaterThan(MCSE_LIMIT)
    expect(Math.abs(meanDeviation(draws, mean, mean ** 3 / shape))).toBeLessThan(MCSE_LIMIT)
    expect(drawInverseGaussian(stream, -1, 1)).toBeNaN()
  })
})

describe("drawCategorical", () => {
  it("draws the members by weight, from logarithms too, and never one of weight 0", () => {
    const stream = streamFor("categorical", 0, "test")
    const weights = [0, 0, 3, 0, 1, 4, 0]
    const n = 40_000
    for (const fromLogs of [false, true]) {
      const counts = new Float64Array(7)
      for (let k = 0; k < n; k++) {
        const values = Float64Array.from(fromLogs ? weights.map((w) => Math.log(w) - 2000) : weights)
        counts[
          fromLogs
            ? drawCategoricalFromLogs(stream, values, 1, 6) + 1
            : drawCategorical(stream, values, 1, 6) + 1
        ]!++
      }
      weights.forEach((weight, k) => {
        const share = weight / 8
        if (weight === 0) expect(counts[k]).toBe(0)
        else
          expect(Math.abs(counts[k]! - n * share)).toBeLessThan(
            MCSE_LIMIT * Math.sqrt(n * share * (1 - share)),
          )
      })
    }
    expect(drawCategorical(stream, Float64Array.of(0, 0), 0, 2)).toBeNaN()
    expect(drawCategorical(stream, Float64Array.of(1, -1), 0, 2)).toBeNaN()
    expect(drawCategoricalFromLogs(stream, Float64Array.of(-Infinity), 0, 1)).toBeNaN()
  })
})
