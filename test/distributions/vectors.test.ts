import { describe, expect, it } from "vitest"
import type { MatrixDistribution, ScalarDistribution } from "../../src/distributions/distribution.ts"
import { lookupDistribution, validateParameters } from "../../src/distributions/registry.ts"
import { streamFor } from "../../src/random/stream.ts"
import { fits, integrate, MCSE_LIMIT, meanDeviation, testFit } from "../kit/goodness-of-fit.ts"

function vector(name: string): MatrixDistribution {
  const found = lookupDistribution(name)
  if (found.kind === "scalar") throw new Error(name)
  return found
}
function scalar(name: string): ScalarDistribution {
  const found = lookupDistribution(name)
  if (found.kind !== "scalar") throw new Error(name)
  return found
}

const N = 40_000

/** N draws, and a way to take one number of each. */
function drawsOf(name: string, q: number, p: readonly number[]) {
  const d = vector(name)
  validateParameters(d, p, q)
  const size = d.kind === "vector" ? q : q * q
  const stream = streamFor("vectors", 0, `${name} ${q}`)
  const all = new Float64Array(N * size)
  for (let k = 0; k < N; k++) d.sample(stream, q, p, all.subarray(k * size, (k + 1) * size))
  return (take: (x: Float64Array) => number): Float64Array =>
    Float64Array.from({ length: N }, (_, k) => take(all.subarray(k * size, (k + 1) * size)))
}

const expectMarginal = (
  values: Float64Array,
  name: string,
  p: readonly number[],
  wrong: readonly number[],
): void => {
  expect(fits(testFit(values, (x) => scalar(name).cdf(x, p)))).toBe(true)
  expect(fits(testFit(values, (x) => scalar(name).cdf(x, wrong)))).toBe(false)
}

describe("dirichlet", () => {
  it("has beta marginals, also of tiny concentrations, and structural zeros", () => {
    const p = [0.5, 0, 2, 0.01]
    const take = drawsOf("dirichlet", 4, p)
    expectMarginal(
      take((x) => x[0]!),
      "beta",
      [0.5, 2.01],
      [0.5, 2.3],
    )
    expectMarginal(
      take((x) => x[2]!),
      "beta",
      [2, 0.51],
      [2.2, 0.51],
    )
    expect(take((x) => x[1]!).every((x) => x === 0)).toBe(true)
    expect(take((x) => x[0]! + x[2]! + x[3]!).every((x) => Math.abs(x - 1) < 1e-14)).toBe(true)
    const mean = vector("dirichlet").mean(4, p)
    p.forEach((alpha, k) => {
      expect(mean[k]).toBeCloseTo(alpha / 2.51, 14)
    })
  })

  it("is −Infinity off the simplex and at a structural zero that is not 0", () => {
    const density = (x: number[], p: number[]) =>
      vector("dirichlet").logDensity(Float64Array.from(x), x.length, p)
    expect(density([0.3, 0.6], [1, 1])).toBe(-Infinity)
    expect(density([-0.3, 1.3], [1, 1])).toBe(-Infinity)
    expect(density([0.3, 0.7, 0], [1, 1, 0])).toBe(0)
    expect(density([0.3, 0.6, 0.1], [1, 1, 0])).toBe(-Infinity)
    expect(density([0.3, 0.7], [-1, 1])).toBeNaN()
  })
})

describe("multinomial", () => {
  it("has binomial marginals, sums and none where there is no probability", () => {
    const p = [30, 2, 0, 5, 3]
    const take = drawsOf("multinomial", 4, p)
    expect(take((x) => x[0]! + x[1]! + x[2]! + x[3]!).every((x) => x === 30)).toBe(true)
    expect(take((x) => x[1]!).every((x) => x === 0)).toBe(true)
    for (const [k, share] of [
      [0, 0.2],
      [2, 0.5],
      [3, 0.3],
    ] as const) {
      const values = take((x) => x[k]!)
      const [mean, variance] = [30 * share, 30 * share * (1 - share)]
      expect(Math.abs(meanDeviation(values, mean, variance))).toBeLessThan(MCSE_LIMIT)
      const squares = values.map((x) => (x - mean) ** 2)
      const spread = squares.reduce((sum, x) => sum + (x - variance) ** 2, 0) / N
      expect(Math.abs(meanDeviation(squares, variance, spread))).toBeLessThan(MCSE_LIMIT)
      expect(Math.abs(meanDeviation(values, mean * 1.02, variance))).toBeGreaterThan(MCSE_LIMIT)
    }
    expect(Array.from(vector("multinomial").mean(4, p))).toEqual([6, 0, 15, 9])
  })

  it("has masses that sum to one", () => {
    let sum = 0
    for (let i = 0; i <= 4; i++)
      for (let j = 0; i + j <= 4; j++)
        sum += Math.exp(vector("multinomial").logDensity(Float64Array.of(i, j, 4 - i - j), 3, [4, 1, 3, 2]))
    expect(sum).toBeCloseTo(1, 13)
  })
})

describe("wishart", () => {
  it("has χ² linear forms with the mean stated, and is a gamma for q = 1", () => {
    const p = [5.5, 3, 1, 1, 2]
    const take = drawsOf("wishart", 2, p)
    // a' X a ~ Gamma(df / 2, rate 1 / (2 a' S a)).
    for (const [a, b] of [
      [1, 0],
      [1, -2],
    ] as const) {
      const form = 3 * a * a + 2 * a * b + 2 * b * b
      const values = take((x) => a * a * x[0]! + 2 * a * b * x[1]! + b * b * x[3]!)
      expectMarginal(values, "gamma", [2.75, 0.5 / form], [2.75, 0.525 / form])
    }
    expect(Array.from(vector("wishart").mean(2, p))).toEqual([16.5, 5.5, 5.5, 11])
    expect(vector("wishart").logDensity(Float64Array.of(0.7), 1, [3, 2])).toBeCloseTo(
      scalar("gamma").logDensity(0.7, [1.5, 0.25]),
      13,
    )
    expect(vector("wishart").logDensity(Float64Array.of(1, 2, 2, 1), 2, [3, 1, 0, 0, 1])).toBe(-Infinity)
  })
})

describe("scaledWishart", () => {
  it("is the precision of huangWand: its density with the Jacobian, half-t sds in its draws", () => {
    const p = [3, 1, 2]
    const x = Float64Array.of(2, 0.5, 0.5, 1)
    const inverse = Float64Array.of(1 / 1.75, -0.5 / 1.75, -0.5 / 1.75, 2 / 1.75)
    expect(vector("scaledWishart").logDensity(x, 2, p)).toBeCloseTo(
      vector("huangWand").logDensity(inverse, 2, p) - 3 * Math.log(1.75),
      12,
    )
    const take = drawsOf("scaledWishart", 2, p)
    const sds = take((m) => Math.sqrt(m[0]! / (m[0]! * m[3]! - m[1]! * m[2]!)))
    expectMarginal(sds, "halfT", [3, 2], [3, 2.1])
    expect(vector("scaledWishart").logDensity(Float64Array.of(0.7), 1, [3, 2])).toBeCloseTo(
      scalar("scaledGamma").logDensity(0.7, [2, 3]),
      12,
    )
  })
})

describe("multivariateT", () => {
  it("has t marginals of its linear forms", () => {
    const p = [1, -2, 4, 1.5, 1.5, 2, 5]
    const take = drawsOf("multivariateT", 2, p)
    for (const [a, b] of [
      [1, 0],
      [1, -2],
    ] as const) {
      const scale = Math.sqrt(4 * a * a + 3 * a * b + 2 * b * b)
      const values = take((x) => a * x[0]! + b * x[1]!)
      expectMarginal(values, "studentT", [a - 2 * b, scale, 5], [a - 2 * b, 1.06 * scale, 5])
    }
    expect(vector("multivariateT").logDensity(Float64Array.of(3), 1, [1, 4, 5])).toBeCloseTo(
      scalar("studentT").logDensity(3, [1, 2, 5]),
      13,
    )
    expect(vector("multivariateT").logDensity(Float64Array.of(3, 1), 2, [1, 1, 1, 2, 2, 1, 5])).toBe(
      -Infinity,
    )
  })
})

describe("lkj", () => {
  it.each([1, 3])("has beta correlations, all alike, eta = %d, q = 4", (eta) => {
    const take = drawsOf("lkj", 4, [eta])
    const shape = eta + 1
    for (const at of [4, 14]) {
      const values = take((x) => 0.5 * (1 + x[at]!))
      expectMarginal(values, "beta", [shape, shape], [1.1 * shape, 1.1 * shape])
    }
    expect(take((x) => x[0]! + x[5]! + x[10]! + x[15]!).every((sum) => sum === 4)).toBe(true)
  })

  it("has a density that integrates to one, q = 3", () => {
    for (const eta of [1, 2.5]) {
      const density = (a: number, b: number, c: number) =>
        Math.exp(vector("lkj").logDensity(Float64Array.of(1, a, b, a, 1, c, b, c, 1), 3, [eta]))
      let sum = 0
      const n = 20
      // Midpoints in a and b; c runs over where the matrix is positive definite.
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          const a = Math.cos((Math.PI * (i + 0.5)) / n)
          const b = Math.cos((Math.PI * (j + 0.5)) / n)
          const half = Math.sqrt((1 - a * a) * (1 - b * b))
          const inner = integrate((c) => density(a, b, c), a * b - half, a * b + half)
          sum += (Math.PI / n) ** 2 * Math.sqrt((1 - a * a) * (1 - b * b)) * inner
        }
      expect(Math.abs(sum - 1)).toBeLessThan(eta === 1 ? 5e-3 : 1e-5)
    }
  })

  it("is −Infinity for what is no correlation matrix", () => {
    expect(vector("lkj").logDensity(Float64Array.of(1, 1.2, 1.2, 1), 2, [1])).toBe(-Infinity)
    expect(vector("lkj").logDensity(Float64Array.of(2, 0, 0, 1), 2, [1])).toBe(-Infinity)
  })
})
