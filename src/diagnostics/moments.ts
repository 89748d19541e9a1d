/** Mean and variance by two passes, so that rounding does not grow with the distance of the mean from zero. */

import { isConstant } from "./chains.ts"

/**
 * The mean; the second pass adds what rounding lost in the first. Equal values have exactly their value as mean. NaN of no
 * values; infinite or NaN where a value is.
 * Chan, Golub & LeVeque (1983), The American Statistician 37, 242–247.
 */
export function mean(values: Float64Array): number {
  if (isConstant(values)) return values[0] ?? NaN
  const first = sumOfDeviations(values, 0) / values.length
  return Number.isFinite(first) ? first + sumOfDeviations(values, first) / values.length : first
}

/** The variance with divisor n − 1 about `centre`, the mean; exactly 0 of equal values; NaN of fewer than two values or where a value is not finite. */
export function variance(values: Float64Array, centre: number = mean(values)): number {
  const n = values.length
  return n < 2 ? NaN : sumOfSquares(values, centre) / (n - 1)
}

/** The standard deviation with divisor n − 1; NaN as `variance`. */
export function standardDeviation(values: Float64Array): number {
  return Math.sqrt(variance(values))
}

// Four sums at once: each addition need not wait for the one before it, and rounding errors are smaller.

function sumOfDeviations(values: Float64Array, centre: number): number {
  const n = values.length
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let i = 0
  for (; i + 3 < n; i += 4) {
    a += values[i]! - centre
    b += values[i + 1]! - centre
    c += values[i + 2]! - centre
    d += values[i + 3]! - centre
  }
  for (; i < n; i++) a += values[i]! - centre
  return a + b + (c + d)
}

function sumOfSquares(values: Float64Array, centre: number): number {
  const n = values.length
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let i = 0
  for (; i + 3 < n; i += 4) {
    a += (values[i]! - centre) ** 2
    b += (values[i + 1]! - centre) ** 2
    c += (values[i + 2]! - centre) ** 2
    d += (values[i + 3]! - centre) ** 2
  }
  for (; i < n; i++) a += (values[i]! - centre) ** 2
  return a + b + (c + d)
}
