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
  // U = L⁻ᵀ goes to the upper triangle of `out`: U[i, j] = (L⁻¹)[j, i], so that its rows are contiguous.
  let i = 0
  for (; i + 1 < n; i += 2) invertTwoColumns(l, stride, n, out, i)
  if (i < n) out[i * stride + i] = 1 / l[i * stride + i]!
  // (U U')[i, j] for j < i needs only columns from i on, all of the upper triangle: the strict lower one is free.
  i = 0
  for (; i + 1 < n; i += 2) multiplyTwoRows(stride, n, out, i)
  for (; i < n; i++)
    for (let j = 0; j < i; j++) out[i * stride + j] = dotRows(out, i * stride, j * stride, i, n)
  for (i = 0; i < n; i++) out[i * stride + i] = dotRows(out, i * stride, i * stride, i, n)
  for (i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * stride + i] = out[i * stride + j]!
}

/** Rows i and i + 1 of U, two entries each at a time. */
function invertTwoColumns(l: Float64Array, stride: number, n: number, out: Float64Array, i: number): void {
  const rowI = i * stride
  const rowH = rowI + stride
  out[rowI + i] = 1 / l[rowI + i]!
  out[rowI + i + 1] = (-l[rowH + i]! * out[rowI + i]!) / l[rowH + i + 1]!
  out[rowH + i + 1] = 1 / l[rowH + i + 1]!
  let j = i + 2
  for (; j + 1 < n; j += 2) {
    const rowJ = j * stride
    const rowK = rowJ + stride
    const first = out[rowI + i]!
    let ij = l[rowJ + i]! * first
    let ik = l[rowK + i]! * first
    let hj = 0
    let hk = 0
    for (let k = i + 1; k < j; k++) {
      const x = l[rowJ + k]!
      const y = l[rowK + k]!
      const u = out[rowI + k]!
      const v = out[rowH + k]!
      ij += x * u
      ik += y * u
      hj += x * v
      hk += y * v
    }
    const pivotJ = l[rowJ + j]!
    const pivotK = l[rowK + j + 1]!
    const cross = l[rowK + j]!
    ij = -ij / pivotJ
    hj = -hj / pivotJ
    out[rowI + j] = ij
    out[rowH + j] = hj
    out[rowI + j + 1] = -(ik + cross * ij) / pivotK
    out[rowH + j + 1] = -(hk + cross * hj) / pivotK
  }
  if (j < n) {
    const rowJ = j * stride
    out[rowI + j] = -dotOther(l, rowJ, out, rowI, i, j) / l[rowJ + j]!
    out[rowH + j] = -dotOther(l, rowJ, out, rowH, i + 1, j) / l[rowJ + j]!
  }
}

/** Rows i and i + 1 of the strict lower triangle of UU'. */
function multiplyTwoRows(stride: number, n: number, out: Float64Array, i: number): void {
  const rowI = i * stride
  const rowH = rowI + stride
  let j = 0
  for (; j + 1 < i; j += 2) {
    const rowJ = j * stride
    const rowK = rowJ + stride
    const first = out[rowI + i]!
    let ij = first * out[rowJ + i]!
    let ik = first * out[rowK + i]!
    let hj = 0
    let hk = 0
    for (let k = i + 1; k < n; k++) {
      const x = out[rowJ + k]!
      const y = out[rowK + k]!
      const u = out[rowI + k]!
      const v = out[rowH + k]!
      ij += x * u
      ik += y * u
      hj += x * v
      hk += y * v
    }
    out[rowI + j] = ij
    out[rowI + j + 1] = ik
    out[rowH + j] = hj
    out[rowH + j + 1] = hk
  }
  out[rowH + i] = dotRows(out, rowH, rowI, i + 1, n)
}

function dotRows(a: Float64Array, rowA: number, rowB: number, from: number, to: number): number {
  return dotOther(a, rowA, a, rowB, from, to)
}

function dotOther(
  a: Float64Array,
  rowA: number,
  b: Float64Array,
  rowB: number,
  from: number,
  to: number,
): number {
  let sum = 0
  for (let k = from; k < to; k++) sum += a[rowA + k]! * b[rowB + k]!
  return sum
}
