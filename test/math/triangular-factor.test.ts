import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { lowerTriangularFactor, truncateFactor } from "../../src/math/triangular-factor.ts"

function gram(f: Float64Array, q: number, width: number): number[] {
  const out: number[] = []
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) {
      let sum = 0
      for (let k = 0; k < width; k++) sum += f[i * width + k]! * f[j * width + k]!
      out.push(sum)
    }
  }
  return out
}

const anyFactor = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 2 }))
  .chain(([q, more]) => {
    const length = q * (q + more)
    const entry = fc.oneof(fc.constant(0), fc.double({ min: -3, max: 3, noNaN: true }))
    return fc.tuple(fc.constant(q), fc.array(entry, { minLength: length, maxLength: length }))
  })

describe("lowerTriangularFactor", () => {
  it("is lower triangular with diagonal ≥ 0 and the same product", () => {
    fc.assert(
      fc.property(anyFactor, ([q, entries]) => {
        const f = Float64Array.from(entries)
        const lower = lowerTriangularFactor(f, q, f.length / q, 0)
        for (let i = 0; i < q; i++) {
          expect(lower[i * q + i]).toBeGreaterThanOrEqual(0)
          for (let j = i + 1; j < q; j++) expect(lower[i * q + j]).toBe(0)
        }
        gram(f, q, f.length / q).forEach((value, k) => {
          expect(Math.abs(gram(lower, q, q)[k]! - value)).toBeLessThan(1e-12)
        })
      }),
      { numRuns: 300, seed: 8 },
    )
  })

  it("puts the zero columns of a singular matrix where the pivots vanish", () => {
    // Rank one with nothing in the first coordinate.
    expect([...lowerTriangularFactor(Float64Array.of(0, 0, 3, -4), 2, 2, 0)]).toEqual([0, 0, 0, 5])
    const outer = Float64Array.of(2, 0, 0, -1, 0, 0, 3, 0, 0)
    expect([...lowerTriangularFactor(outer, 3, 3, 0)]).toEqual([2, 0, 0, -1, 0, 0, 3, 0, 0])
  })
})

describe("truncateFactor", () => {
  it("counts the rank and drops short directions only", () => {
    const q = 3
    const f = Float64Array.of(1, 0, 0, 2, 1e-7, 0, -1, 3e-8, 1)
    const cut = truncateFactor(f, q, 1e-6)
    expect(cut.rank).toBe(2)
    gram(f, q, q).forEach((value, k) => {
      expect(Math.abs(gram(cut.factor, q, q)[k]! - value)).toBeLessThan(1e-12)
    })
    const columns = [0, 1, 2].filter((c) => [0, 1, 2].some((r) => cut.factor[r * q + c] !== 0))
    expect(columns).toHaveLength(2)
    expect(truncateFactor(f, q, 1e-9).rank).toBe(3)
    expect(truncateFactor(new Float64Array(9), q, 1e-9).rank).toBe(0)
  })
})
