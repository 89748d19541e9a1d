import { type Chains, splitChains } from "./chains.ts"
import { effectiveSampleSize } from "./effective-sample-size.ts"

/**
 * Effective sample size of the posterior mean: that of the split chains as they are, not rank-normalised.
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), section 3.2, equations 10–13.
 *
 * @param chains one array of draws a chain, all of one length, unchanged
 * @returns NaN for fewer than 6 draws a chain, chains of unequal length, a draw that is not finite, or a scalar that never
 *   moved
 */
export function essMean(chains: Chains): number {
  return effectiveSampleSize(splitChains(chains))
}
