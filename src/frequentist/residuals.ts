/** Residuals of a fitted mixed model. */

import type { LmmEstimate } from "./lmm-estimate.ts"

/** `response`: y − ŷ; `pearson`: √w (y − ŷ), w the weights; `scaled`: the Pearson residuals over σ, as lme4 prints them. */
export type ResidualKind = "response" | "pearson" | "scaled"

/** A fresh array of length nobs; the random effects count as part of ŷ. */
export function residualsOf(fit: LmmEstimate, kind: ResidualKind): Float64Array {
  const { residuals, weights, sigma } = fit
  if (kind === "response") return residuals.slice()
  const divisor = kind === "scaled" ? sigma : 1
  return residuals.map((value, i) => (value * Math.sqrt(weights?.[i] ?? 1)) / divisor)
}
