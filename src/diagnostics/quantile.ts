/**
 * Sample quantiles, definition 7 of Hyndman & Fan (1996), The American Statistician 50, 361–365: linear interpolation of
 * the order statistics at (n − 1) p, R's default.
 */

/**
 * The `probability` quantile of `values` (unchanged). NaN of no values, where a value is NaN, or outside [0, 1].
 * Infinite order statistics are allowed.
 */
export function quantile(values: Float64Array, probability: number): number {
  return quantileOfSorted(values.slice().sort(), probability)
}

/** The same of values in ascending order, as `Float64Array.prototype.sort` leaves them (NaN last). */
export function quantileOfSorted(sorted: Float64Array, probability: number): number {
  const n = sorted.length
  if (n === 0 || !(probability >= 0 && probability <= 1) || Number.isNaN(sorted[n - 1]!)) return NaN
  // The index from 1 and the weights in this order round as R's do: indicators θ ≤ quantile depend on the last bit.
  const index = 1 + (n - 1) * probability
  const floor = Math.floor(index)
  const low = sorted[floor - 1]!
  const high = sorted[Math.ceil(index) - 1]!
  const weight = index - floor
  return weight > 0 && low !== high ? (1 - weight) * low + weight * high : low
}
