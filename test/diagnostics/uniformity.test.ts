import { describe, expect, it } from "vitest"
import { OptionError } from "../../src/core/errors.ts"
import { testUniformity } from "../../src/diagnostics/uniformity.ts"
import { uniforms } from "./random.ts"

/** P(X ≤ c) and P(X ≥ c) by summing binomial coefficients. */
function twoSided(n: number, z: number, c: number): number {
  const choose = (k: number) =>
    Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((a, b) => a * b, 1)
  const pmf = Array.from({ length: n + 1 }, (_, k) => choose(k) * z ** k * (1 - z) ** (n - k))
  const add = (values: number[]) => values.reduce((a, b) => a + b, 0)
  return Math.min(1, 2 * Math.min(add(pmf.slice(0, c + 1)), add(pmf.slice(c))))
}

function scoreOf(ranks: readonly number[], values: number): number {
  let least = 1
  for (let point = 1; point < values; point++) {
    const count = ranks.filter((rank) => rank < point).length
    least = Math.min(least, twoSided(ranks.length, point / values, count))
  }
  return least
}

/** All sequences of n ranks. */
function* everything(n: number, values: number): Generator<number[]> {
  for (let code = 0; code < values ** n; code++) {
    yield Array.from({ length: n }, (_, i) => Math.floor(code / values ** i) % values)
  }
}

describe("the p-value of the distribution function", () => {
  it.each([
    [4, 4],
    [3, 6],
    [6, 3],
  ])("of %i ranks of %i values is the share of all outcomes as extreme", (n, values) => {
    const scores = [...everything(n, values)].map((ranks) => scoreOf(ranks, values))
    const seen = new Set<number>()
    for (const ranks of everything(n, values)) {
      const score = scoreOf(ranks, values)
      if (seen.has(Number(score.toPrecision(9)))) continue
      seen.add(Number(score.toPrecision(9)))
      const expected = scores.filter((other) => other <= score * (1 + 1e-9)).length / scores.length
      expect(testUniformity(Int32Array.from(ranks), values - 1).ecdfP).toBeCloseTo(expected, 9)
    }
    expect(seen.size).toBeGreaterThan(3)
  })
})

describe("uniform ranks and others", () => {
  const draw = (make: (u: number) => number, n = 500) => {
    const random = uniforms(7)
    return Int32Array.from({ length: n }, () => Math.floor(make(random()) * 100))
  }
  it("of uniform ranks neither test is alarmed", () => {
    const { chiSquareP, ecdfP, mean, dispersion, bins } = testUniformity(
      draw((u) => u),
      99,
    )
    expect(Math.min(chiSquareP, ecdfP)).toBeGreaterThan(0.01)
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / 500))
    expect(Math.abs(dispersion - 1)).toBeLessThan(5 * Math.sqrt(144 / 180 / 500))
    expect(bins).toBe(20)
  })
  it.each([
    ["a shift", (u: number) => u ** 1.5],
    ["heaps at the ends", (u: number) => 0.5 + 0.5 * Math.sign(u - 0.5) * Math.abs(2 * u - 1) ** 0.7],
    ["a heap in the middle", (u: number) => 0.5 + 0.5 * Math.sign(u - 0.5) * Math.abs(2 * u - 1) ** 1.4],
  ])("%s is seen", (_, make) => {
    expect(testUniformity(draw(make), 99).ecdfP).toBeLessThan(0.005)
  })
  it("χ² is Pearson's statistic, its cells as even as whole ranks allow", () => {
    const ranks = Int32Array.from([0, 0, 0, 1, 1, 2, 2, 2, 2, 2])
    // Two cells of three values: {0, 1} and {2}.
    const found = testUniformity(ranks, 2)
    expect(found.bins).toBe(2)
    const [first, second] = [20 / 3, 10 / 3]
    expect(found.chiSquare).toBeCloseTo((5 - first) ** 2 / first + (5 - second) ** 2 / second, 12)
  })
  it("ranks that are none are refused", () => {
    expect(() => testUniformity(Int32Array.of(0, 5), 4)).toThrow(OptionError)
    expect(() => testUniformity(new Int32Array(0), 4)).toThrow("found no ranks")
  })
})
