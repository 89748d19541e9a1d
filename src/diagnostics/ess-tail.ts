import type { Chains } from "./chains.ts"
import { essQuantile } from "./ess-quantile.ts"

/**
 * Tail effective sample size: the smaller of those of the 5 % and the 95 % quantile.
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), section 4.3.
 *
 * @param chains one array of draws a chain, all of one length, unchanged
 * @returns NaN where either is NaN, see `essQuantile`
 */
export function essTail(chains: Chains): number {
  return Math.min(essQuantile(chains, 0.05), essQuantile(chains, 0.95))
}
