/** How much of the variance the fixed effects, and the fixed and random effects together, account for. */

import type { LmmEstimate } from "./lmm-estimate.ts"
import { residualTransform } from "./structures/fitted-structure.ts"

export interface ExplainedVariance {
  /** Share of the fixed effects. */
  readonly marginal: number
  /** Share of the fixed and random effects together. */
  readonly conditional: number
}

export interface IntraclassCorrelation {
  readonly group: string
  /** Mean variance that the factor's random effects add to a row, over that of all random effects and the residual. */
  readonly icc: number
}

/**
 * R² of Nakagawa & Schielzeth (2013, Methods Ecol. Evol. 4, 133–142, eqs. 26 and 30), with the mean random-effect
 * variance over the rows in the presence of random slopes (Johnson 2014, Methods Ecol. Evol. 5, 944–946, eqs. 10 and
 * 11). The variance of the fixed part is that of Xβ̂ over the rows, with divisor n − 1; an offset does not count.
 */
export function explainedVariance(fit: LmmEstimate): ExplainedVariance {
  const fixed = fixedVariance(fit)
  const random = [...meanVariances(fit).values()].reduce((sum, variance) => sum + variance, 0)
  const total = fixed + random + residualVariance(fit)
  return { marginal: fixed / total, conditional: (fixed + random) / total }
}

/** Of each grouping factor, in the order of the fit's random effects; variances as in {@link explainedVariance}. */
export function intraclassCorrelations(fit: LmmEstimate): readonly IntraclassCorrelation[] {
  const variances = meanVariances(fit)
  const total = [...variances.values()].reduce((sum, variance) => sum + variance, residualVariance(fit))
  return [...variances].map(([group, variance]) => ({ group, icc: variance / total }))
}

/** σ², times the mean square of a variance function's factors; where they are known, the mean of the rows' variances. */
function residualVariance({ sigma, state, residualKnown, weights }: LmmEstimate): number {
  if (residualKnown) return weights!.reduce((sum, weight) => sum + 1 / weight, 0) / weights!.length
  const factors = residualTransform(state.structure)?.factors ?? null
  if (factors === null) return sigma ** 2
  return (sigma ** 2 * factors.reduce((sum, factor) => sum + factor * factor, 0)) / factors.length
}

function fixedVariance({ design, fixed }: LmmEstimate): number {
  const linear = new Float64Array(design.nobs)
  design.fixed.columns.forEach((column, j) => {
    for (let i = 0; i < linear.length; i++) linear[i] = linear[i]! + column[i]! * fixed[j]!.estimate
  })
  const mean = linear.reduce((sum, value) => sum + value, 0) / linear.length
  return linear.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (linear.length - 1)
}

/** Mean over the rows of `z'Σz`, by grouping factor. */
function meanVariances({ design, covariances, randomEffects }: LmmEstimate): Map<string, number> {
  const means = new Map(randomEffects.map(({ group }) => [group, 0]))
  for (const { group, terms, covariance, designIndex } of covariances) {
    const { columns } = design.random[designIndex]!
    const q = terms.length
    let sum = 0
    for (let i = 0; i < design.nobs; i++) {
      for (let a = 0; a < q; a++) {
        for (let b = 0; b < q; b++) sum += columns[a]![i]! * covariance[a * q + b]! * columns[b]![i]!
      }
    }
    means.set(group, means.get(group)! + sum / design.nobs)
  }
  return means
}
