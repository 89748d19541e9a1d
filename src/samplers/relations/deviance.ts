import type { Kernel } from "../sampler.ts"
import type { Engine } from "./engine.ts"
import { likelihoodTerms } from "./likelihood-terms.ts"

/** Name of the block that computes the deviance, and of what it computes. */
export const DEVIANCE = "deviance"

/** Plain data. */
export interface DevianceMatch {
  /** Where in the state the deviance goes; no variable of the graph is there. */
  readonly slot: number
}

/**
 * Computes the deviance −2 log p(y | θ) at the end of sweeps that are looked at: the terms of `logLik`, so normalised, and a number
 * known by its interval counts with the probability of the interval.
 */
export function bindDeviance({ slot }: DevianceMatch, { graph }: Engine): Kernel {
  const terms = likelihoodTerms(graph)
  const writes = Int32Array.of(slot)
  return {
    writes,
    late: writes,
    lateReads: Int32Array.from(new Set(terms.flatMap(({ needs }) => needs))),
    memoryLength: 0,
    step(s, _memory, rng, _phase, effects = rng) {
      if (effects === null) return
      let logLikelihood = 0
      for (let k = 0; k < terms.length; k++) logLikelihood += terms[k]!.at(s)
      s[slot] = -2 * logLikelihood
    },
  }
}
