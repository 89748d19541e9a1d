/** REML criterion and −2 log likelihood the long way, by the n × n covariance matrix: the route to agree with. */

import type { Design } from "../../src/models/formula/design.ts"

/** @param factors T of each term of the design, in its order, row-major, for the columns as they are. */
export function denseCriterion(
  design: Design,
  factors: readonly Float64Array[],
  method: "REML" | "ML",
): number {
  return criterionOf(design, marginalCovariance(design, factors), method)
}

/** @param v covariance matrix of the response over the residual variance, rows of n numbers */
export function criterionOf(design: Design, v: number[][], method: "REML" | "ML"): number {
  const n = design.nobs
  const p = design.fixed.columns.length
  const y = Array.from(design.response.values, (value, i) => value - (design.offset?.[i] ?? 0))
  const { logDet, solve } = gauss(v)
  const x = design.fixed.columns
  const solved = x.map((column) => solve([...column]))
  const solvedY = solve(y)
  const information = x.map((a) => solved.map((b) => dot(a, b)))
  const right = x.map((a) => dot(a, solvedY))
  const fixed = gauss(information)
  const beta = fixed.solve(right)
  const rest = dot(y, solvedY) - dot(right, beta)
  const df = method === "REML" ? n - p : n
  const value = logDet + df * (1 + Math.log((2 * Math.PI * rest) / df))
  return method === "REML" ? value + fixed.logDet : value
}

function marginalCovariance(design: Design, factors: readonly Float64Array[]): number[][] {
  const n = design.nobs
  const v = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j): number => (i === j ? 1 : 0)),
  )
  design.random.forEach((term, k) => {
    const q = term.columns.length
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (term.codes[i] !== term.codes[j]) continue
        for (let c = 0; c < q; c++) {
          let a = 0
          let b = 0
          for (let r = 0; r < q; r++) {
            a += term.columns[r]![i]! * factors[k]![r * q + c]!
            b += term.columns[r]![j]! * factors[k]![r * q + c]!
          }
          v[i]![j] = v[i]![j]! + a * b
        }
      }
    }
  })
  return v
}

/** Gaussian elimination of a positive definite matrix, without pivoting. */
function gauss(matrix: number[][]): { logDet: number; solve: (b: number[]) => number[] } {
  const n = matrix.length
  const a = matrix.map((row) => [...row])
  let logDet = 0
  for (let k = 0; k < n; k++) {
    logDet += Math.log(a[k]![k]!)
    for (let i = k + 1; i < n; i++) {
      const factor = a[i]![k]! / a[k]![k]!
      for (let j = k + 1; j < n; j++) a[i]![j] = a[i]![j]! - factor * a[k]![j]!
      a[i]![k] = factor
    }
  }
  const solve = (b: number[]) => {
    const x = [...b]
    for (let i = 0; i < n; i++) for (let k = 0; k < i; k++) x[i] = x[i]! - a[i]![k]! * x[k]!
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i] = x[i]! - a[i]![k]! * x[k]!
      x[i] = x[i]! / a[i]![i]!
    }
    return x
  }
  return { logDet, solve }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
