import { headOf } from "./describe.ts"
import type { NormalMatch } from "./normal-site.ts"
import type { RelationExplanation, RelationModel } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

export function describeNormal(match: NormalMatch, { graph }: RelationModel): RelationExplanation {
  const own = relationOf(graph, match.relation)
  return {
    formula: `${headOf(own.text)} ~ Normal(…)`,
    because: [`prior ${own.text.split(" ~ ")[1]}`],
  }
}
