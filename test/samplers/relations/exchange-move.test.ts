/** Components of mixtures, exchanged. */
import { expect, it } from "vitest"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { disagreements } from "../../kit/joint-distribution.ts"
import { compareRelationSimulators } from "../../kit/relation-geweke.ts"

const TEXT = (first: string) => `model {
  for (i in 1:N) { y[i] ~ dnormmix(m, tau, P) }
  m[1] ~ ${first}; m[2] ~ dnorm(1, 0.5)
  P ~ ddirch(alpha); for (k in 1:2) { tau[k] <- 4; alpha[k] <- 2 }
}`
const data = { N: 3, y: [-1.5, 1.7, 2.1] }
const FIRST = "dnorm(0, 1)"

it("leaves the joint distribution as it is, and no other", () => {
  const { graph } = bugs(TEXT(FIRST), data)
  const options = { seed: "exchange", draws: 4000 }
  const plan = bugs(TEXT(FIRST), data).plan()
  expect(plan.blocks.map(({ sampler }) => sampler)).toContain("exchange")
  expect(disagreements(compareRelationSimulators(graph, plan, options), MCSE_LIMIT)).toEqual([])
  // The slip is in the priors that the exchange alone weighs.
  const wrong = bugs(TEXT("dnorm(2.5, 1)"), data)
    .plan()
    .blocks.find(({ sampler }) => sampler === "exchange")!
  const slipped = {
    ...plan,
    blocks: plan.blocks.map((block) => (block.sampler === "exchange" ? wrong : block)),
  }
  expect(disagreements(compareRelationSimulators(graph, slipped, options), MCSE_LIMIT)).not.toEqual([])
})

it("goes from one order of components to the other where priors do not tell them apart", () => {
  const y = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? -3 : 3) + Math.sin(i))
  const { blocks, graph } = bugs(TEXT("dnorm(1, 0.5)"), { N: 30, y }).plan()
  const kernels = blocks.map(({ lowered }) => bindRelationBlock(lowered))
  const memories = kernels.map(({ memoryLength }) => new Float64Array(memoryLength))
  const s = graph.values.map((value) => (Number.isNaN(value) ? 0.5 : value))
  const { offset } = graph.variables.find(({ name }) => name === "m")!
  const rng = streamFor("exchange", 0, "test")
  const isFirst = Float64Array.from({ length: 400 }, () => {
    kernels.forEach((kernel, k) => {
      kernel.step(s, memories[k]!, rng, "sampling")
    })
    return s[offset]! < s[offset + 1]! ? 1 : 0
  })
  expect(Math.abs(mean(isFirst) - 0.5) / mcseMean([isFirst])).toBeLessThan(MCSE_LIMIT)
})
