/** Elements drawn with others integrated out: the joint density, exact posteriors, and models that mix no other way. */
import { describe, expect, it } from "vitest"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { initialState } from "../../../src/samplers/relations/initial-state.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { disagreements } from "../../kit/joint-distribution.ts"
import { CHANGE, CHANGE_DATA, MARGINAL_CASES, samplersOf } from "../../kit/relation-blocks.ts"
import { compareRelationSimulators } from "../../kit/relation-geweke.ts"
import { relationDefect } from "../../kit/relation-identity.ts"
import { logJointOf, refresh } from "../../kit/relation-joint.ts"

describe("marginal block", () => {
  it.each(MARGINAL_CASES)("has the joint density: $name", ({ text, data, names, wrong }) => {
    const { graph } = bugs(text, data)
    const { blocks } = planRelations(graph, samplersOf(names))
    expect(blocks.map(({ sampler }) => sampler)).toEqual(["marginal-block"])
    expect(
      relationDefect(graph, [bindRelationBlock(blocks[0]!.lowered)], streamFor(text, 0, "identity")),
    ).toBeLessThan(1e-8)
    const slipped = planRelations(
      bugs(text.replace(wrong[0], wrong[1]), data).graph,
      samplersOf(names),
    ).blocks
    const rng = streamFor(text, 0, "mutant")
    expect(relationDefect(graph, [bindRelationBlock(slipped[0]!.lowered)], rng)).not.toBeLessThan(1e-5)
  })

  it.each(MARGINAL_CASES)("agrees with forward draws: $name", ({ name, text, data, names }) => {
    const { graph } = bugs(text, data)
    const plan = planRelations(graph, samplersOf(names))
    const comparison = compareRelationSimulators(graph, plan, { seed: name, draws: 400 })
    expect(disagreements(comparison, MCSE_LIMIT)).toEqual([])
  })

  it("finds the posterior of a change point, coefficients integrated out by quadrature", () => {
    const { graph, plan } = bugs(CHANGE, CHANGE_DATA)
    const slotOf = (name: string) => graph.variables.find((one) => one.name === name)!.offset
    const [k, a, b] = [slotOf("k"), slotOf("a"), slotOf("b")]
    const rng = streamFor("change", 0, "closed form")
    const s = initialState(bindEngine(graph), new Map(), rng)
    const [kernel] = plan(samplersOf(["a", "b", "k"])).blocks.map(({ lowered }) => bindRelationBlock(lowered))
    const draws = new Float64Array(3000)
    for (let n = 0; n < draws.length; n++) {
      kernel!.step(s, new Float64Array(kernel!.memoryLength), rng, "sampling")
      draws[n] = s[k]!
    }
    // Midpoint rule over both coefficients, far wider than their posterior.
    const weights = [1, 2, 3, 4, 5].map((value) => {
      let total = 0
      for (let x = -3; x < 3; x += 0.15)
        for (let z = -3; z < 4; z += 0.15) {
          s[k] = value
          s[a] = x
          s[b] = z
          refresh(graph, s)
          total += Math.exp(logJointOf(graph, s).value)
        }
      return total
    })
    const all = weights.reduce((x, z) => x + z, 0)
    weights.forEach((weight, at) => {
      const hits = draws.map((value) => (value === at + 1 ? 1 : 0))
      expect(Math.abs(mean(hits) - weight / all)).toBeLessThan(MCSE_LIMIT * mcseMean([hits]) + 1e-3)
    })
  })
})
