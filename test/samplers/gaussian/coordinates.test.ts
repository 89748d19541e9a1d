import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { applyBounds, removeBounds } from "../../../src/samplers/gaussian/bounds.ts"
import {
  type Coordinates,
  fitToDraws,
  mapFromSpreads,
  mapToSpreads,
} from "../../../src/samplers/gaussian/coordinates.ts"

const BOUNDS = [
  { at: 0, lower: 0, upper: 2.5 },
  { at: 1, lower: 0.3, upper: 1.7 },
  { at: 2, lower: 0.4, upper: Infinity },
]
const four = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: 4, maxLength: 4 })

const coordinates: Coordinates = {
  centre: Float64Array.of(0.2, -0.4, 0.1, 1.3),
  factor: Float64Array.of(0.5, 0, 0, 0, -0.2, 0.4, 0, 0, 0.1, 0.3, 0.9, 0, -0.3, 0, 0.2, 1.2),
  skew: Float64Array.of(0.4, 0, -0.7, 0.1),
  bounds: BOUNDS,
}

/** log |det| of the derivative of φ with respect to z: the map is triangular. */
function numericJacobian(z: Float64Array): number {
  const step = 1e-6
  let log = 0
  for (let k = 0; k < z.length; k++) {
    const phiAt = (shift: number) => {
      const phi = new Float64Array(z.length)
      mapToSpreads(
        coordinates,
        z.map((value, i) => (i === k ? value + shift : value)),
        phi,
      )
      return phi[k]!
    }
    log += Math.log(Math.abs(phiAt(step) - phiAt(-step)) / (2 * step))
  }
  return log
}

describe("coordinates", () => {
  const constant = coordinates.factor.reduce((sum, f, k) => (k % 5 === 0 ? sum + Math.log(f) : sum), 0)

  it("there and back, with the same Jacobian, which is that of differences", () => {
    fc.assert(
      fc.property(four(fc.double({ min: -3, max: 3, noNaN: true })), (values) => {
        const z = Float64Array.from(values)
        const phi = new Float64Array(4)
        const back = new Float64Array(4)
        const there = mapToSpreads(coordinates, z, phi)
        const again = mapFromSpreads(coordinates, phi, back)
        for (let i = 0; i < 4; i++) expect(back[i]).toBeCloseTo(z[i]!, 8)
        expect(again).toBeCloseTo(there, 8)
        expect(numericJacobian(z)).toBeCloseTo(there + constant, 6)
      }),
    )
  })

  it("bounded sds stay inside, up to where doubles end", () => {
    fc.assert(
      fc.property(four(fc.double({ min: -700, max: 30, noNaN: true })), (values) => {
        const x = Float64Array.from(values)
        expect(Number.isNaN(applyBounds(BOUNDS, x))).toBe(false)
        for (const { at, lower, upper } of BOUNDS) {
          expect(Math.exp(x[at]!)).toBeGreaterThanOrEqual(lower * (1 - 1e-14))
          expect(Math.exp(x[at]!)).toBeLessThanOrEqual(upper * (1 + 1e-14))
        }
      }),
    )
  })

  it("an sd outside its bounds has no coordinates", () => {
    expect(removeBounds(BOUNDS, Float64Array.of(Math.log(3), 0, 0, 0))).toBeNaN()
    expect(removeBounds(BOUNDS, Float64Array.of(0, Math.log(0.1), 0, 0))).toBeNaN()
  })

  it("fitted to draws, they take out mean, covariance and skewness", () => {
    const rng = streamFor("coordinates", 0, "test")
    const count = 20_000
    const draws = new Float64Array(3 * count)
    for (let r = 0; r < count; r++) {
      // The logarithm of a sum of squares is skewed to the left.
      let squares = 0
      for (let k = 0; k < 6; k++) squares += drawNormal(rng) ** 2
      const [a, b] = [Math.log(squares), drawNormal(rng)]
      draws.set([3 + a, 0.7 * a + 0.1 * b, drawNormal(rng) - b], 3 * r)
    }
    const fitted: Coordinates = {
      centre: new Float64Array(3),
      factor: new Float64Array(9),
      skew: new Float64Array(3),
      bounds: [],
    }
    expect(fitToDraws(fitted, draws, count)).toBe(true)
    const z = new Float64Array(3)
    const sums = Array.from({ length: 3 }, () => [0, 0, 0])
    let product = 0
    for (let r = 0; r < count; r++) {
      mapFromSpreads(fitted, draws.subarray(3 * r, 3 * r + 3), z)
      z.forEach((value, i) => {
        for (let power = 0; power < 3; power++) sums[i]![power]! += value ** (power + 1) / count
      })
      product += (z[0]! * z[1]!) / count
    }
    expect(fitted.skew[0]!).toBeLessThan(-0.2)
    for (const [mean, square, cube] of sums) {
      expect(Math.abs(mean!)).toBeLessThan(0.03)
      // Narrower than 1 by the deliberate widening.
      expect(Math.sqrt(square!)).toBeGreaterThan(0.9)
      expect(Math.sqrt(square!)).toBeLessThan(1)
      expect(Math.abs(cube!)).toBeLessThan(0.1)
    }
    expect(Math.abs(product)).toBeLessThan(0.03)
  })

  it("draws on a line have no coordinates", () => {
    const draws = Float64Array.from({ length: 40 }, (_, k) => Math.floor(k / 2) * (1 + (k % 2)))
    const before = new Float64Array(2)
    const line = { centre: before, factor: new Float64Array(4), skew: new Float64Array(2), bounds: [] }
    expect(fitToDraws(line, draws, 20)).toBe(false)
    expect(line.centre).toEqual(new Float64Array(2))
  })
})
