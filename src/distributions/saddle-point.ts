import gammaln from "@stdlib/math-base-special-gammaln"
import { xlog1py } from "./scalar-family.ts"

/*
 * Poisson and binomial log masses without cancellation: C. Loader (2000), Fast and accurate computation of binomial
 * probabilities: Stirling's formula, whose error is small, and the deviance, which is computed as one number.
 */

const LOG_TWO_PI = Math.log(2 * Math.PI)

/** log n! less Stirling's formula for n = 0 … 15 (its value at 0 is not used). */
const SMALL = Float64Array.from({ length: 16 }, (_, n) =>
  n === 0 ? 0 : gammaln(n + 1) - (n + 0.5) * Math.log(n) + n - 0.5 * LOG_TWO_PI,
)

function stirlingError(n: number): number {
  if (n <= 15) return SMALL[n]!
  const r = 1 / (n * n)
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / n
}

/** x log(x / m) + m − x, for x > 0, without cancellation near x = m. */
function deviance(x: number, m: number): number {
  const difference = x - m
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) - difference
  const v = difference / (x + m)
  const square = v * v
  let sum = difference * v
  let power = 2 * x * v
  for (let k = 3; ; k += 2) {
    power *= square
    const next = sum + power / k
    if (next === sum) return sum
    sum = next
  }
}

/** log of mean^x e^−mean / x!, x = 0, 1, …, mean ≥ 0. */
export function logPoissonMass(x: number, mean: number): number {
  if (x === 0) return 0 - mean
  if (mean === 0) return -Infinity
  return -0.5 * (LOG_TWO_PI + Math.log(x)) - stirlingError(x) - deviance(x, mean)
}

/** log of C(n, x) p^x (1 − p)^(n − x), x = 0 … n, p in [0, 1]. */
export function logBinomialMass(x: number, n: number, p: number): number {
  if (x === 0) return xlog1py(n, -p) + 0
  if (x === n) return n * Math.log(p)
  if (p === 0 || p === 1) return -Infinity
  const y = n - x
  return (
    stirlingError(n) -
    stirlingError(x) -
    stirlingError(y) -
    deviance(x, n * p) -
    deviance(y, n * (1 - p)) -
    0.5 * (LOG_TWO_PI + Math.log(x) + Math.log1p(-x / n))
  )
}
