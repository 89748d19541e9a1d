import { describe, expect, it } from "vitest"
import { rankEnvelope, uniformEnvelope } from "../../src/plots/ecdf-envelope.ts"
import { streamFor } from "../../src/random/stream.ts"

const trials = 2000
/** Four standard errors of a share near 0.05 in so many trials. */
const tolerance = 4 * Math.sqrt((0.05 * 0.95) / trials)

describe("simultaneous envelopes", () => {
  it("hold 95 % of the ECDFs of uniform values", () => {
    const n = 250
    const { at, lower, upper } = uniformEnvelope(n, 50)
    const stream = streamFor("coverage", 0, "test")
    let left = 0
    for (let t = 0; t < trials; t++) {
      const sorted = Float64Array.from({ length: n }, () => stream.uniform()).sort()
      let k = 0
      let inside = true
      at.forEach((z, i) => {
        while (k < n && sorted[k]! <= z) k++
        if (k / n < lower[i]! || k / n > upper[i]!) inside = false
      })
      if (!inside) left++
    }
    // Bounds are counts, so that the coverage cannot be met exactly from above: at most 5 %, and not much less.
    expect(left / trials).toBeLessThan(0.05 + tolerance + 0.01)
    expect(left / trials).toBeGreaterThan(0.05 - tolerance - 0.02)
  })

  it("hold 95 % of the rank ECDFs of four like chains, all at once", () => {
    const n = 100
    const { at, lower, upper } = rankEnvelope(n, 4, 50)
    const stream = streamFor("coverage", 0, "ranks")
    let left = 0
    for (let t = 0; t < trials; t++) {
      const draws = Array.from({ length: 4 * n }, (_, i) => ({ chain: i % 4, value: stream.uniform() }))
      draws.sort((a, b) => a.value - b.value)
      const counts = [0, 0, 0, 0]
      let made = 0
      let inside = true
      at.forEach((z, i) => {
        for (; made < Math.floor(z * 4 * n + 1e-9); made++) counts[draws[made]!.chain]!++
        for (const count of counts) if (count / n < lower[i]! || count / n > upper[i]!) inside = false
      })
      if (!inside) left++
    }
    expect(left / trials).toBeLessThan(0.05 + tolerance + 0.01)
    expect(left / trials).toBeGreaterThan(0.05 - tolerance - 0.02)
  })

  it("are wider than pointwise intervals, and narrow with the square root of the sample", () => {
    const widthAt = (n: number) => {
      const { lower, upper } = uniformEnvelope(n, 20)
      return upper[9]! - lower[9]!
    }
    // Pointwise: 2 × 1.96 × sqrt(1/4 / n).
    expect(widthAt(10_000)).toBeGreaterThan(0.0196 * 1.2)
    expect(widthAt(1000) / widthAt(100_000)).toBeCloseTo(10, 0)
  })

  it("are the same each time", () => {
    expect(rankEnvelope(77, 3)).toEqual(rankEnvelope(77, 3))
  })
})
