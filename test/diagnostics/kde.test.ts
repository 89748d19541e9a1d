import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { OptionError } from "../../src/core/errors.ts"
import { bandwidthRules } from "../../src/diagnostics/bandwidth.ts"
import { kde } from "../../src/diagnostics/kde.ts"
import { bandwidths, relativeError } from "./fixtures.ts"
import { normals, uniforms } from "./random.ts"

/** The defining sum, with images behind the bounds. */
function slowDensity(x: number, values: Float64Array, h: number, bounds: readonly number[] = []): number {
  const kernel = (centre: number): number => Math.exp(-(((x - centre) / h) ** 2) / 2)
  const sum = values.reduce(
    (total, value) => total + kernel(value) + bounds.reduce((images, b) => images + kernel(2 * b - value), 0),
    0,
  )
  return sum / (values.length * h * Math.sqrt(2 * Math.PI))
}

function trapezoid({ x, density }: { x: Float64Array; density: Float64Array }): number {
  let area = 0
  for (let k = 1; k < x.length; k++) area += ((density[k]! + density[k - 1]!) / 2) * (x[k]! - x[k - 1]!)
  return area
}

describe.each(bandwidths)("draws of R: $name", ({ values, nrd0, sheatherJones, at, density }) => {
  const draws = Float64Array.from(values)
  const sorted = draws.slice().sort()

  it("nrd0 is R's", () => {
    expect(relativeError(bandwidthRules.nrd0(sorted), nrd0)).toBeLessThan(1e-13)
  })

  it("Sheather and Jones's bandwidth is R's", () => {
    expect(relativeError(bandwidthRules.sheatherJones(sorted), sheatherJones)).toBeLessThan(1e-9)
  })

  it("the density is that of the definition", () => {
    for (const [i, x] of at.entries()) {
      const estimate = kde(draws, { from: x, to: x + 1, points: 2 })
      expect(relativeError(estimate.density[0]!, density[i]!)).toBeLessThan(1e-11)
    }
  })
})

describe("sheatherJones", () => {
  it("falls back on nrd0 where half the draws are equal", () => {
    const sorted = Float64Array.from([1, 1, 1, 1, 1, 1, 1, 2])
    expect(bandwidthRules.sheatherJones(sorted)).toBe(bandwidthRules.nrd0(sorted))
    expect(bandwidthRules.nrd0(sorted)).toBeGreaterThan(0)
  })

  it("scales with the draws", () => {
    const random = normals(1)
    const sorted = Float64Array.from({ length: 400 }, random).sort()
    const scaled = sorted.map((value) => 1e-6 * value)
    expect(
      relativeError(bandwidthRules.sheatherJones(scaled), 1e-6 * bandwidthRules.sheatherJones(sorted)),
    ).toBeLessThan(1e-9)
  })
})

describe("kde", () => {
  const drawsOf = fc
    .array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 30 })
    .map((values) => Float64Array.from(values))
    .filter((values) => Math.max(...values) - Math.min(...values) > 1e-3)

  it("is the defining sum at every point of the grid", () => {
    fc.assert(
      fc.property(
        drawsOf,
        fc.integer({ min: 2, max: 300 }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        (values, points, scale) => {
          const bandwidth = scale * bandwidthRules.nrd0(values.slice().sort())
          const { x, density } = kde(values, { points, bandwidth })
          const slow = x.map((at) => slowDensity(at, values, bandwidth))
          const peak = Math.max(...slow, 1 / (values.length * bandwidth))
          for (let k = 0; k < points; k++) expect(Math.abs(density[k]! - slow[k]!)).toBeLessThan(1e-11 * peak)
        },
      ),
      { seed: 7 },
    )
  })

  it("folds mass back at bounds", () => {
    const random = uniforms(2)
    const values = Float64Array.from({ length: 500 }, () => random() ** 2)
    for (const [bounds, options] of [
      [[0], { lower: 0 }],
      [[1], { upper: 1 }],
      [[0, 1], { lower: 0, upper: 1 }],
    ] as const) {
      const estimate = kde(values, { ...options, points: 512 })
      const slow = estimate.x.map((x) => slowDensity(x, values, estimate.bandwidth, bounds))
      for (let k = 0; k < 512; k++)
        expect(relativeError(estimate.density[k]!, slow[k]!, 0.01)).toBeLessThan(1e-11)
    }
  })

  it("has area one, with bounds and without", () => {
    const random = uniforms(3)
    const values = Float64Array.from({ length: 300 }, () => -Math.log(1 - random()))
    const wide = { points: 4000, from: -5, to: 20 }
    expect(Math.abs(trapezoid(kde(values, wide)) - 1)).toBeLessThan(1e-10)
    const bounded = kde(values, { points: 4000, lower: 0, to: 20 })
    expect(bounded.x[0]).toBe(0)
    expect(Math.abs(trapezoid(bounded) - 1)).toBeLessThan(1e-6)
    const outside = kde(values, { ...wide, lower: 0 })
    expect(outside.density.filter((_, k) => outside.x[k]! < 0).every((value) => value === 0)).toBe(true)
  })

  it("reaches three bandwidths beyond the draws", () => {
    const { x, bandwidth } = kde(Float64Array.of(0, 1, 5), { points: 100 })
    expect(x).toHaveLength(100)
    expect(relativeError(x[0]!, -3 * bandwidth)).toBeLessThan(1e-14)
    expect(relativeError(x[99]!, 5 + 3 * bandwidth)).toBeLessThan(1e-14)
  })

  it.each([
    [Float64Array.of(), "a density needs at least 2 draws, found 0"],
    [Float64Array.of(1), "a density needs at least 2 draws, found 1"],
    [Float64Array.of(3.2, 3.2), "all draws are 3.2"],
    [Float64Array.of(1, Number.NaN), "there are draws that are not finite"],
    [Float64Array.of(1, Infinity), "there are draws that are not finite"],
  ])("has none of %j", (values, reason) => {
    const estimate = kde(values)
    expect(estimate).toEqual({ x: new Float64Array(0), density: new Float64Array(0), bandwidth: NaN, reason })
  })

  it.each([
    { points: 1 },
    { bandwidth: 0 },
    { bandwidth: NaN },
    { lower: 1.5 },
    { upper: 1.5 },
    { from: 2, to: 1 },
  ])("refuses %j", (options) => {
    expect(() => kde(Float64Array.of(1, 2), options)).toThrow(OptionError)
  })
})
