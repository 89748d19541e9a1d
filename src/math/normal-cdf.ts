import erfc from "@stdlib/math-base-special-erfc"

/** 1/√2 is HALF_ROOT + HALF_ROOT_REST to twice the figures of a double. */
const HALF_ROOT = Math.SQRT1_2
const HALF_ROOT_REST = -4.833646656726457e-17
/** Splits a double into two halves of 26 bits (Dekker). */
const SPLITTER = 134217729
const ROOT_HIGH = SPLITTER * HALF_ROOT - (SPLITTER * HALF_ROOT - HALF_ROOT)
const ROOT_LOW = HALF_ROOT - ROOT_HIGH
const INV_SQRT_PI = 0.5641895835477563

/**
 * Φ(x), the distribution function of the standard normal, with a relative error of a few 1e-16 in both tails (below
 * x ≈ −37.5 the result is a denormal number and has fewer figures). NaN for NaN.
 *
 * Φ(x) = erfc(−x/√2)/2. Far out, erfc magnifies the relative error of its argument z by 2z², so the rounding error of z
 * is computed (T. J. Dekker 1971, A floating-point technique for extending the available precision, Numerische
 * Mathematik 18) and put right with the derivative −2/√π·exp(−z²).
 */
export function normalCdf(x: number): number {
  const z = -x * HALF_ROOT
  const plain = 0.5 * erfc(z)
  if (!(z > 1 && z < 28)) return plain
  const scaled = -SPLITTER * x
  const high = scaled - (scaled + x)
  const low = -x - high
  const rounding =
    ROOT_HIGH * high - z + (ROOT_HIGH * low + ROOT_LOW * high) + ROOT_LOW * low - x * HALF_ROOT_REST
  return plain - rounding * INV_SQRT_PI * Math.exp(-z * z)
}

/** φ(x), the density of the standard normal. */
export function normalDensity(x: number): number {
  return 0.3989422804014327 * Math.exp(-0.5 * x * x)
}
