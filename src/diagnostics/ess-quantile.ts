/**
 * Effective sample size of a quantile: that of the mean of the indicators I(θ ≤ Q_α).
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), section 4.3, equation 16 into 10–13.
 */

import { type Chains, isDegenerate, poolChains, splitChains } from "./chains.ts"
import { effectiveSampleSize } from "./effective-sample-size.ts"
import { quantile } from "./quantile.ts"

/**
 * @param chains one array of draws a chain, all of one length, unchanged
 * @param probability α in [0, 1]; the indicator of the largest draw is always 1, so 1 stands for (S − 1/2)/S
 * @returns NaN for fewer than 6 draws a chain, chains of unequal length, a draw that is not finite, a scalar that never
 *   moved, and where the quantile is the largest draw (few distinct values), so that no draw lies above it
 */
export function essQuantile(chains: Chains, probability: number): number {
  if (isDegenerate(chains)) return NaN
  const pool = poolChains(chains)
  const size = pool.length
  return essBelow(splitChains(chains), quantile(pool, probability === 1 ? (size - 0.5) / size : probability))
}

/** The effective sample size of the share of draws at or below `bound`; NaN where all are, or `bound` is NaN. */
export function essBelow(series: readonly Float64Array[], bound: number): number {
  const shares = new Float64Array(series.length)
  const below = series.map((one, m) => {
    const own = indicators(m, one.length)
    let count = 0
    for (let i = 0; i < one.length; i++) {
      const is = one[i]! <= bound ? 1 : 0
      own[i] = is
      count += is
    }
    shares[m] = count / one.length
    return own
  })
  return effectiveSampleSize(below, shares)
}

/** Arrays that are filled anew by each call: those of a run have one length. */
const kept: Float64Array[] = []

function indicators(m: number, length: number): Float64Array {
  const known = kept[m]
  if (known?.length === length) return known
  const made = new Float64Array(length)
  kept[m] = made
  return made
}
