/** The result of `run`, and the plan of a model of relations, in the layout of the public interface. */
import type { GraphPosterior } from "../chains/graph-posterior.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import type { RelationPlan } from "../samplers/relations/plan-relations.ts"
import { type AfterFit, afterFitToJson } from "./after-fit.ts"
import { parameterToJson, samplingToJson } from "./fit-json.ts"

/** The steps of a sweep as they are run. */
export const relationPlanToJson = (plan: RelationPlan) =>
  plan.blocks.map(({ targets, size, sampler, formula, because, chosenBy, refused }) => ({
    targets,
    size,
    sampler,
    formula,
    because,
    chosenBy,
    refused,
  }))

/** Sizes of a model: `{"file", "method", "nobs", "drawn"}`. */
export function graphModelToJson(file: string, { graph }: GraphModel, method: string) {
  const count = (observed: boolean) =>
    graph.relations.reduce(
      (total, r) => (r.kind === "stochastic" && r.observed === observed ? total + r.size * r.width : total),
      0,
    )
  return { file, method, nobs: count(true), drawn: count(false) }
}

/** The JSON of `run`. */
export function graphToJson(
  file: string,
  posterior: GraphPosterior,
  warnings: readonly string[],
  after: AfterFit = {},
) {
  return {
    model: graphModelToJson(file, posterior.model, posterior.sampling.method),
    sampling: samplingToJson(posterior),
    parameters: posterior.summary().map(parameterToJson),
    plan: relationPlanToJson(posterior.plan),
    priors: priorsOf(posterior.model),
    warnings,
    ...afterFitToJson(after),
  }
}

/** Distributions of what is drawn, as the model states them. */
function priorsOf({ graph }: GraphModel) {
  return graph.relations.flatMap((r) => {
    if (r.kind !== "stochastic" || r.observed) return []
    const [target, prior] = r.text.split(" ~ ")
    return [{ target, prior, chosenBy: "user" }]
  })
}
