/** Every pair and every sampler of relations: log joint − log conditional is constant, and is not when the prior is another. */
import { describe, expect, it } from "vitest"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { kernelsOf, modelOf, relationDefect, slippedGraph } from "../../kit/relation-identity.ts"
import { RELATION_ZOO } from "../../kit/relation-zoo.ts"

describe("identity", () => {
  it.each(RELATION_ZOO)("$name", (specimen) => {
    const { name, text, data, target, sampler } = specimen
    const { graph } = bugs(text, data)
    const kernels = kernelsOf(modelOf(graph), sampler, target)
    expect(kernels.length).toBeGreaterThan(0)
    expect(relationDefect(graph, kernels, streamFor(name, 0, "identity"))).toBeLessThan(1e-8)

    const mutants = kernelsOf(modelOf(slippedGraph(specimen)), sampler, target)
    expect(relationDefect(graph, mutants, streamFor(name, 0, "mutant"))).not.toBeLessThan(1e-5)
  })
})
