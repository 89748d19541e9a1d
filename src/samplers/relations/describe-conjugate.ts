import type { ConjugateMatch } from "./conjugate-site.ts"
import { headOf } from "./describe.ts"
import type { ConjugateFamily } from "./pairs/conjugate-family.ts"
import type { RelationExplanation, RelationModel } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"
import { callOf } from "./source-text.ts"

/** `tau ~ Gamma(shape = a + Σ 1/2, rate = b + Σ (y[i] - mu[i])^2 / 2)`, and what each child adds. */
export function describeConjugate(
  match: ConjugateMatch,
  { graph }: RelationModel,
  family: ConjugateFamily,
): RelationExplanation {
  const own = relationOf(graph, match.relation)
  const { args, name } = callOf(own.text)
  const parts = [[...family.priors[name]!.symbols(args)]]
  const because = [`prior ${own.text.split(" ~ ")[1] ?? own.text}`]
  match.pairs.forEach((p, r) => {
    if (p < 0) return
    const child = relationOf(graph, r)
    const pair = family.pairs[p]!
    const call = callOf(child.text)
    const k = pair.entry === "identity" || call.args[pair.argument] === headOf(own.text) ? "1" : "k"
    parts.push(pair.symbols(headOf(child.text), call.args, k).map((term) => `Σ ${term}`))
    because.push(
      `${child.size} ${call.name} child${child.size === 1 ? "" : "ren"} ${headOf(child.text)}, ${ENTRIES[pair.entry]}`,
    )
  })
  const parameters = family.natural.map(
    (parameter, k) => `${parameter} = ${parts.map((part) => part[k]!).join(" + ")}`,
  )
  return { formula: `${headOf(own.text)} ~ ${family.label}(${parameters.join(", ")})`, because }
}

const ENTRIES = {
  identity: "of which it is a parameter",
  proportional: "a parameter of which is a multiple of it",
  reciprocal: "a parameter of which is a constant over it",
} as const
