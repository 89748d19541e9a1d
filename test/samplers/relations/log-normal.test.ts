/** Lognormal elements, drawn by their logarithms: the joint distribution stays, and not with a slip in a prior. */
import { expect, it } from "vitest"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { withLogarithms } from "../../../src/samplers/relations/log-normal.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { relationDefect } from "../../kit/relation-identity.ts"
import { relationShift, type StationaritySpecimen } from "../../kit/relation-stationarity.ts"

const COUNTS: StationaritySpecimen = {
  name: "rates of counts",
  text: `model { for (i in 1:4) { y[i] ~ dpois(r[i]); r[i] ~ dlnorm(mu[i], tau); mu[i] <- a + b * x[i] }
    a ~ dnorm(0.5, 2); b ~ dnorm(0, 2); tau ~ dgamma(6, 2) }`,
  data: { y: [1, 3, 0, 2], x: [-1, 0, 1, 2] },
  watched: ["a", "b", "tau", "r"],
  wrong: ["dgamma(6, 2)", "dgamma(6, 3.5)"],
}

it("draws lognormal elements with their centres and scales", () => {
  const { text, wrong } = COUNTS
  const length = { replicates: 600, steps: 2, warmup: 150 }
  const right = relationShift(COUNTS, text, text, length)
  expect(right.names).toContain("log-normal")
  expect(right.shift).toBeLessThan(4.5)
  expect(relationShift(COUNTS, text, text.replace(...wrong), length).shift).toBeGreaterThan(5)
})

it("has the joint density, and writes the elements themselves", () => {
  const { graph } = bugs(COUNTS.text, COUNTS.data)
  const block = planRelations(graph).blocks.find(({ sampler }) => sampler === "log-normal")!
  const kernel = bindRelationBlock(block.lowered)
  expect(relationDefect(graph, [kernel], streamFor("log-normal", 0, "identity"))).toBeLessThan(1e-8)
  expect([...kernel.writes].every((slot) => slot < graph.length)).toBe(true)
  const rates = graph.variables.find(({ name }) => name === "r")!
  for (let k = 0; k < rates.size; k++) expect(kernel.writes).toContain(rates.offset + k)
})

it("leaves alone what has a known centre or bounds", () => {
  const samplersOf = (prior: string) =>
    bugs(`model { y ~ dpois(r); r ~ ${prior}; m ~ dnorm(0, 1) }`, { y: 3 })
      .plan()
      .blocks.map(({ sampler }) => sampler)
  expect(samplersOf("dlnorm(m, 2)")).toContain("log-normal")
  expect(samplersOf("dlnorm(0, 2)")).not.toContain("log-normal")
  expect(samplersOf("dlnorm(m, 2) T(0, 9)")).not.toContain("log-normal")
})

it("computes the elements from logarithms in slots after all others", () => {
  const { graph } = bugs(COUNTS.text, COUNTS.data)
  const r = graph.relations.findIndex(({ variable, kind }) => variable === "r" && kind === "stochastic")
  const other = withLogarithms(graph, [r])
  expect(other.length).toBe(graph.length + 4)
  expect(other.relations[r]).toMatchObject({ distribution: "dnorm" })
  expect([...other.relations[r]!.writes]).toEqual([0, 1, 2, 3].map((k) => graph.length + k))
  expect(other.relations.at(-1)!.writes).toEqual(graph.relations[r]!.writes)
  expect(other.order.flatMap((places) => [...places]).sort((a, b) => a - b)).toEqual(
    Array.from({ length: other.relations.reduce((total, { size }) => total + size, 0) }, (_, k) => k),
  )
})
