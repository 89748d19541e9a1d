/** First states of models whose priors let populations grow without bound, and truncated effects with their spread. */
import { expect, it } from "vitest"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { initialState } from "../../../src/samplers/relations/initial-state.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"

it("starts within reach of the data", () => {
  const { graph } = bugs(
    `model { N[1] ~ dpois(50)
      for (t in 2:12) { N[t] ~ dpois(N[t - 1] * exp(r + e[t])); e[t] ~ dnorm(0, tau) T(-15, 15) }
      for (t in 1:12) { y[t] ~ dpois(N[t] + 0.1) }
      r ~ dnorm(0, 0.0001) T(-10, 10); s ~ dunif(0, 10); tau <- 1 / s^2 }`,
    { y: [45, 48, 44, 59, 62, 62, 55, 51, 46, 42, 44, 40] },
  )
  const engine = bindEngine(graph)
  const counts = graph.variables.find(({ name }) => name === "N")!
  for (let chain = 0; chain < 6; chain++) {
    const s = initialState(engine, new Map(), streamFor("far", chain, "start"))
    const largest = Math.max(...s.subarray(counts.offset, counts.offset + counts.size))
    expect(largest).toBeLessThan(1e7)
  }
})

it("draws the spread of truncated effects with them", () => {
  const blocks = bugs(
    `model { for (i in 1:30) { y[i] ~ dbin(p[i], 5); logit(p[i]) <- m + e[g[i]] }
      for (j in 1:5) { e[j] ~ dnorm(0, tau) T(-15, 15) }
      m ~ dnorm(0, 1); s ~ dunif(0, 10); tau <- 1 / s^2 }`,
    { y: Array.from({ length: 30 }, (_, i) => i % 6), g: Array.from({ length: 30 }, (_, i) => 1 + (i % 5)) },
  ).plan().blocks
  const own = blocks.find(({ targets }) => targets.includes("s"))!
  expect(own.sampler).toBe("curvature-block")
  expect([...own.targets].sort()).toEqual(["e[j]", "m", "s"])
})

it("keeps censored times of a distribution that reaches beyond the largest number finite", () => {
  const { graph } = bugs(
    "model { for (i in 1:20) { c[i] ~ dinterval(t[i], 8); t[i] ~ dweib(v, 0.001) }  v ~ dunif(0.001, 0.002) }",
    { c: Array.from({ length: 20 }, () => 1) },
  )
  const engine = bindEngine(graph)
  const times = graph.variables.find(({ name }) => name === "t")!
  const s = initialState(engine, new Map(), streamFor("far", 0, "times"))
  const { lowered } = planRelations(graph, { method: "gibbs" }).blocks.find(
    ({ sampler }) => sampler === "truncated",
  )!
  const kernel = bindRelationBlock(lowered)
  kernel.step(s, new Float64Array(kernel.memoryLength), streamFor("far", 1, "times"), "sampling")
  expect(Array.from(s.subarray(times.offset, times.offset + times.size)).every(Number.isFinite)).toBe(true)
  expect(kernel.logConditional!(s)).toBeGreaterThan(-1e6)
})
