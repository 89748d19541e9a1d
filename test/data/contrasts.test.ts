import { describe, expect, it } from "vitest"
import { type ContrastKind, contrastKinds, contrastMatrix, fullDummies } from "../../src/data/contrasts.ts"
import oracle from "../oracle/factors-contrasts.json" with { type: "json" }
import { errorOf } from "./error-of.ts"

describe("contrastMatrix", () => {
  it.each(oracle.contrasts)("is R's contr.$kind($n)", ({ kind, n, names, matrix }) => {
    const levels = Array.from({ length: n }, (_, l) => String(l + 1))
    const coded = contrastMatrix(kind as ContrastKind, levels)
    expect(coded.names).toEqual(names)
    expect(coded.matrix).toHaveLength(n)
    for (const [l, row] of matrix.entries()) {
      expect(coded.matrix[l]).toHaveLength(n - 1)
      for (const [k, value] of row.entries()) {
        expect(Math.abs(coded.matrix[l]![k]! - value), `row ${l} column ${k}`).toBeLessThan(1e-12)
      }
    }
  })

  it("names treatment columns after the levels", () => {
    expect(contrastMatrix("treatment", ["F", "M", "X"])).toEqual({
      names: ["M", "X"],
      matrix: [
        [0, 0],
        [1, 0],
        [0, 1],
      ],
    })
  })

  it("follows the recurrence of the Gram polynomials with many levels", () => {
    // x q_k = beta_(k+1) q_(k+1) + beta_k q_(k-1) with beta_k^2 = k^2 (n^2 - k^2) / (4 (4 k^2 - 1)), q_0 constant.
    const n = 80
    const { matrix } = contrastMatrix("poly", Array.from({ length: n }, String))
    const q = (k: number, l: number) => (k === 0 ? 1 / Math.sqrt(n) : k === n ? 0 : matrix[l]![k - 1]!)
    const beta = (k: number) => Math.sqrt((k * k * (n * n - k * k)) / (4 * (4 * k * k - 1)))
    for (let k = 0; k < n; k++) {
      for (let l = 0; l < n; l++) {
        const left = (l - (n - 1) / 2) * q(k, l)
        const right = beta(k + 1) * q(k + 1, l) + (k === 0 ? 0 : beta(k) * q(k - 1, l))
        expect(Math.abs(left - right), `degree ${k} level ${l}`).toBeLessThan(1e-11)
      }
    }
  })

  it.each(contrastKinds)("refuses %s contrasts of a single level", (kind) => {
    expect(errorOf(() => contrastMatrix(kind, ["a"]))).toEqual({
      type: "ModelError",
      code: "too-few-levels",
      line: 'contrasts need a factor with at least two levels, found only "a"; leave the factor out of the formula',
    })
  })

  it("names the nearest kind", () => {
    expect(errorOf(() => contrastMatrix("treatmant" as ContrastKind, ["a", "b"]))).toEqual({
      type: "OptionError",
      code: "unknown-contrasts",
      line: 'option contrasts: no contrasts called "treatmant"; did you mean "treatment"?',
    })
    expect(errorOf(() => contrastMatrix("toString" as ContrastKind, ["a", "b"])).line).toBe(
      'option contrasts: no contrasts called "toString"; expected one of treatment, sum, helmert, poly',
    )
  })
})

describe("fullDummies", () => {
  it("has an indicator a level", () => {
    expect(fullDummies(["a", "b"])).toEqual({
      names: ["a", "b"],
      matrix: [
        [1, 0],
        [0, 1],
      ],
    })
  })
})
