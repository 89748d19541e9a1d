import { type Chains, splitChains } from "./chains.ts"
import { effectiveSampleSize } from "./effective-sample-size.ts"
import { normalScores } from "./normal-scores.ts"

/**
 * Bulk effective sample size: that of the mean of the rank-normalised split chains. It tells how well the centre of the
 * distribution is known and exists where mean and variance do not.
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), section 4.1, equation 14 into 10–13.
 *
 * @param chains one array of draws a chain, all of one length, unchanged
 * @returns NaN for fewer than 6 draws a chain, chains of unequal length, a NaN draw, or a scalar that never moved
 */
export function essBulk(chains: Chains): number {
  return effectiveSampleSize(normalScores(splitChains(chains)))
}
