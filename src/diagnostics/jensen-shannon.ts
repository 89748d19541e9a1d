/**
 * The cumulative Jensen–Shannon distance between draws and the same draws reweighted: how far a change of the model moves a
 * posterior, read off distribution functions, so that no density has to be estimated.
 */

/**
 * With P the empirical distribution function of the draws and Q that of the weighted ones,
 * D(P‖Q) = ∫ P log₂(2 P / (P + Q)) dx + (∫ (Q − P) dx) / (2 ln 2), made symmetric, D(P‖Q) + D(Q‖P), divided by its upper bound
 * ∫ (P + Q) dx, and its square root taken; the larger of the distances of x and of −x.
 * Nguyen & Vreeken (2015), Non-parametric Jensen–Shannon divergence, ECML PKDD, eq. 5 to 7; Kallioinen, Paananen, Bürkner & Vehtari
 * (2024), Statistics and Computing 34, 57, section 2.3.
 *
 * @param sorted draws in ascending order, unchanged
 * @param weights of the draws in that order, summing to 1, unchanged
 * @returns in [0, 1]; 0 for equal weights; NaN for fewer than 2 draws, equal ones, or values that are not finite
 */
export function cumulativeJensenShannon(sorted: Float64Array, weights: Float64Array): number {
  const n = sorted.length
  const range = sorted[n - 1]! - sorted[0]!
  if (n < 2 || !(range > 0) || !Number.isFinite(range)) return NaN
  const up = emptySums()
  const down = emptySums()
  let q = 0
  for (let i = 0; i + 1 < n; i++) {
    q += weights[i]!
    // Widths as shares of the range, so that distances do not depend on units.
    const width = (sorted[i + 1]! - sorted[i]!) / range
    if (width === 0) continue
    const p = (i + 1) / n
    addBin(up, p, Math.min(q, 1), width)
    addBin(down, 1 - p, Math.max(1 - q, 0), width)
  }
  return Math.max(distanceOf(up), distanceOf(down))
}

interface Sums {
  divergence: number
  /** ∫ P and ∫ Q. */
  p: number
  q: number
}

const emptySums = (): Sums => ({ divergence: 0, p: 0, q: 0 })

function addBin(sums: Sums, p: number, q: number, width: number): void {
  const middle = 0.5 * (p + q)
  if (p > 0) sums.divergence += width * p * Math.log2(p / middle)
  if (q > 0) sums.divergence += width * q * Math.log2(q / middle)
  sums.p += width * p
  sums.q += width * q
}

/** The two integrals of differences cancel in the symmetric sum. */
function distanceOf({ divergence, p, q }: Sums): number {
  return Math.sqrt(Math.max(0, divergence) / (p + q))
}
