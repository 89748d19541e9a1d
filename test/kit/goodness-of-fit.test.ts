import { describe, expect, it } from "vitest"
import { drawExponential } from "../../src/random/exponential.ts"
import { drawGamma } from "../../src/random/gamma.ts"
import { streamFor } from "../../src/random/stream.ts"
import {
  andersonDarlingPValue,
  collect,
  DRAWS,
  densityDefect,
  FALSE_ALARM,
  fits,
  integrate,
  invertCdf,
  kolmogorovPValue,
  MCSE_LIMIT,
  meanDeviation,
  testFit,
  varianceDeviation,
} from "./goodness-of-fit.ts"

/** cdf of Gamma(3, 1) in closed form. */
const gamma3 = (x: number) => -Math.expm1(-x) - Math.exp(-x) * (x + 0.5 * x * x)

describe("the goodness-of-fit kit", () => {
  it("accepts the right shape and rejects one 5 % off, by each of its checks", () => {
    const right = collect(() => drawGamma(streamRight, 3))
    const wrong = collect(() => drawGamma(streamWrong, 3.15))
    expect(right).toHaveLength(DRAWS)
    const good = testFit(right, gamma3)
    const bad = testFit(wrong, gamma3)
    expect(fits(good)).toBe(true)
    expect(bad.ks).toBeLessThan(FALSE_ALARM)
    expect(bad.ad).toBeLessThan(FALSE_ALARM)
    expect(Math.abs(meanDeviation(right, 3, 3))).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(meanDeviation(wrong, 3, 3))).toBeGreaterThan(MCSE_LIMIT)
    expect(Math.abs(varianceDeviation(right, 3, 3))).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(varianceDeviation(wrong, 3, 3))).toBeGreaterThan(MCSE_LIMIT)
  })

  it("has uniform p-values under the null (KS) and the stated tail (AD)", () => {
    // 4,000 small samples: P(p < 0.05) within 4.9 standard errors of 0.05.
    const stream = streamFor("kit null", 0, "test")
    const runs = 4000
    let ks = 0
    let ad = 0
    for (let k = 0; k < runs; k++) {
      const result = testFit(
        collect(() => drawExponential(stream), 200),
        (x) => -Math.expm1(-x),
      )
      if (result.ks < 0.05) ks++
      if (result.ad < 0.05) ad++
    }
    const limit = MCSE_LIMIT * Math.sqrt((0.05 * 0.95) / runs)
    expect(Math.abs(ks / runs - 0.05)).toBeLessThan(limit)
    expect(Math.abs(ad / runs - 0.05)).toBeLessThan(limit)
  })

  it("knows published critical values", () => {
    // D √n = 1.3581 is the asymptotic 5 % point; A² = 3.878125 the 1 % and 6.0 the 0.1 % point (Marsaglia & Marsaglia
    // 2004), which the one-term tail meets from above, the closer the smaller the probability.
    expect(kolmogorovPValue(1.3581 / 1e4, 1e8)).toBeCloseTo(0.05, 4)
    expect(andersonDarlingPValue(3.878125) / 0.01).toBeGreaterThan(1)
    expect(andersonDarlingPValue(3.878125) / 0.01).toBeLessThan(1.04)
    expect(andersonDarlingPValue(6) / 0.001).toBeCloseTo(1, 1)
  })

  it("integrates, also through a singularity at an end", () => {
    expect(integrate(Math.exp, 0, 1)).toBeCloseTo(Math.E - 1, 13)
    expect(integrate((x) => 1 / Math.sqrt(x), 0, 4)).toBeCloseTo(4, 7)
    expect(integrate((x) => Math.sin(x), -1, 2)).toBeCloseTo(Math.cos(1) - Math.cos(2), 13)
  })

  it("inverts a cdf on bounded, half-bounded and unbounded supports", () => {
    expect(invertCdf(gamma3, 0.5, 0, Infinity)).toBeCloseTo(2.674060313723, 10)
    expect(invertCdf((x) => 1 / (1 + Math.exp(-x)), 0.1, -Infinity, Infinity)).toBeCloseTo(-Math.log(9), 12)
    expect(invertCdf((x) => x, 1e-9, 0, 1)).toBeCloseTo(1e-9, 20)
  })

  it("finds a density that is not the derivative of its cdf, or not normalised", () => {
    const support = { lower: 0, upper: Infinity }
    const logDensity = (x: number) => 2 * Math.log(x) - x - Math.log(2)
    expect(densityDefect(logDensity, gamma3, support)).toBeLessThan(1e-11)
    expect(densityDefect((x) => logDensity(x) + 1e-6, gamma3, support)).toBeGreaterThan(1e-7)
    expect(densityDefect((x) => 2.001 * Math.log(x) - x - Math.log(2), gamma3, support)).toBeGreaterThan(1e-6)
  })
})

const streamRight = streamFor("kit", 0, "right")
const streamWrong = streamFor("kit", 0, "wrong")
