import { type Chains, isConstant } from "./chains.ts"
import { variance } from "./moments.ts"
import { spectrumAtZero } from "./spectrum-at-zero.ts"

/** Of fewer draws no spectrum is estimated. */
const SHORTEST_CHAIN = 4

/**
 * Effective sample size of the posterior mean by the spectrum: the sum over chains of n · variance / (spectral density at
 * frequency zero), each chain on its own, so that chains in different places do not lower it: read R-hat first. The
 * `effectiveSize` of the R package `coda`.
 * Plummer, Best, Cowles & Vines (2006), R News 6(1), 7–11; spectrum as Heidelberger & Welch (1981), Communications of the
 * ACM 24, 233–245.
 *
 * @param chains one array of draws a chain, unchanged; lengths may differ
 * @returns a chain that stands still counts 0; NaN when all do, when a draw is not finite, and for fewer than 4 draws in a
 *   chain
 */
export function essSpectral(chains: Chains): number {
  if (chains.length === 0 || chains.every(isConstant)) return NaN
  let total = 0
  for (const chain of chains) {
    if (chain.length < SHORTEST_CHAIN) return NaN
    const spectrum = spectrumAtZero(chain)
    total += spectrum === 0 ? 0 : (chain.length * variance(chain)) / spectrum
  }
  return total
}
