/** The likelihood of the spreads with coefficients and effects integrated out, and exact draws of these given the spreads. */
import { drawEffects } from "./draw-effects.ts"
import { factorise, newFactorisation, restPriorsOf, writeOthers } from "./factorisation.ts"
import type { Likelihood } from "./factorisation-types.ts"
import type { Coefficient } from "./gaussian-model.ts"
import type { LevelClasses } from "./level-classes.ts"
import { bindNested } from "./nested.ts"
import type { NestedStatistics } from "./nested-statistics.ts"
import { bindOneFactor } from "./one-factor.ts"
import type { GaussianStatistics } from "./statistics.ts"

/** What a likelihood is made of: plain data. */
export interface LikelihoodData {
  readonly statistics: GaussianStatistics
  readonly coefficients: readonly Coefficient[]
  /** Null where the general factorisation is used. */
  readonly classes: LevelClasses | null
  /** Factors nested in each other, which `statistics` then leaves out but for the innermost; null otherwise. */
  readonly nested: NestedStatistics | null
}

/** Allocates everything; evaluations and draws allocate nothing. */
export function bindLikelihood(data: LikelihoodData, interpreted?: boolean): Likelihood {
  const { statistics, coefficients, classes, nested } = data
  const priors = restPriorsOf(statistics, coefficients)
  if (classes !== null) return bindOneFactor(statistics, priors, classes, interpreted)
  if (nested !== null) return bindNested(nested, statistics, priors)
  const f = newFactorisation(statistics, priors)
  return {
    evaluate: (effects, variance) => factorise(f, effects, variance),
    drawCoefficients: (state, noise) => writeOthers(f, state, noise),
    drawEffects: (state, rng) => drawEffects(f, state, rng),
    workspace: null,
  }
}
