/** Geweke's test of every sampler of relations, and of each with a slip in its prior, which must fail. */
import { describe, expect, it } from "vitest"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { disagreements } from "../../kit/joint-distribution.ts"
import { compareRelationSimulators } from "../../kit/relation-geweke.ts"
import { slippedGraph } from "../../kit/relation-identity.ts"
import { RELATION_ZOO } from "../../kit/relation-zoo.ts"

const DRAWS = 3000

/** One for each kernel, and those whose draws the identity cannot see: mixtures and slices. */
const CHOSEN = [
  "dgamma(2, 3), dnorm of x",
  "dt(0, 0.2, 3) T(0, ), dnorm of 1 / x^2",
  "children of several families",
  "a drawn index says which element",
  "half-t by a scaled gamma",
  "upper end of uniform children",
  "probabilities of categories and counts",
  "structural zeros",
  "a row picked by a drawn index",
  "a precision matrix by copies, across, times numbers",
  "precision matrices picked by a drawn index",
  "a scaled Wishart",
  "a truncated normal",
  "lognormal children",
  "linear normals",
  "every value of a category",
  "probabilities without a closed form",
  "a matrix without a closed form",
  "counts that are drawn",
]

describe("joint distribution", () => {
  it.each(CHOSEN)("%s", (name) => {
    const specimen = RELATION_ZOO.find((one) => one.name === name)!
    const { text, data, target, sampler } = specimen
    const { graph } = bugs(text, data)
    const options = { seed: name, draws: DRAWS }
    const plan = planRelations(graph, { samplers: { [target]: sampler } })
    expect(disagreements(compareRelationSimulators(graph, plan, options), MCSE_LIMIT)).toEqual([])
    const wrong = planRelations(slippedGraph(specimen), { samplers: { [target]: sampler } })
    expect(disagreements(compareRelationSimulators(graph, wrong, options), MCSE_LIMIT)).not.toEqual([])
  })
})
