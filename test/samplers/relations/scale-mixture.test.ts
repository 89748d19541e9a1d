/** Elements with heavy tails, drawn as normals with weights: the joint distribution stays, and not with a slip in a prior. */
import { describe, expect, it } from "vitest"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { withWeights } from "../../../src/samplers/relations/mixing-weights.ts"
import { relationShift, type StationaritySpecimen } from "../../kit/relation-stationarity.ts"

const SPECIMENS: readonly StationaritySpecimen[] = [
  {
    name: "t effects of counts, with degrees of freedom that are drawn",
    text: `model { for (i in 1:4) { y[i] ~ dpois(exp(b[i])); b[i] ~ dt(m, tau, nu) }
      m ~ dnorm(0.5, 2); tau ~ dgamma(6, 2); nu ~ dunif(3, 9) }`,
    data: { y: [1, 3, 0, 2] },
    watched: ["m", "tau", "b", "nu"],
    wrong: ["dgamma(6, 2)", "dgamma(6, 3.5)"],
  },
  {
    name: "double exponential effects of normals",
    text: "model { for (i in 1:4) { y[i] ~ dnorm(b[i], 2); b[i] ~ ddexp(m, rate) } m ~ dnorm(0, 1); rate ~ dgamma(4, 2) }",
    data: { y: [1, -0.3, 0.4, 2] },
    watched: ["m", "rate", "b"],
    wrong: ["dnorm(0, 1)", "dnorm(0.9, 1)"],
  },
  {
    name: "logistic effects of events",
    text: `model { for (i in 1:4) { y[i] ~ dbin(p[i], 6); logit(p[i]) <- b[i]; b[i] ~ dlogis(m, tau) }
      m ~ dnorm(0, 1); tau ~ dgamma(5, 2) }`,
    data: { y: [1, 5, 3, 2] },
    watched: ["m", "tau", "b"],
    wrong: ["dgamma(5, 2)", "dgamma(5, 3.5)"],
  },
]

describe("scale mixtures", () => {
  it.each(SPECIMENS)("$name", (specimen) => {
    const { text, wrong } = specimen
    const length = { replicates: 600, steps: 2, warmup: 150 }
    const right = relationShift(specimen, text, text, length)
    expect(right.names).toContain("scale-mixture")
    expect(right.shift).toBeLessThan(4.5)
    expect(relationShift(specimen, text, text.replace(...wrong), length).shift).toBeGreaterThan(5)
  })

  it("are left alone where centre and scale are known, or data", () => {
    const text = "model { for (i in 1:4) { y[i] ~ dt(m, tau, 4) } m ~ dt(0, 0.1, 1); tau ~ dgamma(2, 1) }"
    const names = bugs(text, { y: [1, 2, 3, 4] })
      .plan()
      .blocks.map(({ sampler }) => sampler)
    expect(names).not.toContain("scale-mixture")
  })

  it("read a weight each, from slots after all others", () => {
    const { graph } = bugs(SPECIMENS[0]!.text, SPECIMENS[0]!.data)
    const r = graph.relations.findIndex(({ variable }) => variable === "b")
    const weighted = withWeights(graph, [r])
    expect(weighted.length).toBe(graph.length + 4)
    const relation = weighted.relations[r]!
    expect(relation.references.at(-1)!.slots).toEqual(Int32Array.from([0, 1, 2, 3], (k) => graph.length + k))
    expect(relation.kind === "stochastic" && relation.distribution).toBe("dnorm")
    expect(graph.relations[r]!.kind === "stochastic" && graph.relations[r]).toMatchObject({
      distribution: "dt",
    })
  })
})
