import { childrenOf, type ModelGraph, plateOf, type StochasticNode } from "../models/graph.ts"
import { renderCall } from "../models/render.ts"
import {
  type ConditionalFamily,
  type Contribution,
  type FullConditional,
  isRefusal,
  type Refusal,
  refusal,
} from "./conditional.ts"
import type { ConjugatePair } from "./conjugacy/pair.ts"
import { CONJUGATE_PAIRS } from "./conjugacy/registry.ts"
import { addNatural, FAMILIES, familyOfPrior } from "./families.ts"

/**
 * What the children of a node add to the natural parameters of a family.
 * @returns a refusal that names the first child without a pair
 */
export function findLikelihood(
  graph: ModelGraph,
  target: StochasticNode,
  family: ConditionalFamily,
  pairs: readonly ConjugatePair[] = CONJUGATE_PAIRS,
): readonly Contribution[] | Refusal {
  const contributions: Contribution[] = []
  for (const { child, parameter } of childrenOf(graph, target.id)) {
    const pair = pairs.find(
      (p) => p.family === family && p.child === child.distribution.family && p.parameter === parameter,
    )
    if (pair === undefined) {
      return refusal(
        "no-pair",
        `no ${FAMILIES[family].label} pair for the ${parameter} of ${child.id} ~ ${child.distribution.family}`,
      )
    }
    const found = pair.contribute({ graph, target, child, parameter })
    if (isRefusal(found)) return found
    contributions.push({ from: child.id, ...found })
  }
  return contributions
}

/** The conjugate full conditional of a latent node, or why it has none. */
export function findConditional(
  graph: ModelGraph,
  target: StochasticNode,
  pairs: readonly ConjugatePair[] = CONJUGATE_PAIRS,
): FullConditional | Refusal {
  const family = familyOfPrior(target.distribution)
  if (family === undefined) {
    return refusal(
      "prior-not-conjugate",
      `its ${target.distribution.family} prior has no conjugate family here`,
    )
  }
  const likelihood = findLikelihood(graph, target, family, pairs)
  if (isRefusal(likelihood)) return likelihood
  const prior: Contribution = {
    from: target.id,
    natural: FAMILIES[family].priors[target.distribution.family]!(target.distribution.parameters),
    because: `prior ${renderCall(target.distribution, graph)}`,
  }
  // Likelihood first, prior last: the order in which the textbooks write the sums.
  const contributions = [...likelihood, prior]
  return {
    target: target.id,
    index: target.plate === null ? null : plateOf(graph, target.plate).index,
    family,
    natural: addNatural(
      family,
      contributions.map((c) => c.natural),
    ),
    contributions,
  }
}
