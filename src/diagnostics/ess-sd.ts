import { type Chains, poolChains, splitChains } from "./chains.ts"
import { effectiveSampleSize } from "./effective-sample-size.ts"
import { mean } from "./moments.ts"

/**
 * Effective sample size of the posterior standard deviation: that of the mean of |θ − θ̄|, as the R package `posterior`.
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), section 3.2, equations 10–13.
 *
 * @param chains one array of draws a chain, all of one length, unchanged
 * @returns NaN for fewer than 6 draws a chain, chains of unequal length, a draw that is not finite, or a scalar that never
 *   moved
 */
export function essSd(chains: Chains): number {
  const centre = mean(poolChains(chains))
  return effectiveSampleSize(splitChains(chains).map((half) => half.map((value) => Math.abs(value - centre))))
}
