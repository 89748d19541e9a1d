import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { bindConjugateArray, type ConjugateArrayMatch, matchConjugateArray } from "./conjugate-array.ts"
import { bindConjugateNumber, type ConjugateNumberMatch, matchConjugateNumber } from "./conjugate-number.ts"
import { describeConjugate } from "./describe-conjugate.ts"
import { type RelationSampler, remember } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

export type ConjugateMatch = ConjugateNumberMatch | ConjugateArrayMatch

/** Exact draw of each element from its full conditional, when prior and every child are of one conjugate family. */
export const conjugateSite: RelationSampler<ConjugateMatch> = {
  name: "conjugate",
  describe: "exact draw of one element after another from its full conditional",
  match: remember<ConjugateMatch>((model, target) =>
    lookupBugsDistribution(relationOf(model.graph, target.relation).distribution).shape === "scalar"
      ? matchConjugateNumber(model, target)
      : matchConjugateArray(model, target),
  ),
  explain: (match, model) => describeConjugate(match, model),
  bind: (match, engine) =>
    match.kind === "number" ? bindConjugateNumber(match, engine) : bindConjugateArray(match, engine),
}
