import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { arrayFamilyOf, arrayPriorOf, type ConjugateArrayMatch } from "./conjugate-array.ts"
import { type ConjugateNumberMatch, familyOf, priorOf } from "./conjugate-number.ts"
import { headOf } from "./describe.ts"
import type { RelationExplanation, RelationModel } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"
import { callOf } from "./source-text.ts"

/** `tau ~ Gamma(shape = a + sum_i 1/2, rate = b + sum_i (y[i] - mu[i])^2 / 2)`, and what each child adds. */
export function describeConjugate(
  match: ConjugateNumberMatch | ConjugateArrayMatch,
  { graph }: RelationModel,
): RelationExplanation {
  const own = relationOf(graph, match.relation)
  const { args } = callOf(own.text)
  const family = match.kind === "number" ? familyOf(match.family) : arrayFamilyOf(match.family)
  const prior = match.kind === "number" ? priorOf({ graph }, match) : arrayPriorOf({ graph }, match)
  const parts = [[...prior.symbols(args)]]
  const because = [`prior ${own.text.split(" ~ ")[1] ?? own.text}`]
  for (const { relation, pair } of match.children) {
    const child = relationOf(graph, relation)
    const call = callOf(child.text)
    parts.push(family.pairs[pair]!.symbols(headOf(child.text), call.args, "k").map((term) => `Σ ${term}`))
    const { name } = lookupBugsDistribution(child.distribution)
    because.push(`${child.size} ${name} child${child.size === 1 ? "" : "ren"} ${headOf(child.text)}`)
  }
  const parameters = family.natural.map(
    (parameter, k) => `${parameter} = ${parts.map((part) => part[k]!).join(" + ")}`,
  )
  return { formula: `${headOf(own.text)} ~ ${family.label}(${parameters.join(", ")})`, because }
}
