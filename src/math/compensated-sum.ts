/** Sums that do not lose what lies below the last digit of the running total. */

/**
 * Dot product of two equally long arrays by Neumaier's compensated summation of the products (Neumaier 1974, ZAMM
 * 54, 39–51): the error no longer grows with the length. NaN or infinity in either array gives NaN or infinity.
 */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  let lost = 0
  for (let i = 0; i < a.length; i++) {
    const term = a[i]! * b[i]!
    const next = sum + term
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum
    sum = next
  }
  // Past the largest number the correction is infinity minus infinity; the plain sum says what happened.
  return Number.isFinite(lost) ? sum + lost : sum
}
