/** What `gibbsite run` computes when asked for: leave-one-out cross-validation, DIC, hypotheses. */
import { missingForLikelihood } from "../chains/graph-likelihood.ts"
import type { GraphPosterior } from "../chains/graph-posterior.ts"
import { chooseMonitored } from "../chains/sample-graph.ts"
import { parseHypothesis } from "../checks/draws-expression.ts"
import { hypothesis } from "../checks/hypothesis.ts"
import { OptionError } from "../core/errors.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import type { AfterFit } from "./after-fit.ts"
import type { AfterRunFlags } from "./options.ts"

/**
 * Checks before sampling what would fail after it.
 * @throws ModelSyntaxError for a hypothesis; OptionError for draws that are not recorded
 */
export function checkAfterRun(
  { graph }: GraphModel,
  flags: AfterRunFlags & { readonly monitor?: readonly string[] },
): void {
  const names = chooseMonitored(graph, flags.monitor).map(({ name }) => name)
  for (const text of flags.hypothesis ?? []) parseHypothesis(text, names)
  const option = flags.loo === true ? "--loo" : flags.dic === true ? "--dic" : null
  if (option === null) return
  const [missing] = missingForLikelihood(graph, names)
  if (missing === undefined) return
  throw new OptionError(`${option} needs the draws of ${missing}, which are not among those to record`, {
    code: "not-monitored",
    where: "--monitor",
    hint: `add ${missing.split("[", 1)[0]}, or leave --monitor out`,
  })
}

/** @throws GibbsError for what the draws do not allow */
export function afterRun(
  posterior: GraphPosterior,
  { loo, dic, hypothesis: texts }: AfterRunFlags,
): AfterFit {
  return {
    ...(loo === true ? { loo: posterior.loo() } : {}),
    ...(dic === true ? { dic: posterior.dic() } : {}),
    ...(texts === undefined ? {} : { hypotheses: texts.map((text) => hypothesis(posterior, text)) }),
  }
}
