/** The marginal posterior of the spreads, coefficients and effects integrated out, as a density in φ. */
import { bindSpreads } from "./bind-spreads.ts"
import type { Likelihood, SpreadValue } from "./factorisation-types.ts"
import type { Spread } from "./gaussian-model.ts"
import { bindLikelihood, type LikelihoodData } from "./likelihood.ts"
import type { SpreadPrior } from "./spread-space.ts"

/** What a worker needs to evaluate the density: plain data. */
export interface MarginalData extends LikelihoodData {
  /** Spread of each set of effects, then the residual's. */
  readonly spreads: readonly Spread[]
  /** Priors in the same order; null for a known spread. */
  readonly priors: readonly (SpreadPrior | null)[]
}

export interface Marginal {
  /** At the φ last evaluated: ready to draw coefficients and effects from. */
  readonly likelihood: Likelihood
  /** Number of coordinates of φ. */
  readonly dimension: number
  /** Log density at φ up to a constant; −Infinity where there is none. */
  logDensity(phi: Float64Array): number
  /** First coordinate of each spread. */
  readonly first: readonly number[]
  readonly spreads: readonly Spread[]
}

/**
 * Sum of squares of the responses in units of the residual variance beyond which rounding of what the effects explain
 * of it would reach the third decimal of the log density. Residual sds below 3e-7 of the responses' are left out.
 */
export const TRUSTED = 1e13

/** Allocates everything; evaluations allocate nothing. @param interpreted loops over arrays instead of generated code */
export function bindMarginal(data: MarginalData, interpreted?: boolean): Marginal {
  const { spreads, priors } = data
  const likelihood = bindLikelihood(data, interpreted)
  const { values, first, dimension, logPrior } = bindSpreads(spreads, priors)
  const effects: readonly SpreadValue[] = values.slice(0, -1)
  const residual = values.at(-1)!
  const { squares } = data.statistics
  const isFree = spreads.at(-1)!.kind !== "known"
  return {
    likelihood,
    dimension,
    first,
    spreads,
    logDensity(phi) {
      const total = logPrior(phi)
      if (!(total > Number.NEGATIVE_INFINITY)) return Number.NEGATIVE_INFINITY
      if (isFree && squares * residual.inverse[0]! > TRUSTED) return Number.NEGATIVE_INFINITY
      const density = total + likelihood.evaluate(effects, 1 / residual.inverse[0]!)
      return Number.isNaN(density) ? Number.NEGATIVE_INFINITY : density
    },
  }
}
