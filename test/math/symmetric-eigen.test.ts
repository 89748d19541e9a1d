import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decomposeSymmetric } from "../../src/math/symmetric-eigen.ts"

describe("decomposeSymmetric", () => {
  it("two by two in closed form", () => {
    const { values, vectors } = decomposeSymmetric(Float64Array.of(2, 1, 1, 2), 2)
    expect([...values]).toEqual([expect.closeTo(1, 14), expect.closeTo(3, 14)])
    expect(Math.abs(vectors[1]!)).toBeCloseTo(Math.SQRT1_2, 14)
  })

  it("A V = V diag(values), V orthogonal, values ascending", () => {
    const entries = fc.integer({ min: 1, max: 7 }).chain((q) => {
      return fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: q * q, maxLength: q * q })
    })
    fc.assert(
      fc.property(entries, (raw) => {
        const q = Math.sqrt(raw.length)
        const a = Float64Array.from(
          raw,
          (_, k) => raw[Math.floor(k / q) * q + (k % q)]! + raw[(k % q) * q + Math.floor(k / q)]!,
        )
        const { values, vectors } = decomposeSymmetric(a, q)
        for (let k = 0; k < q; k++) {
          if (k > 0) expect(values[k]!).toBeGreaterThanOrEqual(values[k - 1]!)
          for (let i = 0; i < q; i++) {
            let image = 0
            let product = 0
            for (let j = 0; j < q; j++) {
              image += a[i * q + j]! * vectors[j * q + k]!
              product += vectors[j * q + i]! * vectors[j * q + k]!
            }
            expect(Math.abs(image - values[k]! * vectors[i * q + k]!)).toBeLessThan(1e-12)
            expect(Math.abs(product - (i === k ? 1 : 0))).toBeLessThan(1e-13)
          }
        }
      }),
      { numRuns: 200, seed: 5 },
    )
  })
})
