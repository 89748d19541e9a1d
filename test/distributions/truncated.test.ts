import { describe, expect, it } from "vitest"
import type { ScalarFunctions } from "../../src/distributions/distribution.ts"
import { lookupDistribution } from "../../src/distributions/registry.ts"
import { logMassBetween, sampleTruncated } from "../../src/distributions/truncated.ts"
import { streamFor } from "../../src/random/stream.ts"
import { collect, fits, integrate, testFit } from "../kit/goodness-of-fit.ts"

function directOf(name: string): { f: ScalarFunctions; discrete: boolean } {
  const found = lookupDistribution(name)
  if (found.kind !== "scalar" || found.direct === undefined) throw new Error(name)
  return { f: found.direct, discrete: found.discrete }
}

const CASES = [
  ["normal", [0, 1], -0.5, 2],
  ["normal", [0, 1], 6, Infinity],
  ["normal", [0, 1], -9, -7],
  ["normal", [0, 1], 40, 41],
  ["gamma", [2, 3], 0.1, 0.2],
  ["gamma", [2, 3], 8, Infinity],
  ["gamma", [0.3, 3], -Infinity, 1e-6],
  ["beta", [2, 5], 0.9, 0.95],
  ["lognormal", [0, 1], 30, 60],
  ["studentT", [0, 1, 3], -60, -20],
  ["studentT", [0, 1, 3], 0.2, 0.3],
  ["exponential", [2], 300, 301],
  ["weibull", [1.5, 2], 20, Infinity],
  ["logistic", [0, 1], 700, Infinity],
  ["doubleExponential", [0, 1], -Infinity, -800],
  ["uniform", [0, 10], 2, 2.5],
  ["inverseGamma", [2, 3], 100, 200],
] as const

describe.each(CASES)("%s(%j) between %d and %d", (family, p, lower, upper) => {
  const { f, discrete } = directOf(family)
  const [a, b, c] = [p[0], p[1] ?? 0, p[2] ?? 0]
  const logMass = logMassBetween(f, discrete, lower, upper, a, b, c, 0)
  const inside = (x: number) => Math.exp(f.logDensity(x, a, b, c, 0) - logMass)
  // Where the density has fallen to nothing: an end of the interval that stands for an infinite one.
  const start = Math.max(lower, f.lower(a, b, c, 0))
  const width = family === "logistic" || family === "doubleExponential" ? 60 : family === "weibull" ? 3 : 10
  const from = start === -Infinity ? upper - width : start
  const to = upper === Infinity ? lower + width : upper

  it("has a density that integrates to one, and draws of it", () => {
    expect(Math.abs(integrate(inside, from, to) - 1)).toBeLessThan(1e-8)
    const stream = streamFor("truncated", 0, `${family} ${lower}`)
    const draws = collect(() => sampleTruncated(stream, f, discrete, lower, upper, a, b, c, 0), 1000)
    expect(draws.every((x) => x >= lower && x <= upper)).toBe(true)
    const grid = Array.from({ length: 65 }, (_, k) => from + ((to - from) * k) / 64)
    const cumulated = [0]
    for (let k = 1; k < 65; k++) cumulated.push(cumulated[k - 1]! + integrate(inside, grid[k - 1]!, grid[k]!))
    // Uniform where the draws follow the density; inside a cell by its own integral.
    const cdf = (x: number) => {
      const k = Math.min(63, Math.max(0, Math.floor(((x - from) / (to - from)) * 64)))
      const part = x <= grid[k]! ? 0 : integrate(inside, grid[k]!, Math.min(x, to))
      return Math.min(1, cumulated[k]! + part)
    }
    const places = draws.map(cdf)
    expect(fits(testFit(places, (u) => u))).toBe(true)
    expect(fits(testFit(places, (u) => u ** 1.4))).toBe(false)
  })
})

describe("truncated integers", () => {
  const { f, discrete } = directOf("poisson")
  it.each([
    [2, 6],
    [12, 14],
    [1.5, 1.9],
    [25, Infinity],
    [-Infinity, 0],
  ] as const)("poisson(4) between %d and %d", (lower, upper) => {
    let mass = 0
    for (let x = Math.max(0, Math.ceil(lower)); x <= Math.min(upper, 100); x++)
      mass += Math.exp(f.logDensity(x, 4, 0, 0, 0))
    const found = logMassBetween(f, discrete, lower, upper, 4, 0, 0, 0)
    if (mass === 0) expect(found).toBe(-Infinity)
    else expect(Math.abs(found - Math.log(mass))).toBeLessThan(1e-11)
    const stream = streamFor("truncated Poisson", 0, `${lower}`)
    const n = 20_000
    const counts = new Map<number, number>()
    for (let k = 0; k < n; k++) {
      const x = sampleTruncated(stream, f, discrete, lower, upper, 4, 0, 0, 0)
      counts.set(x, (counts.get(x) ?? 0) + 1)
    }
    if (mass === 0) return expect([...counts.keys()]).toEqual([NaN])
    for (const [x, count] of counts) {
      const share = Math.exp(f.logDensity(x, 4, 0, 0, 0)) / mass
      expect(x >= lower && x <= upper).toBe(true)
      expect(Math.abs(count - n * share)).toBeLessThan(4.9 * Math.sqrt(n * share * (1 - share)) + 3)
    }
  })

  it("an interval without mass has no draws; one of a single point is that point", () => {
    const stream = streamFor("no mass", 0, "test")
    const { f: gamma } = directOf("gamma")
    expect(sampleTruncated(stream, gamma, false, -2, -1, 2, 3, 0, 0)).toBeNaN()
    expect(sampleTruncated(stream, gamma, false, 2, 1, 2, 3, 0, 0)).toBeNaN()
    expect(sampleTruncated(stream, gamma, false, 0.4, 0.4, 2, 3, 0, 0)).toBe(0.4)
    expect(logMassBetween(gamma, false, -1, Infinity, 2, 3, 0, 0)).toBe(0)
  })
})
