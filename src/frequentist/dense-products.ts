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
