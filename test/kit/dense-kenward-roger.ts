/** Kenward and Roger's adjusted covariance matrix the long way, with matrices of the size of the data. */

import type { LmmFit } from "../../src/frequentist/lmm-fit.ts"

type Matrix = number[][]

/** Φ_A; every element of every covariance matrix, and the residual variance, is a parameter. */
export function denseAdjustedCovariance(fit: LmmFit): Matrix {
  const { design } = fit
  const n = design.nobs
  const derivatives: Matrix[] = [unit(n)]
  let v = unit(n).map((row) => row.map((value) => value * fit.sigma ** 2))
  for (const { designIndex, covariance, terms } of fit.covariances) {
    const { codes, columns } = design.random[designIndex]!
    const spread = (a: number, b: number): Matrix =>
      Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => (codes[i] === codes[j] ? columns[a]![i]! * columns[b]![j]! : 0)),
      )
    const q = terms.length
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) {
        v = add(v, spread(a, b), covariance[a * q + b]!)
        if (a === b) derivatives.push(spread(a, a))
        if (a < b) derivatives.push(add(spread(a, b), spread(b, a), 1))
      }
    }
  }
  const x: Matrix = Array.from({ length: n }, (_, i) => design.fixed.columns.map((column) => column[i]!))
  const inverse = invert(v)
  const phi = invert(times(transpose(x), times(inverse, x)))
  const half = derivatives.map((d) => times(times(inverse, d), inverse))
  const p = half.map((h) => times(transpose(x), times(h, x)).map((row) => row.map((value) => -value)))
  const q = half.map((h) =>
    derivatives.map((_, j) => times(transpose(x), times(times(h, v), times(half[j]!, x)))),
  )
  const information = derivatives.map((_, i) =>
    derivatives.map((d, j) => {
      const pair = trace(times(half[i]!, d))
      return pair - 2 * trace(times(phi, q[i]![j]!)) + trace(times(times(phi, p[i]!), times(phi, p[j]!)))
    }),
  )
  const w = invert(information).map((row) => row.map((value) => 2 * value))
  let sum: Matrix = phi.map((row) => row.map(() => 0))
  w.forEach((row, i) => {
    row.forEach((weight, j) => {
      sum = add(sum, q[i]![j]!, weight)
      sum = add(sum, times(times(p[i]!, phi), p[j]!), -weight)
    })
  })
  return add(phi, times(times(phi, sum), phi), 2)
}

const unit = (n: number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)))

const add = (a: Matrix, b: Matrix, scale: number): Matrix =>
  a.map((row, i) => row.map((value, j) => value + scale * b[i]![j]!))

const transpose = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!))

const trace = (a: Matrix): number => a.reduce((sum, row, i) => sum + row[i]!, 0)

function times(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => {
    const out = b[0]!.map(() => 0)
    row.forEach((value, k) => {
      if (value === 0) return
      b[k]!.forEach((other, j) => {
        out[j] = out[j]! + value * other
      })
    })
    return out
  })
}

/** Gauss and Jordan with row pivoting. */
function invert(matrix: Matrix): Matrix {
  const n = matrix.length
  const a = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))])
  for (let k = 0; k < n; k++) {
    const best = a.reduce((at, row, i) => (i > k && Math.abs(row[k]!) > Math.abs(a[at]![k]!) ? i : at), k)
    ;[a[k], a[best]] = [a[best]!, a[k]!]
    const pivot = a[k]![k]!
    a[k] = a[k]!.map((value) => value / pivot)
    for (let i = 0; i < n; i++) {
      if (i === k) continue
      const factor = a[i]![k]!
      a[i] = a[i]!.map((value, j) => value - factor * a[k]![j]!)
    }
  }
  return a.map((row) => row.slice(n))
}
