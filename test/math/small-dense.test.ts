import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  cholesky,
  invertPositiveDefinite,
  logDeterminant,
  solveLower,
  solveLowerTransposed,
} from "../../src/math/small-dense.ts"

const entry = fc.double({ min: -3, max: 3, noNaN: true })

/** A random positive definite matrix B B' + I, placed at an offset among other values. */
const positiveDefinite = fc.integer({ min: 1, max: 6 }).chain((q) =>
  fc
    .tuple(fc.array(entry, { minLength: q * q, maxLength: q * q }), fc.integer({ min: 0, max: 3 }))
    .map(([b, offset]) => {
      const a = new Float64Array(offset + q * q)
      for (let i = 0; i < q; i++) {
        for (let j = 0; j < q; j++) {
          let sum = i === j ? 1 : 0
          for (let k = 0; k < q; k++) sum += b[i * q + k]! * b[j * q + k]!
          a[offset + i * q + j] = sum
        }
      }
      return { a, offset, q }
    }),
)

describe("small dense kernels", () => {
  it("factorises and solves: A (L⁻ᵀ L⁻¹ x) = x", () => {
    fc.assert(
      fc.property(positiveDefinite, ({ a, offset, q }) => {
        const l = a.slice()
        expect(cholesky(l, offset, q)).toBe(true)
        const right = Float64Array.from({ length: q }, (_, i) => i - 1.5)
        const x = right.slice()
        solveLower(l, offset, q, x, 0)
        solveLowerTransposed(l, offset, q, x, 0)
        for (let i = 0; i < q; i++) {
          let product = 0
          for (let j = 0; j < q; j++) product += a[offset + i * q + j]! * x[j]!
          expect(product).toBeCloseTo(right[i]!, 9)
        }
      }),
    )
  })

  it("inverts, in place too, and the log determinants of A and its inverse cancel", () => {
    fc.assert(
      fc.property(positiveDefinite, ({ a, offset, q }) => {
        const inverse = a.slice()
        const scratch = new Float64Array(q * q)
        expect(invertPositiveDefinite(inverse, offset, q, inverse, offset, scratch)).toBe(true)
        for (let i = 0; i < q; i++) {
          for (let j = 0; j < q; j++) {
            let product = 0
            for (let k = 0; k < q; k++) product += a[offset + i * q + k]! * inverse[offset + k * q + j]!
            expect(product).toBeCloseTo(i === j ? 1 : 0, 9)
          }
        }
        cholesky(a, offset, q)
        cholesky(inverse, offset, q)
        expect(logDeterminant(a, offset, q) + logDeterminant(inverse, offset, q)).toBeCloseTo(0, 9)
      }),
    )
  })

  it("refuses a matrix that is not positive definite", () => {
    const scratch = new Float64Array(4)
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 0, 2)).toBe(false)
    expect(cholesky(Float64Array.of(Number.NaN), 0, 1)).toBe(false)
    expect(invertPositiveDefinite(Float64Array.of(1, 2, 2, 1), 0, 2, scratch, 0, scratch.slice())).toBe(false)
    expect(invertPositiveDefinite(Float64Array.of(0), 0, 1, scratch, 0, scratch)).toBe(false)
  })
})
