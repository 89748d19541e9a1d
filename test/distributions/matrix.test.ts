import { describe, expect, it } from "vitest"
import { InternalError } from "../../src/core/errors.ts"
import type { MatrixDistribution, ScalarDistribution } from "../../src/distributions/distribution.ts"
import { distributions, lookupDistribution, validateParameters } from "../../src/distributions/registry.ts"
import { drawInverseGamma } from "../../src/random/inverse-gamma.ts"
import { streamFor } from "../../src/random/stream.ts"
import { fits, MCSE_LIMIT, meanDeviation, testFit } from "../kit/goodness-of-fit.ts"
import oracle from "../oracle/densities.json" with { type: "json" }

function matrix(name: string): MatrixDistribution {
  const found = lookupDistribution(name)
  if (found.kind === "scalar") throw new Error(`${name} is scalar`)
  return found
}
function scalar(name: string): ScalarDistribution {
  const found = lookupDistribution(name)
  if (found.kind !== "scalar") throw new Error(`${name} is not scalar`)
  return found
}

const N = 50_000

/** N draws, and a way to take one number of each. */
function drawsOf(name: string, q: number, p: readonly number[], purpose: string) {
  const distribution = matrix(name)
  validateParameters(distribution, p, q)
  const size = distribution.kind === "vector" ? q : q * q
  const stream = streamFor("matrix families", 0, purpose)
  const all = new Float64Array(N * size)
  for (let k = 0; k < N; k++) distribution.sample(stream, q, p, all.subarray(k * size, (k + 1) * size))
  return (take: (x: Float64Array) => number): Float64Array =>
    Float64Array.from({ length: N }, (_, k) => take(all.subarray(k * size, (k + 1) * size)))
}

/** Trapezoidal sum over the whole line: exponentially accurate for these analytic, decaying integrands. */
function overLine(f: (t: number) => number, limit: number, step = 0.4): number {
  let sum = 0
  for (let k = -Math.round(limit / step); k * step <= limit; k++) sum += f(k * step)
  return sum * step
}

describe("matrix families against R", () => {
  it("have the log density that eigenvalues give, q = 1 … 4", () => {
    expect(oracle.matrix).toHaveLength(16)
    for (const { family, q, p, x, logDensity } of oracle.matrix) {
      const found = matrix(family).logDensity(Float64Array.from(x), q, p)
      expect(Math.abs(found - logDensity), `${family}, q = ${q}`).toBeLessThan(
        1e-10 * Math.max(1, Math.abs(logDensity)),
      )
    }
  })
})

describe("inverseWishart", () => {
  it("is an inverse-gamma for q = 1", () => {
    for (const x of [0.01, 0.7, 40])
      expect(matrix("inverseWishart").logDensity(Float64Array.of(x), 1, [3, 5])).toBeCloseTo(
        scalar("inverseGamma").logDensity(x, [1.5, 2.5]),
        12,
      )
  })

  it("has −Infinity for a matrix that is not positive definite, and reads the lower triangle alone", () => {
    const p = [4, 1, 0, 0, 1]
    const density = (x: number[]) => matrix("inverseWishart").logDensity(Float64Array.from(x), 2, p)
    expect(density([1, 2, 2, 1])).toBe(-Infinity)
    expect(density([-1, 0, 0, 1])).toBe(-Infinity)
    expect(density([2, NaN, 0.5, 1])).toBe(density([2, 0.5, 0.5, 1]))
    expect(matrix("inverseWishart").logDensity(Float64Array.of(-1), 1, [4, 1])).toBe(-Infinity)
  })

  it("draws what it says: mean and marginals", () => {
    const p = [9, 3, 1, 1, 2]
    const take = drawsOf("inverseWishart", 2, p, "inverse Wishart")
    const mean = matrix("inverseWishart").mean(2, p)
    expect(Array.from(mean)).toEqual([0.5, 1 / 6, 1 / 6, 1 / 3])
    for (const [i, diagonal] of [
      [0, 3],
      [3, 2],
    ] as const) {
      const values = take((x) => x[i]!)
      // Σ_ii ~ InverseGamma((df − q + 1) / 2, S_ii / 2).
      const marginal = [4, diagonal / 2]
      expect(fits(testFit(values, (x) => scalar("inverseGamma").cdf(x, marginal)))).toBe(true)
      expect(
        Math.abs(meanDeviation(values, mean[i]!, scalar("inverseGamma").variance(marginal))),
      ).toBeLessThan(MCSE_LIMIT)
    }
    expect(matrix("inverseWishart").mean(2, [3, 1, 0, 0, 1])).toEqual(new Float64Array(4).fill(NaN))
  })

  it("says that it is our defect when sampled with parameters that no one checked", () => {
    const stream = streamFor(1, 0, "defect")
    const out = new Float64Array(4)
    expect(() => matrix("inverseWishart").sample(stream, 2, [5, 1, 2, 2, 1], out)).toThrow(InternalError)
    expect(() => matrix("huangWand").sample(stream, 2, [NaN, 1, 1], out)).toThrow(InternalError)
  })
})

describe("multivariateNormal", () => {
  it("draws linear forms that are normal, and has their log density for q = 1", () => {
    const p = [1, -2, 4, 1.5, 1.5, 2]
    const take = drawsOf("multivariateNormal", 2, p, "mvn")
    for (const [a, b] of [
      [1, 0],
      [0, 1],
      [1, -2],
    ] as const) {
      const marginal = [a - 2 * b, 4 * a * a + 3 * a * b + 2 * b * b]
      const values = take((x) => a * x[0]! + b * x[1]!)
      expect(fits(testFit(values, (x) => scalar("normal").cdf(x, marginal)))).toBe(true)
    }
    expect(Array.from(matrix("multivariateNormal").mean(2, p))).toEqual([1, -2])
    expect(matrix("multivariateNormal").logDensity(Float64Array.of(3), 1, [1, 4])).toBeCloseTo(
      scalar("normal").logDensity(3, [1, 4]),
      13,
    )
  })
})

describe("huangWand", () => {
  const huangWand = matrix("huangWand")
  /** Density of a variance v whose root is HalfT(df, scale). */
  const varianceDensity = (v: number, df: number, scale: number) =>
    Math.exp(scalar("halfT").logDensity(Math.sqrt(v), [df, scale])) / (2 * Math.sqrt(v))

  it("is the variance of a half-t sd for q = 1", () => {
    for (const df of [0.5, 2, 7])
      for (const v of [1e-6, 0.3, 5, 1e4])
        expect(huangWand.logDensity(Float64Array.of(v), 1, [df, 2.5])).toBeCloseTo(
          Math.log(varianceDensity(v, df, 2.5)),
          11,
        )
  })

  /** Density of (log v1, log v2, atanh ρ), q = 2. */
  const transformed = (s1: number, s2: number, t: number, p: readonly number[]) => {
    const v1 = Math.exp(s1)
    const v2 = Math.exp(s2)
    const root = Math.sqrt(v1 * v2)
    const rho = Math.tanh(t)
    const density = huangWand.logDensity(Float64Array.of(v1, rho * root, rho * root, v2), 2, p)
    return Math.exp(density) * v1 * v2 * root * (1 - rho * rho)
  }

  it.each([2, 5])("df %d, q = 2: integrating out one sd and the correlation leaves a half-t sd", (df) => {
    const p = [df, 1.5, 0.4]
    for (const v of [0.01, 2, 30]) {
      const marginal =
        overLine((s2) => overLine((t) => transformed(Math.log(v), s2, t, p), 12, 0.15), 50, 0.25) / v
      expect(marginal / varianceDensity(v, df, 1.5)).toBeCloseTo(1, 8)
    }
  })

  it.each([2, 5])("df %d, q = 2: the correlation has density ∝ (1 − ρ²)^(df / 2 − 1)", (df) => {
    const p = [df, 1.5, 0.4]
    // Beta(df / 2, df / 2) on (−1, 1): 1/2 for df = 2, 8 / (3 π)-normalised for df = 5.
    const normaliser = df === 2 ? 0.5 : 8 / (3 * Math.PI)
    for (const rho of [-0.9, 0, 0.5]) {
      const t = Math.atanh(rho)
      const marginal = overLine((s1) => overLine((s2) => transformed(s1, s2, t, p), 50), 50) / (1 - rho * rho)
      expect(marginal / (normaliser * (1 - rho * rho) ** (df / 2 - 1))).toBeCloseTo(1, 8)
    }
  })

  it("is the mean over a of InverseWishart(Σ | a), q = 3", () => {
    const p = [3, 1, 2, 0.5]
    const sigma = Float64Array.of(1.2, 0.3, -0.1, 0.3, 2.5, 0.2, -0.1, 0.2, 0.4)
    const expected = Math.exp(huangWand.logDensity(sigma, 3, p))
    const stream = streamFor("huang-wand mixture", 0, "test")
    const values = new Float64Array(40_000)
    for (let k = 0; k < values.length; k++) {
      const scale = new Array<number>(9).fill(0)
      for (let i = 0; i < 3; i++) scale[4 * i] = 6 / drawInverseGamma(stream, 0.5, 1 / p[i + 1]! ** 2)
      values[k] = Math.exp(matrix("inverseWishart").logDensity(sigma, 3, [5, ...scale]))
    }
    const variance = values.reduce((sum, x) => sum + (x - expected) ** 2, 0) / values.length
    expect(Math.abs(meanDeviation(values, expected, variance))).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(meanDeviation(values, 1.1 * expected, variance))).toBeGreaterThan(MCSE_LIMIT)
  })

  it.each([1, 2, 3])("draws half-t sds and the stated correlations, q = %d", (q) => {
    const df = 2
    const scales = [1, 2, 0.5].slice(0, q)
    const take = drawsOf("huangWand", q, [df, ...scales], `huang-wand ${q}`)
    scales.forEach((scale, i) => {
      const sds = take((x) => Math.sqrt(x[i * q + i]!))
      expect(fits(testFit(sds, (x) => scalar("halfT").cdf(x, [df, scale])))).toBe(true)
      expect(fits(testFit(sds, (x) => scalar("halfT").cdf(x, [df, 1.05 * scale])))).toBe(false)
      for (let j = 0; j < i; j++) {
        const rho = take((x) => x[i * q + j]! / Math.sqrt(x[i * q + i]! * x[j * q + j]!))
        expect(fits(testFit(rho, (r) => Math.min(1, Math.max(0, (1 + r) / 2))))).toBe(true)
      }
    })
  })

  it("has the mean of its half-t variances, NaN where there is none", () => {
    expect(Array.from(huangWand.mean(2, [4, 1, 3]))).toEqual([2, 0, 0, 18])
    expect(Array.from(huangWand.mean(2, [2, 1, 3]))).toEqual([NaN, NaN, NaN, NaN])
    expect(huangWand.logDensity(Float64Array.of(1, 2, 2, 1), 2, [2, 1, 1])).toBe(-Infinity)
  })
})

describe("every matrix family", () => {
  it("is covered here or in vectors.test.ts", () => {
    const all = distributions.filter((d) => d.kind !== "scalar").map((d) => d.name)
    const elsewhere = ["dirichlet", "lkj", "multinomial", "multivariateT", "scaledWishart", "wishart"]
    expect(all.sort()).toEqual([...elsewhere, "huangWand", "inverseWishart", "multivariateNormal"].sort())
  })
})
