import type { Posterior } from "../chains/posterior.ts"
import { remlEstimates } from "../frequentist/estimates-by-name.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"

/** One scalar of the posterior beside its REML (or ML) estimate. */
export interface ComparisonRow {
  readonly name: string
  readonly posteriorMean: number
  readonly posteriorSd: number
  readonly q5: number
  readonly q95: number
  /** Null where the fit has no such quantity, or it is undefined (the correlation of a singular fit). */
  readonly reml: number | null
  /** Standard error, fixed effects only. */
  readonly remlSe: number | null
  /** (posterior mean − REML) / posterior sd; null without an estimate or spread. */
  readonly differenceInSds: number | null
}

/**
 * Coefficients, standard deviations, variances, covariances and correlations of a posterior beside a REML fit of the
 * same formula, in the order in which they were recorded. Random effects are in `shrinkageOf`.
 */
export function compareWithReml(posterior: Posterior, fit: LmmFit): ComparisonRow[] {
  const estimates = remlEstimates(fit)
  return posterior
    .summary()
    .filter(({ name }) => !name.startsWith("u["))
    .map(({ name, mean, sd, q5, q95 }) => {
      const { value, se } = estimates.get(name) ?? { value: Number.NaN, se: null }
      const reml = Number.isFinite(value) ? value : null
      const differenceInSds = reml !== null && sd > 0 ? (mean - reml) / sd : null
      return { name, posteriorMean: mean, posteriorSd: sd, q5, q95, reml, remlSe: se, differenceInSds }
    })
}
