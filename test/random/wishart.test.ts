import { describe, expect, it } from "vitest"
import { lowerIncompleteGamma, upperIncompleteGamma } from "../../src/math/incomplete-gamma.ts"
import { invertPositiveDefinite } from "../../src/math/small-dense.ts"
import { streamFor } from "../../src/random/stream.ts"
import { drawInverseWishart, drawWishartFactor } from "../../src/random/wishart.ts"
import { fits, MCSE_LIMIT, meanDeviation, testFit } from "../kit/goodness-of-fit.ts"

const N = 50_000
const SCALE_3 = Float64Array.of(4, 1.2, -0.7, 1.2, 2, 0.3, -0.7, 0.3, 0.5)

/** v' A v for row-major A at an offset. */
function quadraticForm(a: Float64Array, offset: number, v: readonly number[]): number {
  const q = v.length
  let sum = 0
  for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) sum += v[i]! * v[j]! * a[offset + i * q + j]!
  return sum
}

/** Draws of Σ ~ InverseWishart(df, scale), one after the other. */
function drawMany(df: number, scale: Float64Array, q: number, purpose: string): Float64Array {
  const stream = streamFor("wishart", 0, purpose)
  const out = new Float64Array(N * q * q)
  const scratch = new Float64Array(2 * q * q)
  for (let k = 0; k < N; k++) {
    if (!drawInverseWishart(stream, df, scale, q, out, k * q * q, scratch)) throw new Error("refused")
  }
  return out
}

const DIRECTIONS = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, -2, 0.5],
  [-0.3, 0.8, 2],
] as const

describe("drawWishartFactor", () => {
  it.each([2.3, 7])("every quadratic form of B B' is χ²(%d) (q = 3)", (df) => {
    const stream = streamFor("wishart factor", 0, String(df))
    const factor = new Float64Array(10).fill(NaN)
    const forms = DIRECTIONS.map(() => new Float64Array(N))
    for (let k = 0; k < N; k++) {
      drawWishartFactor(stream, df, 3, factor, 1)
      DIRECTIONS.forEach((v, d) => {
        let form = 0
        for (let j = 0; j < 3; j++) {
          const dot = v[0] * factor[1 + j]! + v[1] * factor[4 + j]! + v[2] * factor[7 + j]!
          form += dot * dot
        }
        forms[d]![k] = form / (v[0] ** 2 + v[1] ** 2 + v[2] ** 2)
      })
    }
    expect([factor[2], factor[3], factor[6]]).toEqual([0, 0, 0])
    expect(factor[0]).toBeNaN()
    for (const form of forms)
      expect(fits(testFit(form, (x) => lowerIncompleteGamma(df / 2, x / 2)))).toBe(true)
  })

  it("gives NaN for df ≤ q − 1", () => {
    const factor = new Float64Array(4)
    drawWishartFactor(streamFor(1, 0, "nan"), 1, 2, factor, 0)
    expect(factor[3]).toBeNaN()
  })
})

describe("drawInverseWishart", () => {
  it.each([3.2, 12.5])("every v'Σv is inverse-gamma and every 1 / v'Σ⁻¹v scaled χ² (df %d, q = 3)", (df) => {
    const draws = drawMany(df, SCALE_3, 3, String(df))
    const inverse = new Float64Array(9)
    const inverseScale = new Float64Array(9)
    const scratch = new Float64Array(9)
    expect(invertPositiveDefinite(SCALE_3, 0, 3, inverseScale, 0, scratch)).toBe(true)
    for (const v of DIRECTIONS) {
      // v'Σv / v'Sv ~ InverseGamma((df − q + 1) / 2, 1 / 2); v'Σ⁻¹v / v'S⁻¹v ~ χ²(df).
      const forms = new Float64Array(N)
      const inverseForms = new Float64Array(N)
      let inverted = true
      for (let k = 0; k < N; k++) {
        forms[k] = quadraticForm(draws, 9 * k, v) / quadraticForm(SCALE_3, 0, v)
        inverted &&= invertPositiveDefinite(draws, 9 * k, 3, inverse, 0, scratch)
        inverseForms[k] = quadraticForm(inverse, 0, v) / quadraticForm(inverseScale, 0, v)
      }
      expect(inverted).toBe(true)
      expect(fits(testFit(forms, (x) => upperIncompleteGamma((df - 2) / 2, 0.5 / x)))).toBe(true)
      expect(fits(testFit(inverseForms, (x) => lowerIncompleteGamma(df / 2, x / 2)))).toBe(true)
    }
  })

  it("has mean scale / (df − q − 1) and the published variances", () => {
    const df = 14
    const q = 3
    const draws = drawMany(df, SCALE_3, q, "moments")
    for (let i = 0; i < q; i++) {
      for (let j = 0; j < q; j++) {
        const sij = SCALE_3[i * q + j]!
        const product = SCALE_3[i * q + i]! * SCALE_3[j * q + j]!
        // Press (1982), section 5.2: variance of an element.
        const variance =
          ((df - q + 1) * sij ** 2 + (df - q - 1) * product) / ((df - q) * (df - q - 1) ** 2 * (df - q - 3))
        const values = Float64Array.from({ length: N }, (_, k) => draws[k * q * q + i * q + j]!)
        expect(Math.abs(meanDeviation(values, sij / (df - q - 1), variance))).toBeLessThan(MCSE_LIMIT)
        const squares = values.map((x) => (x - sij / (df - q - 1)) ** 2)
        const spread = squares.reduce((sum, x) => sum + (x - variance) ** 2, 0) / N
        expect(Math.abs(meanDeviation(squares, variance, spread))).toBeLessThan(MCSE_LIMIT)
      }
    }
  })

  it("has a uniform correlation for df = q + 1 and a diagonal scale", () => {
    const draws = drawMany(3, Float64Array.of(2, 0, 0, 5), 2, "correlation")
    const correlations = Float64Array.from(
      { length: N },
      (_, k) => draws[4 * k + 1]! / Math.sqrt(draws[4 * k]! * draws[4 * k + 3]!),
    )
    expect(fits(testFit(correlations, (r) => (1 + r) / 2))).toBe(true)
  })

  it("is InverseGamma(df / 2, scale / 2) for q = 1, and leaves the scratch alone", () => {
    const stream = streamFor("wishart", 0, "one")
    const draws = new Float64Array(N)
    const scale = Float64Array.of(6)
    for (let k = 0; k < N; k++) drawInverseWishart(stream, 5, scale, 1, draws, k, new Float64Array(0))
    expect(fits(testFit(draws, (x) => upperIncompleteGamma(2.5, 3 / x)))).toBe(true)
  })

  it("is rejected by the same check with df 5 % off", () => {
    const draws = drawMany(12.5 * 1.05, SCALE_3, 3, "wrong")
    const forms = Float64Array.from({ length: N }, (_, k) => draws[9 * k]! / SCALE_3[0]!)
    expect(fits(testFit(forms, (x) => upperIncompleteGamma((12.5 - 2) / 2, 0.5 / x)))).toBe(false)
  })

  it("reads only the lower triangle, writes a symmetric matrix and nothing else", () => {
    const spoilt = SCALE_3.slice()
    spoilt[1] = spoilt[2] = spoilt[5] = NaN
    const out = new Float64Array(11).fill(7)
    expect(drawInverseWishart(streamFor(1, 0, "p"), 5, spoilt, 3, out, 1, new Float64Array(18))).toBe(true)
    expect([out[0], out[10]]).toEqual([7, 7])
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect(out[1 + 3 * i + j]).toBe(out[1 + 3 * j + i])
  })

  it("refuses a scale that is not positive definite, and df ≤ q − 1, leaving `out` alone", () => {
    const stream = streamFor(1, 0, "p")
    const out = new Float64Array(4).fill(7)
    const scratch = new Float64Array(8)
    expect(drawInverseWishart(stream, 5, Float64Array.of(1, 2, 2, 1), 2, out, 0, scratch)).toBe(false)
    expect(drawInverseWishart(stream, 5, Float64Array.of(1, NaN, NaN, 1), 2, out, 0, scratch)).toBe(false)
    expect(drawInverseWishart(stream, 1, Float64Array.of(1, 0, 0, 1), 2, out, 0, scratch)).toBe(false)
    expect(drawInverseWishart(stream, 1, Float64Array.of(-1), 1, out, 0, scratch)).toBe(false)
    expect(Array.from(out)).toEqual([7, 7, 7, 7])
  })
})
