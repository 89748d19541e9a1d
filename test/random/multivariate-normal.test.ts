import erfc from "@stdlib/math-base-special-erfc"
import { describe, expect, it } from "vitest"
import { cholesky, invertPositiveDefinite } from "../../src/math/small-dense.ts"
import { drawFromCovarianceFactor, drawFromPrecisionFactor } from "../../src/random/multivariate-normal.ts"
import { streamFor } from "../../src/random/stream.ts"
import { fits, testFit } from "../kit/goodness-of-fit.ts"

const N = 50_000
const phi = (x: number) => 0.5 * erfc(-x / Math.SQRT2)
const P = Float64Array.of(4, 1.2, -0.7, 1.2, 2, 0.3, -0.7, 0.3, 0.5)
const H = [1, -2, 0.4] as const
const DIRECTIONS = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, -2, 0.5],
  [1, 1, 3],
] as const

const covariance = new Float64Array(9)
invertPositiveDefinite(P, 0, 3, covariance, 0, new Float64Array(9))
const mean = [0, 1, 2].map((i) => H.reduce((sum, h, j) => sum + covariance[3 * i + j]! * h, 0))

/** Every linear form of the draws is normal with the stated mean and variance. */
function expectNormal(draw: (x: Float64Array) => void): void {
  const x = new Float64Array(5)
  const forms = DIRECTIONS.map(() => new Float64Array(N))
  for (let k = 0; k < N; k++) {
    x.fill(7)
    draw(x)
    DIRECTIONS.forEach((v, d) => {
      forms[d]![k] = v[0] * x[1]! + v[1] * x[2]! + v[2] * x[3]!
    })
  }
  expect([x[0], x[4]]).toEqual([7, 7])
  DIRECTIONS.forEach((v, d) => {
    let centre = 0
    let variance = 0
    for (let i = 0; i < 3; i++) {
      centre += v[i]! * mean[i]!
      for (let j = 0; j < 3; j++) variance += v[i]! * v[j]! * covariance[3 * i + j]!
    }
    expect(fits(testFit(forms[d]!, (y) => phi((y - centre) / Math.sqrt(variance))))).toBe(true)
    expect(fits(testFit(forms[d]!, (y) => phi((y - centre) / Math.sqrt(1.1 * variance))))).toBe(false)
  })
}

/** The factor of `a` at offset 2 of a longer array whose other places hold NaN. */
function factorOf(a: Float64Array): Float64Array {
  const l = new Float64Array(12).fill(NaN)
  l.set(a, 2)
  expect(cholesky(l, 2, 3)).toBe(true)
  l[3] = l[4] = l[7] = NaN
  return l
}

describe("multivariate normal draws", () => {
  it("from a precision factor and shift: mean P⁻¹h, covariance P⁻¹", () => {
    const l = factorOf(P)
    const stream = streamFor("mvn", 0, "precision")
    expectNormal((x) => {
      x.set(H, 1)
      drawFromPrecisionFactor(stream, l, 2, 3, x, 1)
    })
  })

  it("from a covariance factor and mean", () => {
    const l = factorOf(covariance)
    const stream = streamFor("mvn", 0, "covariance")
    expectNormal((x) => {
      x.set(mean, 1)
      drawFromCovarianceFactor(stream, l, 2, 3, x, 1)
    })
  })

  it("the fast path q = 1 is the same draw as the general formula", () => {
    const stream = streamFor("mvn", 0, "one")
    const twin = stream.clone()
    const x = Float64Array.of(9, 3)
    drawFromPrecisionFactor(stream, Float64Array.of(2), 0, 1, x, 1)
    const z = Float64Array.of(0)
    drawFromCovarianceFactor(twin, Float64Array.of(1), 0, 1, z, 0)
    expect(x[1]).toBe((3 / 2 + z[0]!) / 2)
  })
})
