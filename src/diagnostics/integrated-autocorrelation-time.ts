import type { Chains } from "./chains.ts"
import { essMean } from "./ess-mean.ts"

/**
 * Integrated autocorrelation time of the mean, in draws: how many draws are worth one independent draw, S / ess.
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), equation 13.
 *
 * @param chains one array of draws a chain, all of one length, unchanged
 * @returns below 1 for antithetic chains; NaN where `essMean` is
 */
export function integratedAutocorrelationTime(chains: Chains): number {
  const draws = chains.reduce((sum, chain) => sum + chain.length, 0)
  return draws / essMean(chains)
}
