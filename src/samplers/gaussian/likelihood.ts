/** The likelihood of the spreads with coefficients and effects integrated out, and exact draws of these given the spreads. */
import type { Stream } from "../../random/stream.ts"
import { drawEffects } from "./draw-effects.ts"
import { drawOthers, factorise, newFactorisation, restPriorsOf } from "./factorisation.ts"
import type { SpreadValue } from "./factorisation-types.ts"
import type { Coefficient } from "./gaussian-model.ts"
import type { LevelClasses } from "./level-classes.ts"
import { bindOneFactor } from "./one-factor.ts"
import type { GaussianStatistics } from "./statistics.ts"

export interface Likelihood {
  /**
   * log p(y | spreads), up to what flat priors leave undetermined; −Infinity or NaN when a matrix is not positive
   * definite. Draws are given these spreads until the next call. `effects[k]` belongs to the model's k-th effects.
   */
  evaluate(effects: readonly SpreadValue[], variance: number): number
  /** Draws the coefficients (and effects of all grouping factors but the one eliminated) into `state`. */
  drawCoefficients(state: Float64Array, rng: Stream): void
  /** Draws the effects of the eliminated factor given those; after `drawCoefficients`, once or not at all. */
  drawEffects(state: Float64Array, rng: Stream): void
}

/** What a likelihood is made of: plain data. */
export interface LikelihoodData {
  readonly statistics: GaussianStatistics
  readonly coefficients: readonly Coefficient[]
  /** Null where the general factorisation is used. */
  readonly classes: LevelClasses | null
}

/** Allocates everything; evaluations and draws allocate nothing. */
export function bindLikelihood(data: LikelihoodData, interpreted?: boolean): Likelihood {
  const { statistics, coefficients, classes } = data
  const priors = restPriorsOf(statistics, coefficients)
  if (classes !== null) return bindOneFactor(statistics, priors, classes, interpreted)
  const f = newFactorisation(statistics, priors)
  return {
    evaluate: (effects, variance) => factorise(f, effects, variance),
    drawCoefficients: (state, rng) => drawOthers(f, state, rng),
    drawEffects: (state, rng) => drawEffects(f, state, rng),
  }
}
