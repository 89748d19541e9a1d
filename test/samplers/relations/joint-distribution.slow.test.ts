/** Geweke's test of every sampler of relations, longer, and of each with a slip in its prior, which must fail. */
import { describe, expect, it } from "vitest"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { disagreements } from "../../kit/joint-distribution.ts"
import { compareRelationSimulators } from "../../kit/relation-geweke.ts"
import { slippedGraph } from "../../kit/relation-identity.ts"
import { GEWEKE_ZOO, RELATION_ZOO } from "../../kit/relation-zoo.ts"

const DRAWS = 12_000

describe("joint distribution", () => {
  it.each(GEWEKE_ZOO)("%s", (name) => {
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
