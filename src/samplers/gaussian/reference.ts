/** The reference t of the collapsed sampler's steps, and where a chain's memory holds what. */

/** Degrees of freedom of the reference t: heavier tails than any log-scale posterior with a proper prior. */
export const REFERENCE_DF = 8
/** Autocorrelation of the proposal with the current value, in the coordinates z. */
export const AUTOREGRESSION = -0.5
/** Roberts & Rosenthal (2001): a random walk's steps are 2.38/√d times the scale of the target. */
export const walkScale = (d: number): number => 2.38 / Math.sqrt(d)

/** Of the current z: its log density, and that of the reference. */
export const DENSITY_AT = 1
export const REFERENCE_AT = 2

/** First places in a chain's memory, for d coordinates of the spreads and so many coefficients. */
export const memoryLayout = (d: number, coefficients: number) => ({
  phi: 10,
  z: 10 + d,
  centre: 10 + 2 * d,
  factor: 10 + 3 * d,
  skew: 10 + 3 * d + d * d,
  noise: 10 + 4 * d + d * d,
  history: 10 + 4 * d + d * d + coefficients,
})

/** Log density of the reference t up to a constant. */
export function logReference(z: Float64Array): number {
  const d = z.length
  let squares = 0
  for (let i = 0; i < d; i++) squares += z[i]! * z[i]!
  return -0.5 * (REFERENCE_DF + d) * Math.log(1 + squares / REFERENCE_DF)
}
