/** Labels summed out: parameters, labels and data drawn together stay as they were; labels are drawn only for those who look. */
import { describe, expect, it } from "vitest"
import { startChain } from "../../../src/chains/chain.ts"
import { checkRunOptions } from "../../../src/chains/run-options.ts"
import { chooseElements, makeGraphRunSpec } from "../../../src/chains/sample-graph.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { relationShift, type StationaritySpecimen } from "../../kit/relation-stationarity.ts"

const NORMALS = `model { for (i in 1:N) { y[i] ~ dnorm(lambda[T[i]], tau); T[i] ~ dcat(P[]) }
  P[1:2] ~ ddirch(alpha[]); lambda[1] ~ dnorm(0, 0.5); lambda[2] <- lambda[1] + theta; theta ~ dunif(0, 6); tau ~ dgamma(4, 2) }`

const SPECIMENS: readonly StationaritySpecimen[] = [
  {
    name: "two normals",
    text: NORMALS,
    data: { N: 5, alpha: [2, 3], y: [1, 2, 3, 4, 5] },
    watched: ["T", "P", "lambda", "theta", "tau"],
    wrong: ["dgamma(4, 2)", "dgamma(4, 4)"],
  },
  {
    name: "counts, some of them zero for sure",
    text: `model { for (i in 1:N) { z[i] ~ dbern(q); y[i] ~ dbin(P[z[i] + 1], n[i]) }
      P[1] <- p; P[2] <- 0; logit(p) <- a; logit(q) <- d; a ~ dnorm(0, 1); d ~ dnorm(0.5, 1) }`,
    data: { N: 5, n: [2, 4, 6, 8, 3], y: [0, 1, 0, 3, 0] },
    watched: ["z", "a", "d"],
    wrong: ["dnorm(0.5, 1)", "dnorm(-1, 1)"],
  },
  {
    name: "labels known in part, by computed means",
    text: `model { for (i in 1:N) { y[i] ~ dnorm(mu[i], tau); mu[i] <- lambda[T[i]]; T[i] ~ dcat(P[]) }
      P[1:2] ~ ddirch(alpha[]); lambda[1] ~ dnorm(0, 0.5); lambda[2] <- lambda[1] + theta; theta ~ dunif(0, 6); tau ~ dgamma(4, 2) }`,
    data: { N: 5, alpha: [2, 3], y: [1, 2, 3, 4, 5], T: [1, null, 2, null, null] },
    watched: ["P", "lambda", "theta", "tau"],
    wrong: ["dgamma(4, 2)", "dgamma(4, 4)"],
  },
  {
    name: "children of several kinds, by computed means, labels looked at by another block",
    text: `model { for (i in 1:N) { mu[i] <- m[T[i]] + b * x[i]; y[i] ~ dnorm(mu[i], 2); c[i] ~ dpois(exp(w[T[i]] / 2))
        T[i] ~ dcat(P[i, 1:3]) }
      for (j in 1:3) { m[j] ~ dnorm(j, 1); w[j] ~ dnorm(h, 2) } b ~ dnorm(0, 1); h ~ dnorm(0, 1) }`,
    data: {
      N: 4,
      x: [-1, 0, 1, 2],
      y: [1, 2, 3, 4],
      c: [1, 2, 0, 3],
      P: [
        [0.2, 0.3, 0.5],
        [0.4, 0.5, 0.1],
        [0.3, 0.3, 0.4],
        [0.1, 0.1, 0.8],
      ],
    },
    watched: ["T", "m", "w", "b", "h"],
    wrong: ["m[j] ~ dnorm(j, 1)", "m[j] ~ dnorm(-j, 1)"],
  },
]

const SIZE = { replicates: 800, steps: 3, warmup: 300 }

describe("mixture block", () => {
  it.each(SPECIMENS)("$name", (specimen) => {
    const { text, wrong } = specimen
    const right = relationShift(specimen, text, text, SIZE)
    expect(right.names).toContain("mixture-block")
    expect(right.shift).toBeLessThan(4)
    expect(relationShift(specimen, text, text.replace(...wrong), SIZE).shift).toBeGreaterThan(5)
  })

  it("draws the same numbers whether labels are looked at or not", () => {
    const model = bugs(NORMALS, { N: 6, alpha: [1, 1], y: [0, 0.3, -0.2, 3, 3.4, 2.9] })
    const plan = model.plan()
    expect(plan.blocks.map(({ sampler }) => sampler)).toEqual(["mixture-block"])
    const run = checkRunOptions({ chains: 1, warmup: 150, draws: 20 })
    const drawsOf = (monitor: string[]) => {
      const monitors = chooseElements(model.graph, monitor)
      const chain = startChain(makeGraphRunSpec(model, plan, run, monitors), 0)
      const record = new Float64Array(monitors.length)
      const found: number[][] = []
      while (!chain.done) if (chain.advance(record)) found.push([...record])
      return { names: monitors.map(({ name }) => name), found }
    }
    const alone = drawsOf(["tau"])
    const both = drawsOf(["tau", "T"])
    const tau = both.names.indexOf("tau")
    expect(both.found.map((row) => row[tau])).toEqual(alone.found.map(([value]) => value))
    // The first three are of one label, the others of the other, nearly always.
    const labels = both.found.map((row) => row.filter((_, k) => k !== tau))
    expect(new Set(labels.flat())).toEqual(new Set([1, 2]))
    expect(labels.filter((row) => row[0] === 1 && row[5] === 2).length).toBeGreaterThan(15)
  })

  it("leaves alone labels that hang on each other, and models with many numbers", () => {
    const chain = `model { z[1] ~ dbern(0.5); for (i in 2:3) { z[i] ~ dbern(q[z[i - 1] + 1]) }
      for (i in 1:3) { y[i] ~ dnorm(m * z[i], 1) } m ~ dnorm(0, 1) }`
    const names = (text: string, data: Parameters<typeof bugs>[1]) =>
      bugs(text, data)
        .plan()
        .blocks.map(({ sampler }) => sampler)
    expect(names(chain, { q: [0.2, 0.7], y: [1, 0, 2] })).not.toContain("mixture-block")
    const many = `model { for (i in 1:12) { z[i] ~ dbern(0.5); m[i] ~ dnorm(0, 1); y[i] ~ dnorm(m[i] * z[i], 1) } }`
    expect(names(many, { y: Array.from({ length: 12 }, (_, i) => i / 4) })).not.toContain("mixture-block")
    const shared = `model { z ~ dbern(0.5); w ~ dbern(0.5); for (i in 1:3) { y[i] ~ dnorm(m * z + w, 1) } m ~ dnorm(0, 1) }`
    expect(names(shared, { y: [1, 2, 3] })).not.toContain("mixture-block")
  })
})
