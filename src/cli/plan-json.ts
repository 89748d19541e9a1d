/** Plan, priors and data of a model in the layout of the public interface. */

import { type ExplainedBlock, explainPlan } from "../samplers/explain.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import type { Plan } from "../samplers/plan.ts"

export interface PlanBlockJson {
  readonly targets: readonly string[]
  readonly sampler: string
  readonly formula: string
  readonly because: readonly string[]
  readonly chosenBy: "user" | "default"
  readonly refused: readonly { readonly sampler: string; readonly reason: string }[]
}

/** The steps of a sweep as they are run. */
export const planToJson = (plan: Plan): PlanBlockJson[] => explainPlan(plan).blocks.map(blockToJson)

/** The textbook's full conditionals: the steps themselves where the method is `gibbs`. */
export const conditionalsToJson = (plan: Plan): PlanBlockJson[] =>
  explainPlan(plan).conditionals.map(blockToJson)

function blockToJson({
  targets,
  sampler,
  formula,
  because,
  chosenBy,
  refused,
}: ExplainedBlock): PlanBlockJson {
  return { targets, sampler, formula, because, chosenBy, refused }
}

/** `{"formula", "method", "nobs", "groups": {"county": 85}, "dropped"}` */
export function modelToJson({ formula, design }: HierarchicalModel, plan: Plan) {
  return {
    formula,
    method: plan.method,
    nobs: design.nobs,
    groups: Object.fromEntries(design.random.map(({ group, levels }) => [group, levels.length])),
    dropped: design.dropped,
  }
}
