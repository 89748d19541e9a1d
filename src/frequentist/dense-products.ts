/** Products of small square matrices, row-major. */

export function multiplySquare(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const product = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const value = a[i * n + k]!
      for (let j = 0; j < n; j++) product[i * n + j] = product[i * n + j]! + value * b[k * n + j]!
    }
  }
  return product
}

/** tr(AB). */
export function traceOfProduct(a: Float64Array, b: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) sum += a[i * n + k]! * b[k * n + i]!
  return sum
}

/** Trace of an n × n matrix. */
export function traceOf(m: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += m[i * (n + 1)]!
  return sum
}

/** `M R`, M size × size, R size × columns, both row-major. */
export function multiplyTall(
  m: Float64Array,
  right: Float64Array,
  size: number,
  columns: number,
): Float64Array {
  const out = new Float64Array(size * columns)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const value = m[i * size + k]!
      if (value === 0) continue
      for (let b = 0; b < columns; b++) {
        out[i * columns + b] = out[i * columns + b]! + value * right[k * columns + b]!
      }
    }
  }
  return out
}

/** `target += sign · L'R` for row-major m × c matrices. */
export function addInner(
  target: Float64Array,
  left: Float64Array,
  right: Float64Array,
  m: number,
  c: number,
  sign: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let a = 0; a < c; a++) {
      const value = sign * left[i * c + a]!
      if (value === 0) continue
      for (let b = 0; b < c; b++) target[a * c + b] = target[a * c + b]! + value * right[i * c + b]!
    }
  }
}
