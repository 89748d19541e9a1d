/** Residuals of a fitted mixed model. */

import type { LmmEstimate } from "./lmm-estimate.ts"
import { residualTransform } from "./structures/fitted-structure.ts"

/**
 * `response`: y − ŷ; `pearson`: √w (y − ŷ)/g, w the weights and g the variance function's factors; `scaled`: the Pearson
 * residuals over σ, as lme4 prints them; `normalized`: those freed of their correlation, independent under the model
 * (Pinheiro & Bates 2000, section 5.3.4). Without a structure the last two are the same.
 */
export type ResidualKind = "response" | "pearson" | "scaled" | "normalized"

/** A fresh array of length nobs; the random effects count as part of ŷ. */
export function residualsOf(fit: LmmEstimate, kind: ResidualKind): Float64Array {
  const { residuals, weights, sigma } = fit
  if (kind === "response") return residuals.slice()
  const divisor = kind === "pearson" ? 1 : sigma
  const scaled = residuals.map((value, i) => (value * Math.sqrt(weights?.[i] ?? 1)) / divisor)
  const transform = residualTransform(fit.state.structure)
  if (transform === null) return scaled
  if (kind === "normalized") {
    transform.whiten(scaled)
    return scaled
  }
  const { factors } = transform
  return factors === null ? scaled : scaled.map((value, i) => value / factors[i]!)
}
