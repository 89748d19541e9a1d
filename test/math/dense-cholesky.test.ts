import { describe, expect, it } from "vitest"
import { factorDenseCholesky, invertFromCholesky } from "../../src/math/dense-cholesky.ts"
import { scatter } from "../kit/hand-made-design.ts"

/** Positive definite n × n in a larger row-major store, NaN wherever the routine must not look. */
function positiveDefinite(n: number, stride: number, rows: number): { a: Float64Array; full: number[][] } {
  const uniform = scatter(n)
  const b = Array.from({ length: rows }, () => Array.from({ length: n + 2 }, () => uniform() - 0.5))
  const full = b.map((x, i) => b.map((y, j) => x.reduce((s, v, k) => s + v * y[k]!, i === j ? 0.5 : 0)))
  const a = new Float64Array(rows * stride).fill(Number.NaN)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j <= Math.min(i, n - 1); j++) a[i * stride + j] = full[i]![j]!
  return { a, full }
}

describe.each([1, 2, 3, 4, 5, 8, 17, 40])("order %i", (n) => {
  it("factors the leading part and carries further rows along", () => {
    const extra = 3
    const stride = n + 5
    const { a, full } = positiveDefinite(n, stride, n + extra)
    expect(factorDenseCholesky(a, stride, n, extra)).toBe(-1)
    for (let i = 0; i < n + extra; i++) {
      for (let j = 0; j <= Math.min(i, n - 1); j++) {
        let sum = 0
        for (let k = 0; k <= j; k++) sum += a[i * stride + k]! * a[j * stride + k]!
        expect(sum).toBeCloseTo(full[i]![j]!, 11)
      }
    }
  })

  it("inverts from the factor", () => {
    const stride = n + 1
    const { a, full } = positiveDefinite(n, stride, n)
    factorDenseCholesky(a, stride, n, 0)
    const inverse = new Float64Array(n * stride).fill(Number.NaN)
    invertFromCholesky(a, stride, n, inverse)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let k = 0; k < n; k++) sum += full[i]![k]! * inverse[k * stride + j]!
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 10)
        expect(inverse[i * stride + j]).toBe(inverse[j * stride + i])
      }
    }
  })
})

describe("what is not positive definite", () => {
  it.each([0, 1, 2, 3, 4])("pivot %i of five is named", (bad) => {
    const a = new Float64Array(25)
    for (let i = 0; i < 5; i++) a[i * 6] = i === bad ? -1 : 2
    expect(factorDenseCholesky(a, 5, 5, 0)).toBe(bad)
    for (let i = 0; i < 5; i++) a[i * 6] = i === bad ? Number.NaN : 2
    expect(factorDenseCholesky(a, 5, 5, 0)).toBe(bad)
  })
})
