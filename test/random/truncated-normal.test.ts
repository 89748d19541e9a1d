import erfc from "@stdlib/math-base-special-erfc"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { streamFor } from "../../src/random/stream.ts"
import { drawTruncatedNormal } from "../../src/random/truncated-normal.ts"
import { collect, fits, testFit } from "../kit/goodness-of-fit.ts"

const upperTail = (z: number) => 0.5 * erfc(z / Math.SQRT2)

/** cdf of the standard normal on [a, b], from whichever tail is the smaller. */
function truncatedCdf(a: number, b: number): (z: number) => number {
  if (a < 0 && b <= 0) {
    const mirrored = truncatedCdf(-b, -a)
    return (z) => 1 - mirrored(-z)
  }
  const whole = upperTail(a) - upperTail(b)
  return (z) => (upperTail(a) - upperTail(z)) / whole
}

describe("drawTruncatedNormal", () => {
  it.each([
    [-Infinity, Infinity],
    [-1, 1],
    [0, Infinity],
    [-Infinity, 2],
    [-0.1, 0.2],
    [-0.5, 6],
    [-2.4, 0],
    [0.01, 2],
    [0.01, Infinity],
    [1, 1.5],
    [3, Infinity],
    [5, 5.1],
    [-8, -7],
    [-Infinity, -9],
    [20, 21],
    [30, Infinity],
  ])("fits the normal on [%d, %d]", (a, b) => {
    const stream = streamFor("truncated", 0, `${a} ${b}`)
    const draws = collect(() => drawTruncatedNormal(stream, 0, 1, a, b))
    expect(draws.every((z) => z >= a && z <= b)).toBe(true)
    expect(fits(testFit(draws, truncatedCdf(a, b)))).toBe(true)
  })

  it("is rejected by the same check with a mean 5 % of a sd off", () => {
    const stream = streamFor("truncated", 0, "wrong")
    const draws = collect(() => drawTruncatedNormal(stream, 0.05, 1, -1, 1))
    expect(fits(testFit(draws, truncatedCdf(-1, 1)))).toBe(false)
  })

  it("scales and shifts with mean and sd", () => {
    const stream = streamFor("truncated", 0, "scaled")
    const draws = collect(() => drawTruncatedNormal(stream, 10, 4, 14, 30))
    const standard = truncatedCdf(1, 5)
    expect(fits(testFit(draws, (x) => standard((x - 10) / 4)))).toBe(true)
  })

  it("is an exponential of rate |mean| / variance where the bound is 1e10 sds away, on either side", () => {
    const stream = streamFor("truncated", 0, "far")
    const right = collect(() => drawTruncatedNormal(stream, -1e10, 1, 0, Infinity))
    const left = collect(() => drawTruncatedNormal(stream, 1e10, 1, -Infinity, 0))
    const cdf = (x: number) => -Math.expm1(-1e10 * x)
    expect(fits(testFit(right, cdf))).toBe(true)
    expect(
      fits(
        testFit(
          left.map((x) => -x),
          cdf,
        ),
      ),
    ).toBe(true)
  })

  it("stays inside any bounds and ends", () => {
    const stream = streamFor("truncated", 0, "bounds")
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
    fc.assert(
      fc.property(
        number,
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        number,
        fc.double({ min: 0, max: 1e3, noNaN: true }),
        (mean, sd, lower, width) => {
          const upper = lower + width
          const x = drawTruncatedNormal(stream, mean, sd, lower, upper)
          return x >= lower && x <= upper
        },
      ),
      { numRuns: 2000, seed: 1 },
    )
  })

  it("gives the point of an empty interval's bounds, and NaN for impossible arguments", () => {
    const stream = streamFor("truncated", 0, "nan")
    expect(drawTruncatedNormal(stream, 0, 1, 3, 3)).toBe(3)
    for (const [mean, sd, lower, upper] of [
      [0, 0, -1, 1],
      [0, -1, -1, 1],
      [0, 1, 1, -1],
      [NaN, 1, -1, 1],
      [0, 1, NaN, 1],
      [0, 1, Infinity, Infinity],
      [Infinity, 1, 0, 1],
    ] as const)
      expect(drawTruncatedNormal(stream, mean, sd, lower, upper)).toBeNaN()
  })
})
