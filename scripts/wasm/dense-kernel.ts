/**
 * Dense lower-triangular kernels in AssemblyScript, two doubles an instruction. Matrices are row-major; addresses and
 * strides are in bytes, sizes in numbers. Everything is reduced to `C ± A B'` with A and B by rows, so that nothing is
 * packed: rows are contiguous, four of A meet two of B. Recursion does the rest (Toledo 1997, Locality of reference in LU
 * decomposition with partial pivoting, SIAM J. Matrix Anal. Appl. 18(4); Gustavson 1997, IBM J. Res. Dev. 41(6)).
 */

/** Columns that are factored number by number. */
const BASE: i32 = 8
/** Length of the rows that a tile runs over, and rows of B, before the next: both fit the second-level cache. */
const DEPTH: i32 = 256
const BREADTH: i32 = 96
/** Rows of a strip of a triangular product. */
const STRIP: i32 = 32

function store2(c: usize, alpha: v128, x: v128, y: v128): void {
  const sum = f64x2.add(v128.shuffle<f64>(x, y, 0, 2), v128.shuffle<f64>(x, y, 1, 3))
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(alpha, sum)))
}

function dot(a: usize, b: usize, k: i32): f64 {
  let sum: f64 = 0
  const end = a + ((<usize>k) << 3)
  while (a < end) {
    sum += load<f64>(a) * load<f64>(b)
    a += 8
    b += 8
  }
  return sum
}

/** Four rows of A, two of B, k even. */
function tile(c: usize, cs: usize, a: usize, as_: usize, b: usize, bs: usize, k: i32, alpha: v128): void {
  let x0 = f64x2.splat(0)
  let x1 = x0
  let x2 = x0
  let x3 = x0
  let y0 = x0
  let y1 = x0
  let y2 = x0
  let y3 = x0
  let a0 = a
  let a1 = a0 + as_
  let a2 = a1 + as_
  let a3 = a2 + as_
  let b0 = b
  let b1 = b + bs
  const end = a0 + ((<usize>k) << 3)
  while (a0 < end) {
    const u = v128.load(b0)
    const v = v128.load(b1)
    let r = v128.load(a0)
    x0 = f64x2.add(x0, f64x2.mul(r, u))
    y0 = f64x2.add(y0, f64x2.mul(r, v))
    r = v128.load(a1)
    x1 = f64x2.add(x1, f64x2.mul(r, u))
    y1 = f64x2.add(y1, f64x2.mul(r, v))
    r = v128.load(a2)
    x2 = f64x2.add(x2, f64x2.mul(r, u))
    y2 = f64x2.add(y2, f64x2.mul(r, v))
    r = v128.load(a3)
    x3 = f64x2.add(x3, f64x2.mul(r, u))
    y3 = f64x2.add(y3, f64x2.mul(r, v))
    a0 += 16
    a1 += 16
    a2 += 16
    a3 += 16
    b0 += 16
    b1 += 16
  }
  store2(c, alpha, x0, y0)
  store2(c + cs, alpha, x1, y1)
  store2(c + 2 * cs, alpha, x2, y2)
  store2(c + 3 * cs, alpha, x3, y3)
}

/** `C += alpha A B'`: C m × n, A m × k, B n × k. */
export function multiplyRows(
  c: usize,
  cs: usize,
  a: usize,
  as_: usize,
  b: usize,
  bs: usize,
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
): void {
  const scale = f64x2.splat(alpha)
  for (let k0 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(DEPTH, k - k0)
    const even = depth & ~1
    const at = (<usize>k0) << 3
    for (let j0 = 0; j0 < n; j0 += BREADTH) {
      const jEnd = min(n, j0 + BREADTH)
      let i = 0
      for (; i + 4 <= m; i += 4) {
        const rowA = a + <usize>i * as_ + at
        const rowC = c + <usize>i * cs
        let j = j0
        for (; j + 2 <= jEnd; j += 2) {
          const rowB = b + <usize>j * bs + at
          const to = rowC + ((<usize>j) << 3)
          tile(to, cs, rowA, as_, rowB, bs, even, scale)
          if (even !== depth) {
            const last = (<usize>even) << 3
            const u = alpha * load<f64>(rowB + last)
            const v = alpha * load<f64>(rowB + bs + last)
            for (let r: usize = 0; r < 4; r++) {
              const x = load<f64>(rowA + r * as_ + last)
              const cell = to + r * cs
              store<f64>(cell, load<f64>(cell) + x * u)
              store<f64>(cell, load<f64>(cell, 8) + x * v, 8)
            }
          }
        }
        if (j < jEnd) {
          const rowB = b + <usize>j * bs + at
          const to = rowC + ((<usize>j) << 3)
          for (let r: usize = 0; r < 4; r++) {
            const cell = to + r * cs
            store<f64>(cell, load<f64>(cell) + alpha * dot(rowA + r * as_, rowB, depth))
          }
        }
      }
      for (; i < m; i++) {
        const rowA = a + <usize>i * as_ + at
        for (let j = j0; j < jEnd; j++) {
          const cell = c + <usize>i * cs + ((<usize>j) << 3)
          store<f64>(cell, load<f64>(cell) + alpha * dot(rowA, b + <usize>j * bs + at, depth))
        }
      }
    }
  }
}

/** Lower triangle of `C += alpha A A'`, C n × n; numbers above its diagonal within strips are overwritten. */
export function rankUpdate(c: usize, cs: usize, a: usize, as_: usize, n: i32, k: i32, alpha: f64): void {
  for (let i = 0; i < n; i += STRIP) {
    const rows = min(STRIP, n - i)
    multiplyRows(c + <usize>i * cs, cs, a + <usize>i * as_, as_, a, as_, rows, i + rows, k, alpha)
  }
}

/** Eight columns or fewer of all rows. */
function factorBase(a: usize, s: usize, rows: i32, n: i32): i32 {
  for (let j = 0; j < n; j++) {
    const row = a + <usize>j * s
    for (let i = 0; i < j; i++) {
      const other = a + <usize>i * s
      const cell = row + ((<usize>i) << 3)
      store<f64>(cell, (load<f64>(cell) - dot(row, other, i)) / load<f64>(other + ((<usize>i) << 3)))
    }
    const cell = row + ((<usize>j) << 3)
    const pivot = load<f64>(cell) - dot(row, row, j)
    if (!(pivot > 0)) return j
    store<f64>(cell, sqrt(pivot))
  }
  solveBase(a + <usize>n * s, s, a, s, rows - n, n)
  return -1
}

/** `X := X L⁻'` for eight columns or fewer. */
function solveBase(x: usize, xs: usize, l: usize, ls: usize, m: i32, n: i32): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const row = l + <usize>j * ls
      const cell = x + ((<usize>j) << 3)
      store<f64>(cell, (load<f64>(cell) - dot(x, row, j)) / load<f64>(row + ((<usize>j) << 3)))
    }
    x += xs
  }
}

function half(n: i32): i32 {
  return ((n / 2 + BASE - 1) / BASE) * BASE
}

/** Factors the first n columns of `rows` rows in place; -1, or the first pivot that is not positive. */
export function factorise(a: usize, s: usize, rows: i32, n: i32): i32 {
  if (n <= BASE) return factorBase(a, s, rows, n)
  const left = half(n)
  const first = factorise(a, s, rows, left)
  if (first >= 0) return first
  const right = n - left
  const below = a + <usize>left * s
  const corner = below + ((<usize>left) << 3)
  rankUpdate(corner, s, below, s, right, left, -1)
  const after = <usize>right * s
  multiplyRows(corner + after, s, below + after, s, below, s, rows - n, right, left, -1)
  const second = factorise(corner, s, rows - left, right)
  return second < 0 ? second : left + second
}

/** `X := X L⁻'`: X m × n, L n × n lower. */
export function solveRows(x: usize, xs: usize, l: usize, ls: usize, m: i32, n: i32): void {
  if (n <= BASE) {
    solveBase(x, xs, l, ls, m, n)
    return
  }
  const left = half(n)
  const offset = (<usize>left) << 3
  const below = l + <usize>left * ls
  solveRows(x, xs, l, ls, m, left)
  multiplyRows(x + offset, xs, x, xs, below, ls, m, n - left, left, -1)
  solveRows(x + offset, xs, below + offset, ls, m, n - left)
}

/** Upper triangle of U, with zeros in the strict lower part of blocks of the base: `U = L⁻'`. */
function invertTriangle(l: usize, ls: usize, n: i32, u: usize, us: usize): void {
  if (n <= BASE) {
    for (let i = 0; i < n; i++) {
      const row = u + <usize>i * us
      for (let j = 0; j < n; j++) store<f64>(row + ((<usize>j) << 3), i === j ? 1 : 0)
    }
    solveBase(u, us, l, ls, n, n)
    return
  }
  const left = half(n)
  const right = n - left
  const offset = (<usize>left) << 3
  const below = l + <usize>left * ls
  invertTriangle(l, ls, left, u, us)
  for (let i = 0; i < left; i += STRIP) {
    const rows = min(STRIP, left - i)
    const skip = (<usize>i) << 3
    const row = u + <usize>i * us
    for (let r = 0; r < rows; r++) memory.fill(row + <usize>r * us + offset, 0, (<usize>right) << 3)
    multiplyRows(row + offset, us, row + skip, us, below + skip, ls, rows, right, left - i, -1)
  }
  solveRows(u + offset, us, below + offset, ls, left, right)
  invertTriangle(below + offset, ls, right, u + <usize>left * us + offset, us)
}

/**
 * The full symmetric inverse from the factor: U = L⁻' in the upper triangle of `out`, then `U U'` strip by strip.
 * `scratch` holds a strip's square.
 */
export function invert(l: usize, ls: usize, n: i32, out: usize, os: usize, scratch: usize): void {
  // U's blocks on the diagonal must have zeros below it as far as strips reach.
  for (let i = 0; i < n; i++) memory.fill(out + <usize>i * os, 0, (<usize>i) << 3)
  invertTriangle(l, ls, n, out, os)
  const width = (<usize>STRIP) << 3
  for (let i = 0; i < n; i += STRIP) {
    const rows = min(STRIP, n - i)
    const skip = (<usize>i) << 3
    const own = out + <usize>i * os
    const length = n - i
    // Rows before this strip meet it in columns from the strip on; the result goes below the diagonal.
    multiplyRows(own, os, own + skip, os, out + skip, os, rows, i, length, 1)
    memory.fill(scratch, 0, width * <usize>STRIP)
    multiplyRows(scratch, width, own + skip, os, own + skip, os, rows, rows, length, 1)
    for (let r = 0; r < rows; r++) {
      memory.copy(own + <usize>r * os + skip, scratch + <usize>r * width, (<usize>rows) << 3)
    }
  }
  for (let i = 0; i < n; i += STRIP) {
    for (let j = 0; j <= i; j += STRIP) mirror(out, os, i, j, n)
  }
}

/** Copies one square of the lower triangle to the upper one. */
function mirror(out: usize, os: usize, row: i32, column: i32, n: i32): void {
  for (let i = row; i < min(row + STRIP, n); i++) {
    const from = out + <usize>i * os
    for (let j = column; j < min(column + STRIP, i); j++) {
      store<f64>(out + <usize>j * os + ((<usize>i) << 3), load<f64>(from + ((<usize>j) << 3)))
    }
  }
}
