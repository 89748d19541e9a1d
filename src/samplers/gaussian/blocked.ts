/**
 * Draws all coefficients and effects of a Gaussian hierarchical model jointly given the spreads, by one Cholesky
 * factorisation of the mixed-model equations; the spreads have their own full conditionals. Source: Chan & Jeliazkov (2009),
 * International Journal of Mathematical Modelling and Numerical Optimisation 1, section 2, on precision-based sampling.
 */
import { NumericalError } from "../../core/errors.ts"
import { isRefusal, type Refusal } from "../conditional.ts"
import type { LoweringContext } from "../kernel/lowering-context.ts"
import type { Kernel } from "../sampler.ts"
import { compileSpreads, readSpreadState } from "./compile-spreads.ts"
import {
  drawCoefficients,
  factorise,
  logCoefficientDensity,
  newFactorisation,
  restPriorsOf,
} from "./factorisation.ts"
import { refusalBySize } from "./factorisation-cost.ts"
import { findGaussianModel, type GaussianModel, type Spread } from "./gaussian-model.ts"
import { type GaussianStatistics, joinSlots, reduceRows } from "./statistics.ts"

/** What a worker needs: plain data. */
export interface LoweredBlocked {
  readonly statistics: GaussianStatistics
  readonly coefficients: GaussianModel["coefficients"]
  /** Spread of each set of effects, then the residual's. */
  readonly spreads: readonly Spread[]
}

/** Takes the coefficients and effects of a model whose equations fit into memory. */
export function matchBlocked(context: LoweringContext): GaussianModel | Refusal {
  const model = findGaussianModel(context)
  return isRefusal(model) ? model : (refusalBySize(model, 1) ?? model)
}

export const lowerBlocked = (model: GaussianModel): LoweredBlocked => ({
  statistics: reduceRows(model),
  coefficients: model.coefficients,
  spreads: [...model.effects.map((e) => e.spread), model.residual],
})

/** The kernel of the joint draw of coefficients and effects given the spreads. Steps allocate nothing. */
export function bindBlocked({ statistics, coefficients, spreads }: LoweredBlocked): Kernel {
  const factorisation = newFactorisation(statistics, restPriorsOf(statistics, coefficients))
  const { values, scratch } = compileSpreads(spreads)
  const effects = values.slice(0, -1)
  const residual = values.at(-1)!
  /** Factorises for the spreads in `state`; false when one of them is not proper. */
  const refresh = (state: Float64Array): boolean => {
    for (let k = 0; k < spreads.length; k++) {
      if (!readSpreadState(spreads[k]!, values[k]!, state, scratch)) return false
    }
    return factorise(factorisation, effects, 1 / residual.inverse[0]!) > Number.NEGATIVE_INFINITY
  }
  return {
    writes: joinSlots([statistics.restSlots, statistics.ownSlots]),
    memoryLength: 0,
    step(state, _memory, rng) {
      if (!refresh(state)) {
        throw new NumericalError("the joint conditional of coefficients and effects is not proper any more", {
          code: "improper-conditional",
          hint: "a variance has run to zero or infinity: state a proper prior for it, such as halfT(3, s)",
        })
      }
      drawCoefficients(factorisation, state, rng)
    },
    logConditional: (state) => (refresh(state) ? logCoefficientDensity(factorisation, state) : Number.NaN),
  }
}
