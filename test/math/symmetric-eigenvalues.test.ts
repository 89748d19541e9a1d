import { describe, expect, it } from "vitest"
import { NumericalError } from "../../src/core/errors.ts"
import { decomposeSymmetric } from "../../src/math/symmetric-eigen.ts"
import { symmetricEigenvalues } from "../../src/math/symmetric-eigenvalues.ts"
import { scatter } from "../kit/hand-made-design.ts"

function scattered(n: number, seed: number): Float64Array {
  const uniform = scatter(seed)
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = uniform() - 0.5
  return a
}

describe("symmetricEigenvalues", () => {
  it.each([1, 2, 3, 4, 7, 20, 33])("order %d: the eigenvalues that Jacobi's method finds", (n) => {
    for (const seed of [1, 2, 3]) {
      const a = scattered(n, seed)
      const wanted = decomposeSymmetric(a, n).values
      symmetricEigenvalues(a, n).forEach((value, k) => {
        expect(Math.abs(value - wanted[k]!)).toBeLessThan(1e-13 * n)
      })
    }
  })

  it("equal and zero eigenvalues, and a matrix that is diagonal already", () => {
    const n = 6
    // I − 11'/n: one zero, the rest one.
    const centring = Float64Array.from({ length: n * n }, (_, x) => (x % (n + 1) === 0 ? 1 : 0) - 1 / n)
    const found = symmetricEigenvalues(centring, n)
    expect(Math.abs(found[0]!)).toBeLessThan(1e-15)
    for (const value of found.slice(1)) expect(value).toBeCloseTo(1, 14)
    expect([...symmetricEigenvalues(Float64Array.of(3, 0, 0, 0, 1, 0, 0, 0, 2), 3)]).toEqual([1, 2, 3])
    expect([...symmetricEigenvalues(new Float64Array(9), 3)]).toEqual([0, 0, 0])
  })

  it("a number that is not finite is an error, not an endless loop", () => {
    const a = scattered(5, 4)
    a[12] = Number.NaN
    expect(() => symmetricEigenvalues(a, 5)).toThrowError(NumericalError)
  })
})
