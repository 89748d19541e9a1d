import { describe, expect, it } from "vitest"
import type { ScalarDistribution } from "../../src/distributions/distribution.ts"
import { distributions, lookupDistribution, validateParameters } from "../../src/distributions/registry.ts"
import { streamFor } from "../../src/random/stream.ts"
import {
  collect,
  fits,
  MCSE_LIMIT,
  meanDeviation,
  testFit,
  varianceDeviation,
} from "../kit/goodness-of-fit.ts"

function scalar(name: string): ScalarDistribution {
  const found = lookupDistribution(name)
  if (found.kind !== "scalar") throw new Error(`${name} is not scalar`)
  return found
}

/** Parameters, and the parameter and factor that draws must tell. */
const CASES = [
  { family: "bernoulli", p: [0.3], wrong: [0, 1.1] },
  { family: "binomial", p: [12, 0.35], wrong: [1, 1.05] },
  { family: "binomial", p: [80, 0.6], wrong: [1, 1.02] },
  { family: "binomial", p: [5000, 0.013], wrong: [1, 1.05] },
  { family: "betaBinomial", p: [2, 3, 20], wrong: [0, 1.1] },
  { family: "negativeBinomial", p: [0.3, 2.5], wrong: [1, 1.05] },
  { family: "poisson", p: [3.2], wrong: [0, 1.05] },
  { family: "poisson", p: [10.5], wrong: [0, 1.05] },
  { family: "poisson", p: [900], wrong: [0, 1.01] },
  { family: "geometric", p: [0.2], wrong: [0, 1.05] },
  { family: "hypergeometric", p: [30, 25, 20, 1], wrong: [3, 1.1] },
  { family: "hypergeometric", p: [30, 25, 20, 4], wrong: [3, 1.1] },
  { family: "discreteUniform", p: [-2, 5], wrong: [1, 1.2] },
  { family: "categorical", p: [2, 0, 5, 1, 0], wrong: [0, 1.1] },
  { family: "orderedLogit", p: [0.4, -1, 0.5, 3], wrong: [0, 1.5] },
  { family: "orderedProbit", p: [0.4, -1, 0.5, 3], wrong: [0, 1.2] },
] as const
const named = CASES.map((c) => [`${c.family}(${c.p.join(", ")})`, c] as const)

describe.each(named)("%s", (name, { family, p, wrong: [off, factor] }) => {
  const d = scalar(family)
  const draw = (parameters: readonly number[], purpose: string) => {
    const stream = streamFor("discrete families", 0, `${name} ${purpose}`)
    return collect(() => d.sample(stream, parameters))
  }
  /** Uniform for draws of the family: the cdf's step at x, split at random. */
  const spread = (draws: Float64Array): Float64Array => {
    const stream = streamFor("discrete families", 0, `${name} spread`)
    const steps = new Map<number, readonly [number, number]>()
    for (const x of new Set(draws)) steps.set(x, [1 - d.survival!(x, p), Math.exp(d.logDensity(x, p))])
    return draws.map((x) => steps.get(x)![0] - stream.uniform() * steps.get(x)![1])
  }
  const isUniform = (draws: Float64Array) => fits(testFit(spread(draws), (u) => Math.min(1, Math.max(0, u))))

  it("has masses that sum to the cdf, and to one", () => {
    const { lower, upper } = d.support(p)
    const end = Math.min(upper, Math.ceil(d.mean(p) + 60 * Math.sqrt(d.variance(p)) + 60))
    let sum = 0
    let mean = 0
    let square = 0
    for (let x = lower; x <= end; x++) {
      const mass = Math.exp(d.logDensity(x, p))
      sum += mass
      mean += mass * x
      square += mass * (x - d.mean(p)) ** 2
      expect(Math.abs(d.cdf(x, p) - sum)).toBeLessThan(1e-11)
      expect(Math.abs(d.survival!(x, p) - (1 - sum))).toBeLessThan(1e-11)
    }
    expect(Math.abs(sum - 1)).toBeLessThan(1e-11)
    expect(Math.abs(mean - d.mean(p))).toBeLessThan(1e-9 * Math.max(1, Math.abs(d.mean(p))))
    expect(Math.abs(square - d.variance(p))).toBeLessThan(1e-9 * Math.max(1, d.variance(p)))
  })

  it("is what `sample` draws, and not with a parameter off", () => {
    const draws = draw(p, "right")
    expect(draws.every((x) => Number.isInteger(x))).toBe(true)
    expect(isUniform(draws)).toBe(true)
    expect(Math.abs(meanDeviation(draws, d.mean(p), d.variance(p)))).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(varianceDeviation(draws, d.mean(p), d.variance(p)))).toBeLessThan(MCSE_LIMIT)
    const other = draw(
      p.map((value, k) => (k === off ? factor * value : value)),
      "wrong",
    )
    expect(isUniform(other)).toBe(false)
  })

  it("is −Infinity between and outside the integers of its support", () => {
    const { lower, upper } = d.support(p)
    const inside = Number.isFinite(upper) ? upper : lower + 3
    expect(d.logDensity(inside - 0.5, p)).toBe(-Infinity)
    expect(d.logDensity(lower - 1, p)).toBe(-Infinity)
    expect([d.cdf(lower - 1, p), d.survival!(lower - 1, p)]).toEqual([0, 1])
    if (upper < Infinity) expect(d.logDensity(upper + 1, p)).toBe(-Infinity)
    expect([d.cdf(Infinity, p), d.survival!(Infinity, p)]).toEqual([1, 0])
    expect(d.logDensity(NaN, p)).toBeNaN()
    expect(d.cdf(NaN, p)).toBeNaN()
    expect(d.cdf(inside + 0.5, p)).toBe(d.cdf(inside, p))
  })

  it("has a quantile that is the smallest x with at least that much mass up to it", () => {
    if (d.quantile === undefined) return
    for (const q of [1e-7, 0.2, 0.5, 0.9, 1 - 1e-7]) {
      const x = d.quantile(q, p)
      expect(d.cdf(x, p)).toBeGreaterThanOrEqual(q - 1e-13)
      expect(d.cdf(x - 1, p)).toBeLessThan(q + 1e-13)
    }
  })
})

describe("normalMixture", () => {
  const d = scalar("normalMixture")
  const p = [-1, 4, 0, 0.5, 2, 9, 3, 1, 0]

  it("is what `sample` draws, leaving out what has no weight", () => {
    const stream = streamFor("mixture", 0, "draws")
    const draws = collect(() => d.sample(stream, p))
    expect(fits(testFit(draws, (x) => d.cdf(x, p)))).toBe(true)
    expect(fits(testFit(draws, (x) => d.cdf(x, [-1, 4, 0, 0.5, 2, 9, 3, 1.1, 0])))).toBe(false)
    expect(Math.abs(meanDeviation(draws, d.mean(p), d.variance(p)))).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(varianceDeviation(draws, d.mean(p), d.variance(p)))).toBeLessThan(MCSE_LIMIT)
    expect(d.logDensity(0, [0, 0, 1, 1, 1, 1])).toBeCloseTo(-0.5 * Math.log(2 * Math.PI), 14)
  })
})

describe("every discrete family, and those with vectors as parameters", () => {
  it("is covered by a case here", () => {
    const all = distributions
      .filter((d) => d.kind === "scalar" && (d.discrete || d.direct === undefined) && d.name !== "fixed")
      .map((d) => d.name)
    const covered = new Set<string>([...CASES.map((c) => c.family), "normalMixture"])
    expect(all.filter((name) => !covered.has(name))).toEqual([])
    for (const { family, p } of CASES) {
      const vectors = scalar(family).parameters.filter((spec) => spec.shape === "vector").length
      const q = vectors === 0 ? 1 : p.length - (scalar(family).parameters.length - vectors)
      expect(() => validateParameters(scalar(family), p, q)).not.toThrow()
    }
  })
})

describe("masses of parameters on the edge", () => {
  it.each([
    ["binomial", 0, [10, 0], 0],
    ["binomial", 10, [10, 1], 0],
    ["binomial", 3, [10, 0], -Infinity],
    ["binomial", 0, [0, 0.4], 0],
    ["poisson", 0, [0], 0],
    ["poisson", 2, [0], -Infinity],
    ["bernoulli", 1, [1], 0],
    ["bernoulli", 0, [1], -Infinity],
    ["negativeBinomial", 0, [0.4, 0], 0],
    ["negativeBinomial", 2, [0.4, 0], -Infinity],
    ["negativeBinomial", 0, [1, 3], 0],
    ["negativeBinomial", 2, [1, 3], -Infinity],
    ["categorical", 2, [0, 3], 0],
    ["categorical", 1, [0, 3], -Infinity],
    ["hypergeometric", 4, [4, 0, 4, 1], 0],
    ["binomial", 3, [10, 1.2], NaN],
    ["binomial", 10, [10, 1.2], NaN],
    ["binomial", 3, [10.5, 0.2], NaN],
    ["poisson", 0, [-1], NaN],
    ["poisson", 0, [Infinity], NaN],
    ["bernoulli", 1, [1.5], NaN],
    ["negativeBinomial", 0, [0, 3], NaN],
    ["categorical", 1, [1, -1], NaN],
    ["categorical", 1, [0, 0], NaN],
    ["orderedLogit", 1, [0, 2, 1], NaN],
    ["gamma", 1, [-1, 2], NaN],
    ["gamma", 1, [1, -2], NaN],
    ["normal", 1, [0, -1], NaN],
    ["beta", 0.5, [0, 1], NaN],
    ["weibull", 1, [2, -1], NaN],
    ["studentT", 1, [0, -1, 3], NaN],
    ["doubleExponential", 1, [0, -1], NaN],
    ["logistic", 1, [0, -1], NaN],
    ["pareto", 3, [-1, 2], NaN],
    ["uniform", 1, [2, 0], NaN],
  ] as const)("%s at %d with %j is %d", (family, x, p, expected) => {
    expect(scalar(family).logDensity(x, p)).toBe(expected)
  })
})

describe("logLikelihood", () => {
  const POINTS: Readonly<Record<string, readonly [number, readonly number[], readonly number[]]>> = {
    normal: [1.3, [0, 2], [-1, 0.5]],
    lognormal: [1.3, [0, 2], [-1, 0.5]],
    gamma: [1.3, [2, 2], [0.5, 3]],
    chiSquared: [1.3, [2], [5]],
    inverseGamma: [1.3, [2, 2], [0.5, 3]],
    weibull: [1.3, [2, 2], [0.5, 3]],
    pareto: [1.3, [2, 1], [0.5, 0.3]],
    binomial: [3, [10, 0.3], [10, 0.8]],
    poisson: [3, [2], [7]],
    negativeBinomial: [3, [0.3, 2], [0.6, 3.3]],
    betaBinomial: [3, [2, 3, 10], [0.6, 3.3, 10]],
    bernoulli: [1, [0.3], [0.6]],
    beta: [0.3, [2, 3], [0.7, 0.9]],
    studentT: [0.3, [2, 3, 4], [0.7, 0.9, 8]],
  }

  it.each(Object.entries(POINTS))(
    "of %s differs from the log density by the same for all parameters",
    (family, point) => {
      const [x, first, second] = point
      const d = scalar(family)
      const gap = (p: readonly number[]) => d.logLikelihood!(x, p) - d.logDensity(x, p)
      expect(Math.abs(gap(first) - gap(second))).toBeLessThan(1e-13 * 20)
      expect(d.logDensity(x, first)).not.toBe(d.logDensity(x, second))
    },
  )

  it("excludes data that the parameters exclude, and takes 0 log 0 as 0", () => {
    expect(scalar("binomial").logLikelihood!(3, [2, 0.5])).toBe(-Infinity)
    expect(scalar("pareto").logLikelihood!(1, [2, 1.5])).toBe(-Infinity)
    expect(scalar("uniform").logLikelihood!(3, [0, 2])).toBe(-Infinity)
    expect(scalar("poisson").logLikelihood!(0, [0])).toBe(0)
    expect(scalar("binomial").logLikelihood!(0, [4, 0])).toBe(0)
    expect(scalar("binomial").logLikelihood!(1, [4, 0])).toBe(-Infinity)
  })
})
