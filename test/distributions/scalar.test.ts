import { describe, expect, it } from "vitest"
import { ModelError } from "../../src/core/errors.ts"
import type { ScalarDistribution } from "../../src/distributions/distribution.ts"
import { distributions, lookupDistribution, validateParameters } from "../../src/distributions/registry.ts"
import { streamFor } from "../../src/random/stream.ts"
import {
  collect,
  densityDefect,
  fits,
  MCSE_LIMIT,
  meanDeviation,
  testFit,
  varianceDeviation,
} from "../kit/goodness-of-fit.ts"
import oracle from "../oracle/densities.json" with { type: "json" }

function scalar(name: string): ScalarDistribution {
  const found = lookupDistribution(name)
  if (found.kind !== "scalar") throw new Error(`${name} is not scalar`)
  return found
}

/** How many moments the draws' own moments may be held against: those whose Monte Carlo error is finite. */
interface Case {
  readonly family: string
  readonly p: readonly number[]
  readonly moments: 0 | 1 | 2
  /** Parameter and factor that the draws must tell; the last one and 1.05 unless stated. */
  readonly wrong?: readonly [number, number]
}

const CONTINUOUS: readonly Case[] = [
  { family: "normal", p: [0, 1], moments: 2 },
  { family: "normal", p: [-30, 0.04], moments: 2 },
  { family: "inverseGamma", p: [0.4, 2], moments: 0 },
  { family: "inverseGamma", p: [2, 100], moments: 0 },
  { family: "inverseGamma", p: [3.5, 0.01], moments: 1 },
  { family: "inverseGamma", p: [500, 1e4], moments: 2 },
  { family: "halfT", p: [0.7, 1], moments: 0 },
  { family: "halfT", p: [3, 2.5], moments: 1 },
  { family: "halfT", p: [12, 40], moments: 2 },
  { family: "halfT", p: [400, 1], moments: 2 },
  { family: "halfCauchy", p: [1], moments: 0 },
  { family: "halfCauchy", p: [25], moments: 0 },
  { family: "halfNormal", p: [3], moments: 2 },
  { family: "exponential", p: [0.2], moments: 2 },
  { family: "uniform", p: [-2, 5], moments: 2 },
  { family: "gamma", p: [0.4, 3], moments: 2 },
  { family: "gamma", p: [20, 0.5], moments: 2 },
  { family: "chiSquared", p: [3], moments: 2 },
  { family: "lognormal", p: [1, 0.25], moments: 2, wrong: [1, 1.15] },
  { family: "logistic", p: [-1, 2], moments: 2 },
  { family: "doubleExponential", p: [1, 2], moments: 2 },
  { family: "studentT", p: [1, 2, 3], moments: 1, wrong: [1, 1.05] },
  { family: "studentT", p: [0, 1, 30], moments: 2, wrong: [1, 1.05] },
  { family: "weibull", p: [1.7, 2], moments: 2, wrong: [0, 1.05] },
  { family: "generalizedGamma", p: [2, 0.3, 1.5], moments: 2 },
  { family: "pareto", p: [9, 2], moments: 2 },
  { family: "pareto", p: [0.5, 2], moments: 0 },
  { family: "beta", p: [0.4, 0.7], moments: 2, wrong: [1, 1.1] },
  { family: "beta", p: [3, 8], moments: 2 },
  { family: "fDistribution", p: [6, 12], moments: 1, wrong: [1, 1.5] },
  { family: "scaledGamma", p: [2, 3], moments: 0, wrong: [0, 1.1] },
]
const named = CONTINUOUS.map((c) => [`${c.family}(${c.p.join(", ")})`, c] as const)

describe("scalar families against R", () => {
  it("have R's log density and cdf, also far in the tails", () => {
    expect(oracle.scalar.length).toBeGreaterThan(100)
    for (const { family, p, x, logDensity, cdf } of oracle.scalar) {
      const expected = Number(logDensity)
      const where = `${family}(${p.join(", ")}) at ${x}`
      const density = scalar(family).logDensity(x, p)
      if (Number.isFinite(expected))
        expect(Math.abs(density - expected), where).toBeLessThan(1e-11 * Math.max(1, Math.abs(expected)))
      else expect(density, where).toBe(expected)
      expect(Math.abs(scalar(family).cdf(x, p) - cdf), where).toBeLessThanOrEqual(
        1e-12 * Math.max(cdf, 1e-290),
      )
    }
  })
})

describe.each(named)("%s", (_, { family, p, moments, wrong: [off, factor] = [p.length - 1, 1.05] }) => {
  const distribution = scalar(family)

  it("has a quantile that inverts the cdf, a survival function that is its complement", () => {
    for (const q of [1e-9, 0.03, 0.5, 0.97, 1 - 1e-9]) {
      const x = distribution.quantile!(q, p)
      expect(Math.abs(distribution.cdf(x, p) - q)).toBeLessThan(1e-12)
      expect(Math.abs(distribution.survival!(x, p) - (1 - q))).toBeLessThan(1e-12)
    }
    const { lower, upper } = distribution.support(p)
    expect(distribution.quantile!(0, p)).toBe(lower)
    expect(distribution.quantile!(1, p)).toBe(upper)
    expect(distribution.quantile!(1.1, p)).toBeNaN()
    expect(distribution.quantile!(-0.1, p)).toBeNaN()
  })

  it("has a density that integrates to one and is the derivative of the cdf", () => {
    const defect = densityDefect(
      (x) => distribution.logDensity(x, p),
      (x) => distribution.cdf(x, p),
      distribution.support(p),
    )
    expect(defect).toBeLessThan(1e-11)
  })

  it("is what `sample` draws", () => {
    const stream = streamFor("families", 0, `${family} ${p.join()}`)
    const draws = collect(() => distribution.sample(stream, p))
    expect(fits(testFit(draws, (x) => distribution.cdf(x, p)))).toBe(true)
    const mean = distribution.mean(p)
    const variance = distribution.variance(p)
    if (moments >= 1) expect(Math.abs(meanDeviation(draws, mean, variance))).toBeLessThan(MCSE_LIMIT)
    if (moments >= 2) expect(Math.abs(varianceDeviation(draws, mean, variance))).toBeLessThan(MCSE_LIMIT)
  })

  it("is told from its neighbour: draws with a parameter some per cent off are rejected", () => {
    const wrong = p.map((value, k) => (k === off ? factor * value : value))
    const stream = streamFor("families", 0, `${family} ${p.join()} wrong`)
    const draws = collect(() => distribution.sample(stream, wrong))
    const inside = draws.map((x) =>
      Math.min(Math.max(x, distribution.support(p).lower), distribution.support(p).upper),
    )
    expect(fits(testFit(inside, (x) => distribution.cdf(x, p)))).toBe(false)
  })

  it("is −Infinity outside its support, 0 or 1 in cdf there, NaN at NaN", () => {
    const { lower, upper } = distribution.support(p)
    expect(distribution.logDensity(NaN, p)).toBeNaN()
    expect(distribution.cdf(NaN, p)).toBeNaN()
    expect(distribution.logDensity(Infinity, p)).toBe(-Infinity)
    expect(distribution.logDensity(-Infinity, p)).toBe(-Infinity)
    expect([distribution.cdf(-Infinity, p), distribution.cdf(Infinity, p)]).toEqual([0, 1])
    if (lower > -Infinity) {
      expect(distribution.logDensity(lower - 1e-9, p)).toBe(-Infinity)
      expect(distribution.cdf(lower - 1e-9, p)).toBe(0)
    }
    if (upper < Infinity) {
      expect(distribution.logDensity(upper + 1e-9, p)).toBe(-Infinity)
      expect(distribution.cdf(upper + 1e-9, p)).toBe(1)
    }
  })
})

describe("moments that do not exist", () => {
  it.each([
    ["inverseGamma", [1, 1], Infinity, NaN],
    ["inverseGamma", [2, 3], 3, Infinity],
    ["inverseGamma", [4, 3], 1, 0.5],
    ["halfT", [1, 1], Infinity, NaN],
    ["halfT", [2, 3], 3 * Math.SQRT2, Infinity],
    ["halfCauchy", [1], Infinity, NaN],
    ["flat", [], NaN, NaN],
  ] as const)("%s(%j) has mean %d and variance %d", (family, p, mean, variance) => {
    const found = [scalar(family).mean(p), scalar(family).variance(p)]
    for (const [k, expected] of [mean, variance].entries()) {
      if (Number.isFinite(expected)) expect(found[k]).toBeCloseTo(expected, 12)
      else expect(found[k]).toBe(expected)
    }
  })

  it("halfT with one degree of freedom is halfCauchy", () => {
    for (const x of [1e-5, 0.4, 3, 1e4]) {
      expect(scalar("halfT").logDensity(x, [1, 2])).toBeCloseTo(scalar("halfCauchy").logDensity(x, [2]), 12)
      expect(scalar("halfT").cdf(x, [1, 2])).toBeCloseTo(scalar("halfCauchy").cdf(x, [2]), 12)
    }
  })
})

describe("flat and fixed", () => {
  const stream = streamFor("flat", 0, "test")

  it("flat has density 1 everywhere and says that it cannot be sampled", () => {
    expect(scalar("flat").isProper).toBe(false)
    expect(scalar("flat").logDensity(1e9, [])).toBe(0)
    expect(scalar("flat").logDensity(NaN, [])).toBeNaN()
    expect(() => scalar("flat").sample(stream, [])).toThrow(ModelError)
    expect(() => scalar("flat").sample(stream, [])).toThrow("flat() is improper and cannot be sampled")
    expect(scalar("flat").cdf(0, [])).toBeNaN()
  })

  it("fixed is a point", () => {
    const fixed = scalar("fixed")
    expect([fixed.logDensity(2, [2]), fixed.logDensity(2.1, [2])]).toEqual([0, -Infinity])
    expect(fixed.logDensity(NaN, [2])).toBeNaN()
    expect([fixed.cdf(1.9, [2]), fixed.cdf(2, [2])]).toEqual([0, 1])
    expect([fixed.sample(stream, [2]), fixed.mean([2]), fixed.variance([2])]).toEqual([2, 2, 0])
    expect(fixed.support([2])).toEqual({ lower: 2, upper: 2 })
  })
})

describe("every scalar family", () => {
  it("is covered by a case here", () => {
    const covered = new Set([...CONTINUOUS.map((c) => c.family), "flat", "fixed"])
    const all = distributions
      .filter((d) => d.kind === "scalar" && d.direct !== undefined && (!d.discrete || d.name === "fixed"))
      .map((d) => d.name)
    expect(all.filter((name) => !covered.has(name))).toEqual([])
    for (const { family, p } of CONTINUOUS) expect(() => validateParameters(scalar(family), p)).not.toThrow()
  })
})
