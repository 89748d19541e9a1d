import { type Chains, haveOneLength } from "./chains.ts"
import { essBulk } from "./ess-bulk.ts"
import { essTail } from "./ess-tail.ts"

/** Effective sample sizes of the first draws of every chain. */
export interface EssGrowth {
  /** Draws used of each chain, ascending; the last is all of them. */
  readonly draws: Int32Array
  readonly bulk: Float64Array
  readonly tail: Float64Array
}

/**
 * How the effective sample sizes grow with the run: along a straight line through zero where chains mix; flat or jumping
 * where they do not, and then the figure at the end is not to be believed.
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), appendix on efficiency as a function of
 * the number of iterations.
 *
 * @param chains one array of draws a chain, all of one length, unchanged
 * @param points how many prefixes, of equal steps; fewer where there are not so many draws
 * @returns no points where chains differ in length or hold no draws; NaN where `essBulk` or `essTail` is
 */
export function essGrowth(chains: Chains, points = 20): EssGrowth {
  const length = haveOneLength(chains) ? chains[0]!.length : 0
  const count = Math.min(Math.max(1, Math.floor(points)), length)
  const draws = Int32Array.from({ length: count }, (_, k) => Math.floor(((k + 1) * length) / count))
  const prefixes = Array.from(draws, (n) => chains.map((chain) => chain.subarray(0, n)))
  return {
    draws,
    bulk: Float64Array.from(prefixes, essBulk),
    tail: Float64Array.from(prefixes, essTail),
  }
}
