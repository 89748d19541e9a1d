/** The result of `fit` in the layout of the public interface. */
import type { Posterior } from "../chains/posterior.ts"
import type { SampledDraws } from "../chains/sampled-draws.ts"
import type { ParameterSummary } from "../diagnostics/summarise.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { lmmFitToJson } from "../frequentist/lmm-json.ts"
import { type AfterFit, afterFitToJson } from "./after-fit.ts"
import { modelToJson, planToJson } from "./plan-json.ts"

/** Figures that do not exist are NaN here, `null` once printed; then `reason` says why, or why figures are not to be relied on. */
export function parameterToJson(summary: ParameterSummary) {
  const { name, mean, sd, mcseMean, q5, q50, q95, rhat, essBulk, essTail, reason } = summary
  const figures = { mean, sd, mcse_mean: mcseMean, q5, q50, q95, rhat, ess_bulk: essBulk, ess_tail: essTail }
  return { name, ...figures, ...(reason === null ? {} : { reason }) }
}

/** The `sampling` of the JSON of `fit` and `run`. */
export function samplingToJson({ sampling }: SampledDraws) {
  const { chains, draws, warmup, thin, seed, seconds, cancelled } = sampling
  return { chains, draws, warmup, thin, seed, seconds, cancelled }
}

/** Mean and sd of every effect, where these were kept instead of draws. */
function effectsToJson(posterior: Posterior) {
  if (!posterior.keepsMoments) return {}
  const groups = Object.entries(posterior.ranef()).map(([group, effects]) => [
    group,
    effects.map(({ level, term, mean, sd }) => ({ level, term, mean, sd })),
  ])
  return { ranef: Object.fromEntries(groups) }
}

/** The JSON of `fit`. @param fit the REML fit beside it; null where there is none */
export function fitToJson(
  posterior: Posterior,
  fit: LmmFit | null,
  warnings: readonly string[],
  after: AfterFit = {},
) {
  return {
    model: modelToJson(posterior.model, posterior.plan),
    sampling: samplingToJson(posterior),
    parameters: posterior.summary().map(parameterToJson),
    plan: planToJson(posterior.plan),
    priors: posterior.model.priors,
    warnings,
    reml: fit === null ? null : lmmFitToJson(fit),
    ...effectsToJson(posterior),
    ...afterFitToJson(after),
  }
}
