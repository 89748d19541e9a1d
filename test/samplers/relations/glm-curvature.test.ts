/** The block with curvature leaves parameters and data drawn together as they were, and does not when a prior is another. */
import { describe, expect, it } from "vitest"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { relationShift, type StationaritySpecimen } from "../../kit/relation-stationarity.ts"

const SPECIMENS: readonly (StationaritySpecimen & { readonly blocks: readonly string[] })[] = [
  {
    name: "logistic regression with random effects",
    text: `model { for (i in 1:N) { r[i] ~ dbin(p[i], 8); logit(p[i]) <- mu + b * x[i] + e[i]; e[i] ~ dnorm(0, tau) }
      mu ~ dnorm(0, 1); b ~ dnorm(0.5, 2); tau ~ dgamma(3, 1) }`,
    data: { N: 5, x: [-1, 0, 1, 2, 0.5], r: [1, 2, 3, 4, 5] },
    watched: ["mu", "b", "tau", "e"],
    wrong: ["dgamma(3, 1)", "dgamma(3, 2)"],
    blocks: ["curvature-block"],
  },
  {
    name: "Poisson with random means in the block",
    text: `model { for (i in 1:N) { y[i] ~ dpois(3 * exp(a[i])); a[i] ~ dnorm(mu, 4) } mu ~ dnorm(0, 2) }`,
    data: { N: 4, y: [1, 2, 3, 4] },
    watched: ["mu", "a"],
    wrong: ["dnorm(0, 2)", "dnorm(1.5, 2)"],
    blocks: ["curvature-block"],
  },
  {
    name: "growth curve with bounded elements",
    text: `model { for (i in 1:N) { y[i] ~ dnorm(a - b * pow(g, x[i]), tau) }
      a ~ dnorm(2, 1); b ~ dnorm(1, 1) T(0,); g ~ dunif(0.3, 0.9); tau ~ dgamma(4, 1) }`,
    data: { N: 5, x: [1, 2, 4, 7, 12], y: [1, 2, 3, 4, 5] },
    watched: ["a", "b", "g", "tau"],
    wrong: ["dgamma(4, 1)", "dgamma(4, 4)"],
    blocks: ["curvature-block"],
  },
  {
    name: "Weibull regression with its shape",
    text: `model { for (i in 1:N) { y[i] ~ dweib(v, m[i]); log(m[i]) <- a + b * x[i] }
      a ~ dnorm(0, 2); b ~ dnorm(0, 2); v ~ dgamma(4, 3) }`,
    data: { N: 5, x: [-1, 0, 1, 2, 0.5], y: [1, 2, 3, 4, 5] },
    watched: ["a", "b", "v"],
    wrong: ["dgamma(4, 3)", "dgamma(4, 4)"],
    blocks: ["curvature-block"],
  },
  {
    name: "double-exponential errors",
    text: `model { for (i in 1:N) { y[i] ~ ddexp(a + b * x[i], tau) } a ~ dnorm(0, 1); b ~ dnorm(0, 1); tau ~ dgamma(3, 1) }`,
    data: { N: 6, x: [-1, 0, 1, 2, 0.5, -2], y: [1, 2, 3, 4, 5, 6] },
    watched: ["a", "b", "tau"],
    wrong: ["b ~ dnorm(0, 1)", "b ~ dnorm(2, 1)"],
    blocks: ["curvature-block"],
  },
  {
    name: "shape and rate of gammas",
    text: `model { for (i in 1:N) { y[i] ~ dgamma(a, b) } a ~ dexp(0.5); b ~ dlnorm(0, 2) }`,
    data: { N: 5, y: [1, 2, 3, 4, 5] },
    watched: ["a", "b"],
    wrong: ["dexp(0.5)", "dexp(2)"],
    blocks: ["curvature-block"],
  },
  {
    name: "shapes of beta-binomials, and failures to be waited for",
    text: `model { for (i in 1:N) { y[i] ~ dbetabin(a, b, 9); z[i] ~ dnegbin(0.4, r) } a ~ dexp(0.5); b ~ dlnorm(0, 2); r ~ dgamma(3, 1) }`,
    data: { N: 5, y: [1, 2, 9, 4, 0], z: [0, 2, 5, 3, 11] },
    watched: ["a", "b", "r"],
    wrong: ["dexp(0.5)", "dexp(2)"],
    blocks: ["curvature-block", "curvature-block"],
  },
  {
    name: "categories, and counts of them",
    text: `model { for (i in 1:N) { y[i] ~ dcat(p[i, ]); z[i, 1:3] ~ dmulti(p[i, ], 4)
        p[i, 1] <- 1; p[i, 2] <- exp(a + b * x[i]); p[i, 3] <- exp(b - a) }
      a ~ dnorm(0, 2); b ~ dnorm(0.5, 2) }`,
    data: {
      N: 4,
      x: [-1, 0, 1, 2],
      y: [1, 2, 3, 1],
      z: [
        [4, 0, 0],
        [1, 2, 1],
        [0, 3, 1],
        [2, 2, 0],
      ],
    },
    watched: ["a", "b"],
    wrong: ["dnorm(0.5, 2)", "dnorm(1.5, 2)"],
    blocks: ["curvature-block"],
  },
  {
    name: "elements that multiply each other, in two independent parts",
    text: `model { for (j in 1:2) { for (i in 1:N) { y[i, j] ~ dpois(exp(a[j] * c[j] + 0.5)) } a[j] ~ dnorm(1, 2); c[j] ~ dnorm(0.5, 2) } }`,
    data: {
      N: 2,
      y: [
        [1, 2],
        [3, 4],
      ],
    },
    watched: ["a", "c"],
    wrong: ["dnorm(0.5, 2)", "dnorm(1.5, 2)"],
    blocks: ["curvature-block"],
  },
]

const MANY: StationaritySpecimen = {
  name: "many effects with one graded answer each",
  text: `model { for (i in 1:N) { y[i] ~ dcat(p[i, ]); e[i] ~ dnorm(0, tau)
      for (k in 1:2) { logit(q[i, k]) <- c[k] - e[i] }
      p[i, 1] <- q[i, 1]; p[i, 2] <- q[i, 2] - q[i, 1]; p[i, 3] <- 1 - q[i, 2] }
    c <- sort(c0); for (k in 1:2) { c0[k] ~ dnorm(0, 0.5) } tau ~ dgamma(2, 2) }`,
  data: { N: 22, y: Array.from({ length: 22 }, (_, i) => 1 + (i % 3)) },
  watched: ["c0", "tau", "e"],
  wrong: ["dgamma(2, 2)", "dgamma(2, 12)"],
}

describe("curvature block", () => {
  it.each(SPECIMENS)("$name", (specimen) => {
    const { text, wrong, blocks } = specimen
    const right = relationShift(specimen, text, text)
    expect(right.names).toEqual(blocks)
    expect(right.shift).toBeLessThan(4)
    expect(relationShift(specimen, text, text.replace(...wrong)).shift).toBeGreaterThan(5)
  })

  it("moves many effects one by one, and what they share with these following", () => {
    const few = { replicates: 400, warmup: 150 }
    const right = relationShift(MANY, MANY.text, MANY.text, few)
    expect(right.names).toEqual(["curvature-block"])
    expect(right.shift).toBeLessThan(4)
    expect(relationShift(MANY, MANY.text, MANY.text.replace(...MANY.wrong), few).shift).toBeGreaterThan(5)
  })

  it("leaves alone what enters normally, and what was given another sampler", () => {
    const linear = bugs("model { y ~ dnorm(a, 1); a ~ dnorm(0, 1) }", { y: 1 })
    expect(linear.plan().blocks[0]!.sampler).not.toBe("curvature-block")
    const logistic = bugs("model { y ~ dbern(p); logit(p) <- a; a ~ dnorm(0, 1) }", { y: 1 })
    expect(logistic.plan().blocks[0]!.sampler).toBe("curvature-block")
    expect(logistic.plan({ samplers: { a: "slice" } }).blocks[0]!.sampler).toBe("slice")
  })
})
