/**
 * Systems of linear equations with general square matrices, column-major.
 * Algorithm: Golub & Van Loan (2013), Matrix Computations, section 3.4 (partial pivoting).
 */

/**
 * Factorises `P A = L U` in place: U and the strict lower triangle of L (unit diagonal) overwrite the n × n matrix
 * `a`, column-major.
 * @param pivots receives, for each step k, the row that was exchanged with row k
 * @returns the sign of the permutation, 1 or −1; 0, with `a` partly overwritten, when A is singular to the last bit or
 * holds NaN
 */
export function factorLu(a: Float64Array, n: number, pivots: Int32Array): -1 | 0 | 1 {
  let sign: -1 | 1 = 1
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(a[k * n + i]!) > Math.abs(a[k * n + pivot]!)) pivot = i
    }
    pivots[k] = pivot
    const divisor = a[k * n + pivot]!
    // Written so that NaN fails as well.
    if (!(Math.abs(divisor) > 0)) return 0
    if (pivot !== k) {
      sign = sign === 1 ? -1 : 1
      for (let j = 0; j < n; j++) {
        const held = a[j * n + k]!
        a[j * n + k] = a[j * n + pivot]!
        a[j * n + pivot] = held
      }
    }
    for (let i = k + 1; i < n; i++) a[k * n + i]! /= divisor
    for (let j = k + 1; j < n; j++) {
      const factor = a[j * n + k]!
      if (factor === 0) continue
      for (let i = k + 1; i < n; i++) a[j * n + i]! -= a[k * n + i]! * factor
    }
  }
  return sign
}

/**
 * Solves `A X = B` for `columns` right-hand sides; `b` (n × columns, column-major) becomes X.
 * @param lu, pivots what `factorLu` made of A
 */
export function solveLu(
  lu: Float64Array,
  n: number,
  pivots: Int32Array,
  b: Float64Array,
  columns: number,
): void {
  for (let c = 0; c < columns; c++) {
    const at = c * n
    for (let k = 0; k < n; k++) {
      const pivot = pivots[k]!
      const held = b[at + k]!
      b[at + k] = b[at + pivot]!
      b[at + pivot] = held
    }
    for (let k = 0; k < n; k++) {
      const value = b[at + k]!
      for (let i = k + 1; i < n; i++) b[at + i]! -= lu[k * n + i]! * value
    }
    for (let k = n - 1; k >= 0; k--) {
      const value = b[at + k]! / lu[k * n + k]!
      b[at + k] = value
      for (let i = 0; i < k; i++) b[at + i]! -= lu[k * n + i]! * value
    }
  }
}
