import erfc from "@stdlib/math-base-special-erfc"
import { describe, expect, it } from "vitest"
import { upperIncompleteGamma } from "../../src/math/incomplete-gamma.ts"
import { drawExponential } from "../../src/random/exponential.ts"
import { drawNormal, fillNormals } from "../../src/random/normal.ts"
import { Stream, streamFor } from "../../src/random/stream.ts"
import { collect, FALSE_ALARM, fits, MCSE_LIMIT, meanDeviation, testFit } from "../kit/goodness-of-fit.ts"

const phi = (x: number) => 0.5 * erfc(-x / Math.SQRT2)
const N = 1_000_000
/** Start of the ziggurat's tail. */
const R = 3.6541528853610088

describe("uniform", () => {
  const stream = streamFor("uniform", 0, "test")
  const draws = collect(() => stream.uniform(), N)

  it("fits the uniform distribution and shows no correlation at lags 1 to 4", () => {
    expect(fits(testFit(draws, (x) => x))).toBe(true)
    for (let lag = 1; lag <= 4; lag++) {
      const products = draws.subarray(lag).map((x, i) => 12 * (x - 0.5) * (draws[i]! - 0.5))
      expect(Math.abs(meanDeviation(products, 0, 1)), `lag ${lag}`).toBeLessThan(MCSE_LIMIT)
    }
  })
})

describe("drawNormal", () => {
  const stream = streamFor("normal", 0, "test")
  const draws = collect(() => drawNormal(stream), N)

  it("fits the normal distribution", () => {
    expect(fits(testFit(draws, phi))).toBe(true)
  })

  it("is rejected against a sd 1.5 % off: what the sample can see", () => {
    expect(
      fits(
        testFit(
          draws.map((x) => 1.015 * x),
          phi,
        ),
      ),
    ).toBe(false)
  })

  it("has the moments 0, 1, 0, 3, 0, 15", () => {
    const moment = [1, 0, 1, 0, 3, 0, 15, 0, 105, 0, 945, 0, 10395]
    for (let k = 1; k <= 6; k++) {
      const variance = moment[2 * k]! - moment[k]! ** 2
      const powers = draws.map((x) => x ** k)
      expect(Math.abs(meanDeviation(powers, moment[k]!, variance)), `E x^${k}`).toBeLessThan(MCSE_LIMIT)
    }
  })

  it("fills 1,000 cells of equal probability evenly", () => {
    const cells = 1000
    const counts = new Float64Array(cells)
    for (const x of draws) counts[Math.min(cells - 1, Math.floor(phi(x) * cells))]!++
    let chi2 = 0
    for (const count of counts) chi2 += (count - N / cells) ** 2 / (N / cells)
    expect(upperIncompleteGamma((cells - 1) / 2, chi2 / 2)).toBeGreaterThan(FALSE_ALARM)
    expect(upperIncompleteGamma((cells - 1) / 2, chi2 / 2)).toBeLessThan(1 - FALSE_ALARM)
  })

  it("has the right tail beyond the ziggurat's last edge, on both sides", () => {
    const tail = streamFor("normal tail", 0, "test")
    const beyond: number[] = []
    let negative = 0
    const total = 8_000_000
    for (let i = 0; i < total; i++) {
      const x = drawNormal(tail)
      if (Math.abs(x) > R) {
        beyond.push(Math.abs(x))
        if (x < 0) negative++
      }
    }
    const p = 2 * phi(-R)
    expect(Math.abs(beyond.length - total * p) / Math.sqrt(total * p)).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(negative - beyond.length / 2) / Math.sqrt(beyond.length / 4)).toBeLessThan(MCSE_LIMIT)
    expect(fits(testFit(Float64Array.from(beyond), (x) => 1 - phi(-x) / phi(-R)))).toBe(true)
  })

  it("does not correlate with its successors, in value or in size", () => {
    for (let lag = 1; lag <= 4; lag++) {
      const products = draws.subarray(lag).map((x, i) => x * draws[i]!)
      const sizes = draws.subarray(lag).map((x, i) => 0.5 * (x * x - 1) * (draws[i]! ** 2 - 1))
      expect(Math.abs(meanDeviation(products, 0, 1)), `lag ${lag}`).toBeLessThan(MCSE_LIMIT)
      expect(Math.abs(meanDeviation(sizes, 0, 1)), `lag ${lag}, squares`).toBeLessThan(MCSE_LIMIT)
    }
  })

  it("is pinned: the same stream gives these draws for ever", () => {
    const pinned = streamFor("pinned", 0, "test")
    expect(Array.from({ length: 3 }, () => drawNormal(pinned))).toMatchInlineSnapshot(`
      [
        0.9242624246270637,
        -1.23033974882277,
        -1.4382181127376172,
      ]
    `)
  })
})

describe("drawExponential", () => {
  it("fits the exponential distribution with rate 1", () => {
    const stream = streamFor("exponential", 0, "test")
    const draws = collect(() => drawExponential(stream))
    expect(fits(testFit(draws, (x) => -Math.expm1(-x)))).toBe(true)
    expect(Math.abs(meanDeviation(draws, 1, 1))).toBeLessThan(MCSE_LIMIT)
  })
})

describe("blocks of draws", () => {
  const one = () => streamFor("blocks", 0, "first")
  const pair = () => Stream.pair(one(), streamFor("blocks", 0, "second"))

  it("from one lane are the draws one by one", () => {
    const [rng, same] = [one(), one()]
    const block = new Float64Array(3000)
    fillNormals(rng, block, 3000)
    for (const value of block) expect(value).toBe(drawNormal(same))
    expect(rng.snapshot()).toEqual(same.snapshot())
  })

  it("from two lanes go on where they stopped, restored or not, and leave the rest of `out`", () => {
    const rng = pair()
    const whole = new Float64Array(2000)
    fillNormals(pair(), whole, 2000)
    const part = new Float64Array(1001).fill(7)
    fillNormals(rng, part, 1000)
    expect(part.subarray(0, 1000)).toEqual(whole.subarray(0, 1000))
    expect(part[1000]).toBe(7)
    for (const next of [Stream.restore(rng.snapshot()), rng.clone(), rng]) {
      fillNormals(next, part, 1000)
      expect(part.subarray(0, 1000)).toEqual(whole.subarray(1000))
    }
  })

  it("from two lanes are standard normal", () => {
    const draws = new Float64Array(100_000)
    fillNormals(pair(), draws, draws.length)
    expect(fits(testFit(draws, phi))).toBe(true)
    expect(draws.filter((x) => Math.abs(x) > R).length).toBeGreaterThan(5)
    // Neighbours do not depend on each other: the sum of products has variance n.
    let product = 0
    for (let i = 1; i < draws.length; i++) product += draws[i]! * draws[i - 1]!
    expect(Math.abs(product) / Math.sqrt(draws.length)).toBeLessThan(4)
  })
})
