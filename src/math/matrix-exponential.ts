import { factorLu, solveLu } from "./pivoted-lu.ts"

/** Coefficients of the [13/13] Padé approximant of exp: the numerator's, ascending (the denominator's alternate in sign). */
const PADE = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
  670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
] as const
/** The largest 1-norm for which the approximant is exact to the last bit. */
const LARGEST_NORM = 5.371920351148152

/**
 * exp(A) of an n × n matrix: scaling and squaring with the [13/13] Padé approximant.
 * N. J. Higham (2005), The scaling and squaring method for the matrix exponential revisited, SIAM Journal on Matrix
 * Analysis and Applications 26, algorithm 2.3 with m = 13 throughout.
 *
 * @param a column-major, not changed
 * @param out receives the result; NaN everywhere when A holds a value that is not finite
 */
export function matrixExponential(a: Float64Array, n: number, out: Float64Array): void {
  const norm = oneNorm(a, n)
  if (!Number.isFinite(norm)) {
    out.fill(Number.NaN, 0, n * n)
    return
  }
  const squarings = norm > LARGEST_NORM ? Math.ceil(Math.log2(norm / LARGEST_NORM)) : 0
  const scaled = a.slice(0, n * n)
  for (let i = 0; i < scaled.length; i++) scaled[i]! /= 2 ** squarings
  const second = multiply(scaled, scaled, n)
  const fourth = multiply(second, second, n)
  const sixth = multiply(fourth, second, n)
  const powers = [second, fourth, sixth] as const
  const odd = multiply(scaled, padeHalf(powers, n, 1), n)
  const even = padeHalf(powers, n, 0)
  const denominator = even.map((value, i) => value - odd[i]!)
  let result: Float64Array = even.map((value, i) => value + odd[i]!)
  const pivots = new Int32Array(n)
  factorLu(denominator, n, pivots)
  solveLu(denominator, n, pivots, result, n)
  for (let k = 0; k < squarings; k++) result = multiply(result, result, n)
  out.set(result)
}

/**
 * `A⁶ (c₁₂ A⁶ + c₁₀ A⁴ + c₈ A²) + c₆ A⁶ + c₄ A⁴ + c₂ A² + c₀ I`; for the odd half, which A multiplies, with coefficients
 * one higher.
 */
function padeHalf(
  [second, fourth, sixth]: readonly [Float64Array, Float64Array, Float64Array],
  n: number,
  parity: 0 | 1,
): Float64Array {
  const c = (k: number): number => PADE[k + parity]!
  const inner = new Float64Array(n * n)
  for (let i = 0; i < inner.length; i++) {
    inner[i] = c(12) * sixth[i]! + c(10) * fourth[i]! + c(8) * second[i]!
  }
  const half = multiply(sixth, inner, n)
  for (let i = 0; i < half.length; i++) half[i]! += c(6) * sixth[i]! + c(4) * fourth[i]! + c(2) * second[i]!
  for (let i = 0; i < n; i++) half[i * n + i]! += c(0)
  return half
}

function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const product = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      const factor = b[j * n + k]!
      for (let i = 0; i < n; i++) product[j * n + i]! += a[k * n + i]! * factor
    }
  }
  return product
}

/** Largest sum of absolute values of a column. */
function oneNorm(a: Float64Array, n: number): number {
  let norm = 0
  for (let j = 0; j < n; j++) {
    let total = 0
    for (let i = 0; i < n; i++) total += Math.abs(a[j * n + i]!)
    // Not Math.max alone: a NaN must come through whatever follows it.
    norm = Number.isNaN(total) ? Number.NaN : Math.max(norm, total)
    if (Number.isNaN(norm)) return norm
  }
  return norm
}
