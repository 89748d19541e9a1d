/** Spreads in their coordinates φ: their values for a likelihood, and their prior density. */
import { compileSpreads } from "./compile-spreads.ts"
import type { SpreadValue } from "./factorisation-types.ts"
import type { Spread } from "./gaussian-model.ts"
import { bindLogPrior, coordinatesOf, evaluateSpread, type SpreadPrior } from "./spread-space.ts"

export interface BoundSpreads {
  /** Number of coordinates of φ. */
  readonly dimension: number
  /** First coordinate of each spread. */
  readonly first: readonly number[]
  /** Inverse and log determinant of each spread at the φ last given to `logPrior`; those of known spreads never change. */
  readonly values: readonly SpreadValue[]
  /** Sets the values; the log prior density of φ up to a constant, −Infinity or NaN where there is none. Allocates nothing. */
  logPrior(phi: Float64Array): number
}

/** @param priors in the order of the spreads; null for a known one */
export function bindSpreads(
  spreads: readonly Spread[],
  priors: readonly (SpreadPrior | null)[],
): BoundSpreads {
  const { values, scratch } = compileSpreads(spreads)
  const first: number[] = []
  let dimension = 0
  for (const spread of spreads) {
    first.push(dimension)
    dimension += coordinatesOf(spread)
  }
  const logPriors = priors.map((prior, k) => (prior === null ? null : bindLogPrior(spreads[k]!, prior)))
  return {
    dimension,
    first,
    values,
    logPrior(phi) {
      let total = 0
      for (let k = 0; k < values.length; k++) {
        const logPrior = logPriors[k]!
        if (logPrior === null) continue
        evaluateSpread(phi, first[k]!, values[k]!, scratch)
        total += logPrior(phi, first[k]!, values[k]!)
      }
      return total
    },
  }
}
