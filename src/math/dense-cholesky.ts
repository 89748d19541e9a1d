/**
 * Cholesky factorisation and inverse of larger dense symmetric matrices, row-major with a row stride, lower triangle.
 * For q × q blocks inside a sweep see small-dense.ts. Rows are combined by dot products over contiguous memory, two
 * rows against two, so that each number loaded is used twice. Golub & Van Loan (2013), section 4.2.
 */

/**
 * Factors the leading n × n part `A = L L'` in place and carries `extra` further rows B along: they become `B L⁻ᵀ`,
 * that is, for a right-hand side b kept as a row, `L⁻¹ b`.
 *
 * @param a row-major, lower triangle read; n + extra rows of `stride` doubles; overwritten
 * @returns -1, or the first pivot that is not positive (NaN included): `a` is then partly overwritten
 */
export function factorDenseCholesky(a: Float64Array, stride: number, n: number, extra: number): number {
  const rows = n + extra
  let j = 0
  for (; j + 1 < n; j += 2) {
    const rowJ = j * stride
    const rowK = rowJ + stride
    let jj = a[rowJ + j]!
    let kj = a[rowK + j]!
    let kk = a[rowK + j + 1]!
    for (let k = 0; k < j; k++) {
      const x = a[rowJ + k]!
      const y = a[rowK + k]!
      jj -= x * x
      kj -= x * y
      kk -= y * y
    }
    if (!(jj > 0)) return j
    const pivotJ = Math.sqrt(jj)
    kj /= pivotJ
    kk -= kj * kj
    if (!(kk > 0)) return j + 1
    const pivotK = Math.sqrt(kk)
    a[rowJ + j] = pivotJ
    a[rowK + j] = kj
    a[rowK + j + 1] = pivotK
    let i = j + 2
    for (; i + 1 < rows; i += 2) {
      const rowI = i * stride
      const rowH = rowI + stride
      let ij = a[rowI + j]!
      let ik = a[rowI + j + 1]!
      let hj = a[rowH + j]!
      let hk = a[rowH + j + 1]!
      for (let k = 0; k < j; k++) {
        const x = a[rowJ + k]!
        const y = a[rowK + k]!
        const u = a[rowI + k]!
        const v = a[rowH + k]!
        ij -= u * x
        ik -= u * y
        hj -= v * x
        hk -= v * y
      }
      ij /= pivotJ
      hj /= pivotJ
      a[rowI + j] = ij
      a[rowI + j + 1] = (ik - ij * kj) / pivotK
      a[rowH + j] = hj
      a[rowH + j + 1] = (hk - hj * kj) / pivotK
    }
    for (; i < rows; i++) {
      const rowI = i * stride
      let ij = a[rowI + j]!
      let ik = a[rowI + j + 1]!
      for (let k = 0; k < j; k++) {
        ij -= a[rowI + k]! * a[rowJ + k]!
        ik -= a[rowI + k]! * a[rowK + k]!
      }
      ij /= pivotJ
      a[rowI + j] = ij
      a[rowI + j + 1] = (ik - ij * kj) / pivotK
    }
  }
  if (j < n) return factorLastColumn(a, stride, j, rows)
  return -1
}

function factorLastColumn(a: Float64Array, stride: number, j: number, rows: number): number {
  const rowJ = j * stride
  let jj = a[rowJ + j]!
  for (let k = 0; k < j; k++) jj -= a[rowJ + k]! * a[rowJ + k]!
  if (!(jj > 0)) return j
  const pivot = Math.sqrt(jj)
  a[rowJ + j] = pivot
  for (let i = j + 1; i < rows; i++) {
    const rowI = i * stride
    let ij = a[rowI + j]!
    for (let k = 0; k < j; k++) ij -= a[rowI + k]! * a[rowJ + k]!
    a[rowI + j] = ij / pivot
  }
  return -1
}

/**
 * `A⁻¹ = L⁻ᵀ L⁻¹` from the Cholesky factor L of A.
 *
 * @param l row-major lower factor, `stride` doubles a row; not changed
 * @param out n × n, row-major with the same stride: receives the full symmetric inverse
 */
export function invertFromCholesky(l: Float64Array, stride: number, n: number, out: Float64Array): void {
  // Row i of U = L⁻ᵀ goes to row i of `out`: U[i, j] = (L⁻¹)[j, i], contiguous for the products that follow.
  for (let i = 0; i < n; i++) {
    const rowI = i * stride
    out[rowI + i] = 1 / l[rowI + i]!
    for (let j = i + 1; j < n; j++) {
      const rowJ = j * stride
      let sum = 0
      for (let k = i; k < j; k++) sum += l[rowJ + k]! * out[rowI + k]!
      out[rowI + j] = -sum / l[rowJ + j]!
    }
  }
  // (U U')[i, j] for j ≤ i needs only columns from i on. Column order lets it happen in place: entry (i, j) of the
  // strict lower triangle is free, and the diagonal is read by no later entry of its own row.
  for (let i = 0; i < n; i++) {
    const rowI = i * stride
    for (let j = 0; j < i; j++) {
      const rowJ = j * stride
      let sum = 0
      for (let k = i; k < n; k++) sum += out[rowI + k]! * out[rowJ + k]!
      out[rowI + j] = sum
    }
  }
  for (let i = 0; i < n; i++) {
    const rowI = i * stride
    let sum = 0
    for (let k = i; k < n; k++) sum += out[rowI + k]! * out[rowI + k]!
    out[rowI + i] = sum
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * stride + i] = out[i * stride + j]!
}
