/** Eigenvalues and eigenvectors of small symmetric matrices. */

export interface SymmetricEigen {
  /** Ascending. */
  readonly values: Float64Array
  /** Row-major q × q; column k belongs to `values[k]`. */
  readonly vectors: Float64Array
}

const SWEEPS = 60

/**
 * Cyclic Jacobi iteration (Golub & Van Loan 2013, section 8.5): slow for large q, and accurate to the last digits
 * for the small ones it is meant for. A matrix that is not finite gives NaN throughout.
 *
 * @param a symmetric, row-major q × q; not changed
 */
export function decomposeSymmetric(a: Float64Array, q: number): SymmetricEigen {
  const m = Float64Array.from(a.subarray(0, q * q))
  const v = new Float64Array(q * q)
  for (let i = 0; i < q; i++) v[i * q + i] = 1
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0
    let total = 0
    for (let i = 0; i < q; i++) {
      for (let j = 0; j < q; j++) {
        const square = m[i * q + j]! ** 2
        total += square
        if (i !== j) off += square
      }
    }
    if (!(off > 1e-34 * total)) break
    for (let i = 0; i < q; i++) for (let j = i + 1; j < q; j++) rotate(m, v, q, i, j)
  }
  const order = Array.from({ length: q }, (_, k) => k).sort((i, j) => m[i * q + i]! - m[j * q + j]!)
  const values = new Float64Array(q)
  const vectors = new Float64Array(q * q)
  order.forEach((from, to) => {
    values[to] = m[from * q + from]!
    for (let i = 0; i < q; i++) vectors[i * q + to] = v[i * q + from]!
  })
  return { values, vectors }
}

function rotate(m: Float64Array, v: Float64Array, q: number, i: number, j: number): void {
  const off = m[i * q + j]!
  if (off === 0) return
  const tau = (m[j * q + j]! - m[i * q + i]!) / (2 * off)
  const tangent = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau))
  const cosine = 1 / Math.hypot(1, tangent)
  const sine = tangent * cosine
  for (let k = 0; k < q; k++) {
    const ki = m[k * q + i]!
    const kj = m[k * q + j]!
    m[k * q + i] = cosine * ki - sine * kj
    m[k * q + j] = sine * ki + cosine * kj
  }
  for (let k = 0; k < q; k++) {
    const ik = m[i * q + k]!
    const jk = m[j * q + k]!
    m[i * q + k] = cosine * ik - sine * jk
    m[j * q + k] = sine * ik + cosine * jk
    const vi = v[k * q + i]!
    const vj = v[k * q + j]!
    v[k * q + i] = cosine * vi - sine * vj
    v[k * q + j] = sine * vi + cosine * vj
  }
}
