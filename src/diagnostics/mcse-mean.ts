import { type Chains, poolChains } from "./chains.ts"
import { essMean } from "./ess-mean.ts"
import { standardDeviation } from "./moments.ts"

/**
 * Monte Carlo standard error of the posterior mean: sd / √ess, in the units of the draws.
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), equation 5.
 *
 * @param chains one array of draws a chain, all of one length, unchanged
 * @returns NaN where `essMean` is
 */
export function mcseMean(chains: Chains): number {
  return standardDeviation(poolChains(chains)) / Math.sqrt(essMean(chains))
}
