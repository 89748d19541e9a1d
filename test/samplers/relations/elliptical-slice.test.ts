/** Elliptical slices: the joint density, forward draws, an exact posterior; only by request. */
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
import { ELLIPTICAL, ELLIPTICAL_CASES, NORMAL_DATA, STEPS } from "../../kit/relation-blocks.ts"
import { compareRelationSimulators } from "../../kit/relation-geweke.ts"
import { relationDefect } from "../../kit/relation-identity.ts"

describe("elliptical slice", () => {
  it.each(ELLIPTICAL_CASES)(
    "has the joint density, and agrees with forward draws: $name",
    ({ name, text, wrong }) => {
      const { graph } = bugs(text, NORMAL_DATA)
      const plan = planRelations(graph, ELLIPTICAL)
      expect(plan.blocks.map(({ sampler, chosenBy }) => [sampler, chosenBy])).toEqual([
        ["elliptical", "user"],
      ])
      const kernel = bindRelationBlock(plan.blocks[0]!.lowered)
      expect(relationDefect(graph, [kernel], streamFor(name, 0, "identity"))).toBeLessThan(1e-8)
      const comparison = compareRelationSimulators(graph, plan, { seed: name, draws: 400 })
      expect(disagreements(comparison, MCSE_LIMIT)).toEqual([])
      const other = planRelations(bugs(text.replace(wrong[0], wrong[1]), NORMAL_DATA).graph, ELLIPTICAL)
      const slipped = bindRelationBlock(other.blocks[0]!.lowered)
      expect(relationDefect(graph, [slipped], streamFor(name, 0, "mutant"))).not.toBeLessThan(1e-5)
    },
  )

  it("finds the posterior mean of a normal vector", () => {
    // Precision P + 4 I, mean its inverse times P m + 4 y: by hand for two elements.
    const { graph } = bugs(
      "model { x[1:2] ~ dmnorm(m[], P[, ]); for (i in 1:2) { y[i] ~ dnorm(x[i], 4) } }",
      {
        m: NORMAL_DATA.m,
        P: NORMAL_DATA.P,
        y: [1, 2],
      },
    )
    const rng = streamFor("normal vector", 0, "closed form")
    const s = initialState(bindEngine(graph), new Map(), rng)
    const kernel = bindRelationBlock(planRelations(graph, ELLIPTICAL).blocks[0]!.lowered)
    const slot = graph.variables.find(({ name }) => name === "x")!.offset
    const draws = [new Float64Array(6000), new Float64Array(6000)]
    for (let n = 0; n < 6000; n++) {
      kernel.step(s, new Float64Array(0), rng, "sampling")
      draws.forEach((list, k) => {
        list[n] = s[slot + k]!
      })
    }
    const right = [2 * 0.5 + 0.6 * -1 + 4, 0.6 * 0.5 - 1 + 8]
    const determinant = 6 * 5 - 0.6 * 0.6
    const exact = [
      (5 * right[0]! - 0.6 * right[1]!) / determinant,
      (6 * right[1]! - 0.6 * right[0]!) / determinant,
    ]
    draws.forEach((list, k) => {
      expect(Math.abs(mean(list) - exact[k]!) / mcseMean([list])).toBeLessThan(MCSE_LIMIT)
    })
  })

  it("takes nothing of itself, and refuses what is not normal", () => {
    expect(bugs(STEPS, NORMAL_DATA).plan().blocks[0]!.sampler).not.toBe("elliptical")
    const gamma = bugs("model { y ~ dpois(x); x ~ dgamma(1, 1) }", { y: 1 })
    expect(() => gamma.plan(ELLIPTICAL)).toThrow()
  })
})
