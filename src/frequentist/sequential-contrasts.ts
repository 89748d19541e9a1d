/** The hypotheses of a sequential analysis of variance of a mixed model, as lme4 and nlme print it. */

import { INTERCEPT } from "../models/formula/model-matrix.ts"
import { evaluateCriterion } from "./criterion.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { TermContrast } from "./tested-terms.ts"

/**
 * Each term after those before it, as generalised least squares at the fitted covariance matrix sees them: the rows of R in
 * `X'V⁻¹X = R'R` (Bates et al. 2015, section 3.7; Pinheiro & Bates 2000, section 2.4.2). Type I takes `X'X` instead, so that its
 * hypotheses do not depend on estimates; in balanced data both are the same.
 */
export function sequentialContrasts({ state, design, fixed }: LmmEstimate): readonly TermContrast[] {
  const { criterion, factors } = state
  evaluateCriterion(criterion, factors)
  const { equations, system } = criterion
  const { tailEffects, tailSize } = system.cross.layout
  const p = fixed.length
  // X = QR₀ and Q'V⁻¹Q = LL' up to σ²: R = L'R₀.
  const row = (i: number): number[] => {
    return system.fixedCoordinates.map((column, j) => {
      let sum = 0
      for (let k = i; k <= j; k++)
        sum += equations.tail[(tailEffects + k) * tailSize + tailEffects + i]! * column[k]!
      return sum
    })
  }
  const { terms, assign } = design.fixed
  return terms.flatMap((term, t) => {
    const own = Array.from({ length: p }, (_, j) => j).filter((j) => assign[j] === t)
    if (term === INTERCEPT || own.length === 0) return []
    return [{ term, rows: own.length, contrast: Float64Array.from(own.flatMap(row)) }]
  })
}
