/** Hidden states summed out of the posterior of a few numbers: the joint distribution stays, and not with a slip in a prior. */
import { describe, expect, it } from "vitest"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { relationDefect } from "../../kit/relation-identity.ts"
import { relationShift, type StationaritySpecimen } from "../../kit/relation-stationarity.ts"

const SPECIMENS: readonly StationaritySpecimen[] = [
  {
    name: "capture histories",
    text: `model {
      for (i in 1:5) {
        z[i, 1] <- 1
        for (t in 2:4) { z[i, t] ~ dbern(phi * z[i, t - 1]); y[i, t] ~ dbern(p * z[i, t]) }
      }
      phi ~ dbeta(3, 2); p ~ dunif(0.1, 1)
    }`,
    data: {
      y: [
        [null, 1, 0, 1],
        [null, 0, 0, 0],
        [null, 1, 1, 0],
        [null, 0, 1, 0],
        [null, 0, 0, 0],
      ].map((row) => row.map((value) => value ?? Number.NaN)),
    },
    watched: ["phi", "p"],
    wrong: ["dbeta(3, 2)", "dbeta(1, 3)"],
  },
  {
    name: "a chain of states with rates of their own",
    text: `model {
      s[1] ~ dcat(p0[]); for (t in 2:8) { s[t] ~ dcat(P[s[t - 1], ]) }
      for (t in 1:8) { y[t] ~ dpois(l[s[t]]) }
      for (j in 1:2) { P[j, 1:2] ~ ddirch(a[]) } l[1] ~ dgamma(3, 2); l[2] ~ dgamma(8, 1)
    }`,
    data: { y: [0, 1, 7, 9, 6, 1, 2, 0], p0: [0.5, 0.5], a: [2, 1] },
    watched: ["l", "P", "s"],
    wrong: ["dgamma(8, 1)", "dgamma(8, 2)"],
  },
]

describe("hidden states", () => {
  it.each(SPECIMENS)("$name: stay in their joint distribution", (specimen) => {
    const { text, wrong } = specimen
    const length = { replicates: 400, steps: 2, warmup: 250 }
    const right = relationShift(specimen, text, text, length)
    expect(right.names).toContain("state-block")
    expect(right.shift).toBeLessThan(4.5)
    expect(relationShift(specimen, text, text.replace(...wrong), length).shift).toBeGreaterThan(5)
  })

  it.each(SPECIMENS)("$name: are drawn with the joint density", ({ name, text, data }) => {
    const { graph } = bugs(text, data)
    const block = planRelations(graph).blocks.find(({ sampler }) => sampler === "state-block")!
    const kernel = bindRelationBlock(block.lowered)
    expect(relationDefect(graph, [kernel], streamFor(name, 0, "identity"))).toBeLessThan(1e-8)
  })

  it("have the posterior mean that sums over every history give", () => {
    const { text, data } = SPECIMENS[0]!
    const { graph } = bugs(text, data)
    const kernels = planRelations(graph).blocks.map(({ lowered }) => bindRelationBlock(lowered))
    const memory = kernels.map(({ memoryLength }) => new Float64Array(memoryLength))
    const place = (name: string) => graph.variables.find((one) => one.name === name)!.offset
    const s = graph.values.slice()
    s[place("phi")] = 0.5
    s[place("p")] = 0.5
    const rng = streamFor("histories", 0, "mean")
    const sums = [0, 0]
    const draws = 6000
    for (let n = -500; n < draws; n++) {
      kernels.forEach((kernel, k) => {
        kernel.step(s, memory[k]!, rng, n < 0 ? "warmup" : "sampling")
      })
      if (n < 0) continue
      sums[0]! += s[place("phi")]! / draws
      sums[1]! += s[place("p")]! / draws
    }
    // P(history) by hand: seen last at occasion k, then never again.
    const unseen = (phi: number, p: number, left: number): number =>
      left === 0 ? 1 : 1 - phi + phi * (1 - p) * unseen(phi, p, left - 1)
    const likelihood = (phi: number, p: number): number => {
      const seen = phi * p
      const missed = phi * (1 - p)
      const histories = [seen * missed * seen, unseen(phi, p, 3), seen * seen * unseen(phi, p, 1)]
      return (
        histories.reduce((product, one) => product * one, 1) *
        missed *
        seen *
        unseen(phi, p, 1) *
        unseen(phi, p, 3)
      )
    }
    const moments = [0, 0, 0]
    for (let a = 0.005; a < 1; a += 0.01)
      for (let b = 0.1045; b < 1; b += 0.009) {
        const weight = a ** 2 * (1 - a) * likelihood(a, b)
        moments[0]! += weight
        moments[1]! += weight * a
        moments[2]! += weight * b
      }
    expect(Math.abs(sums[0]! - moments[1]! / moments[0]!)).toBeLessThan(0.012)
    expect(Math.abs(sums[1]! - moments[2]! / moments[0]!)).toBeLessThan(0.02)
  })

  it("are left to others where numbers have parents or other children that are drawn", () => {
    const samplersOf = (prior: string) =>
      bugs(SPECIMENS[0]!.text.replace("phi ~ dbeta(3, 2)", prior), { ...SPECIMENS[0]!.data, v: 1 })
        .plan()
        .blocks.map(({ sampler }) => sampler)
    expect(samplersOf("phi ~ dbeta(3, 2)")).toContain("state-block")
    expect(samplersOf("phi ~ dbeta(3, b); b ~ dgamma(2, 1)")).not.toContain("state-block")
    expect(samplersOf("phi ~ dbeta(3, 2); w ~ dnorm(phi, 1); v ~ dnorm(w, 1)")).not.toContain("state-block")
  })
})
