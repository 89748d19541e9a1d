/** Plan, priors and data of a model in the layout of the public interface. */

import { countLeftOut } from "../models/formula/design.ts"
import { type ExplainedBlock, explainPlan } from "../samplers/explain.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import type { Plan } from "../samplers/plan.ts"

/** The steps of a sweep as they are run. */
export const planToJson = (plan: Plan): readonly ExplainedBlock[] => explainPlan(plan).blocks

/** The textbook's full conditionals: the steps themselves where the method is `gibbs`. */
export const conditionalsToJson = (plan: Plan): readonly ExplainedBlock[] => explainPlan(plan).conditionals

/** `{"formula", "method", "nobs", "groups": {"county": 85}, "dropped"}`; with a subset `"subset": {"condition", "excluded"}` too */
export function modelToJson({ formula, design }: HierarchicalModel, plan: Plan) {
  return {
    formula,
    method: plan.method,
    nobs: design.nobs,
    groups: Object.fromEntries(design.random.map(({ group, levels }) => [group, levels.length])),
    ...countLeftOut(design),
  }
}
