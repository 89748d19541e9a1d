import gammaln from "@stdlib/math-base-special-gammaln"

const LOG_PI = Math.log(Math.PI)

/**
 * log Γ_q(a) = q (q − 1) / 4 · log π + Σ_{i=0}^{q−1} log Γ(a − i / 2), for a > (q − 1) / 2.
 * T. W. Anderson (2003), An Introduction to Multivariate Statistical Analysis, section 7.2, definition 7.2.1.
 */
export function logMultivariateGamma(q: number, a: number): number {
  let sum = 0.25 * q * (q - 1) * LOG_PI
  for (let i = 0; i < q; i++) sum += gammaln(a - 0.5 * i)
  return sum
}
