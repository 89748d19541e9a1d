import erfc from "@stdlib/math-base-special-erfc"

const LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI)

/**
 * log P(Z > z) of a standard normal Z, for every z: where the tail is below 1e-6 by Laplace's continued fraction
 * φ(z) / (z + 1 / (z + 2 / (z + 3 / …))) (DLMF 7.9.3), so that it does not underflow.
 */
export function logNormalSurvival(z: number): number {
  if (z < 5)
    return z < -5 ? Math.log1p(-0.5 * erfc(-z * Math.SQRT1_2)) : Math.log(0.5 * erfc(z * Math.SQRT1_2))
  if (z === Infinity) return -Infinity
  let fraction = z
  for (let k = 60; k >= 1; k--) fraction = z + k / fraction
  return -0.5 * z * z - LOG_SQRT_TWO_PI - Math.log(fraction)
}
