/** Eigenvalues alone, of symmetric matrices of a few hundred rows and more. */

import { NumericalError } from "../core/errors.ts"

/**
 * Eigenvalues in ascending order by Householder reduction to tridiagonal form and implicit QL steps (Golub & Van Loan
 * 2013, algorithms 8.3.1 and 8.3.2; Parlett 1998, section 8): `4n³/3` operations, absolute errors of the size of the
 * largest eigenvalue's last digits.
 *
 * @param matrix symmetric, row-major n × n; overwritten, only the lower triangle is read
 * @throws NumericalError when a number is not finite
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) if (!Number.isFinite(matrix[i * n + j]!)) throw noEigenvalues()
  }
  const diagonal = new Float64Array(n)
  const off = new Float64Array(n)
  reduceToTridiagonal(matrix, n, diagonal, off)
  iterateQl(diagonal, off, n)
  return diagonal.sort()
}

/** `off[i]` couples i and i + 1. */
function reduceToTridiagonal(a: Float64Array, n: number, diagonal: Float64Array, off: Float64Array): void {
  const v = new Float64Array(n)
  const w = new Float64Array(n)
  for (let k = 0; k < n - 2; k++) {
    let squares = 0
    for (let i = k + 1; i < n; i++) {
      v[i] = a[i * n + k]!
      squares += v[i]! ** 2
    }
    const first = v[k + 1]!
    const below = squares - first * first
    if (!(below > 1e-300)) {
      off[k] = first
      continue
    }
    const alpha = first > 0 ? -Math.sqrt(squares) : Math.sqrt(squares)
    off[k] = alpha
    v[k + 1] = first - alpha
    const beta = 1 / (squares - first * alpha)
    // w = βAv over the lower triangle; A := A − vw' − wv' with w corrected by half its part along v.
    w.fill(0, k + 1)
    for (let i = k + 1; i < n; i++) {
      const row = i * n
      let sum = a[row + i]! * v[i]!
      for (let j = k + 1; j < i; j++) {
        sum += a[row + j]! * v[j]!
        w[j] = w[j]! + a[row + j]! * v[i]!
      }
      w[i] = w[i]! + sum
    }
    let along = 0
    for (let i = k + 1; i < n; i++) {
      w[i] = w[i]! * beta
      along += w[i]! * v[i]!
    }
    const half = 0.5 * beta * along
    for (let i = k + 1; i < n; i++) w[i] = w[i]! - half * v[i]!
    for (let i = k + 1; i < n; i++) {
      const row = i * n
      const vi = v[i]!
      const wi = w[i]!
      for (let j = k + 1; j <= i; j++) a[row + j] = a[row + j]! - vi * w[j]! - wi * v[j]!
    }
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i]!
  if (n > 1) off[n - 2] = a[(n - 1) * n + n - 2]!
}

function iterateQl(d: Float64Array, e: Float64Array, n: number): void {
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; ; iteration++) {
      let m = l
      while (m < n - 1 && Math.abs(e[m]!) > 2 ** -53 * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++
      if (m === l) break
      if (iteration === 60) throw noEigenvalues()
      // Wilkinson's shift, then the bulge is chased from m up to l by rotations.
      const g = (d[l + 1]! - d[l]!) / (2 * e[l]!)
      let x = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? 1 : -1) * Math.hypot(g, 1))
      let s = 1
      let c = 1
      let p = 0
      let i = m - 1
      for (; i >= l; i--) {
        const f = s * e[i]!
        const b = c * e[i]!
        const r = Math.hypot(f, x)
        e[i + 1] = r
        if (r === 0) {
          d[i + 1] = d[i + 1]! - p
          e[m] = 0
          break
        }
        s = f / r
        c = x / r
        const y = d[i + 1]! - p
        const z = (d[i]! - y) * s + 2 * c * b
        p = s * z
        d[i + 1] = y + p
        x = c * z - b
      }
      if (i >= l) continue
      d[l] = d[l]! - p
      e[l] = x
      e[m] = 0
    }
  }
}

function noEigenvalues(): NumericalError {
  return new NumericalError("the eigenvalues of a matrix could not be found", {
    code: "no-eigenvalues",
    hint: "check the data for numbers that are not finite, or rescale them",
  })
}
