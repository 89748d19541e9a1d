/** The collapsed block leaves parameters and data drawn together as they were, and does not when a prior is another. */
import { describe, expect, it } from "vitest"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { relationShift, type StationaritySpecimen } from "../../kit/relation-stationarity.ts"

const SPECIMENS: readonly (StationaritySpecimen & { readonly blocks: readonly string[] })[] = [
  {
    name: "one-way",
    text: `model { for (j in 1:J) { m[j] ~ dnorm(mu, tb); for (k in 1:K) { y[j, k] ~ dnorm(m[j], tw) } }
      mu ~ dnorm(1, 0.5); tb ~ dgamma(3, 2); tw ~ dgamma(4, 2) }`,
    data: {
      J: 3,
      K: 2,
      y: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    },
    watched: ["m", "mu", "tb", "tw"],
    wrong: ["dgamma(3, 2)", "dgamma(3, 5)"],
    blocks: ["collapsed-block"],
  },
  {
    name: "variances, inverted where they are used, beside known errors",
    text: `model { for (j in 1:J) { m[j] ~ dnorm(mu, 1 / vb); z[j] ~ dnorm(m[j], 1 / se[j]^2); y[j] ~ dnorm(m[j], 1 / sw^2) }
      mu ~ dnorm(1, 0.5); vb ~ dinvgamma(4, 3); sw ~ dunif(0.3, 2) }`,
    data: { J: 3, se: [0.5, 1, 2], y: [1, 2, 3], z: [3, 2, 2] },
    watched: ["m", "mu", "vb", "sw"],
    wrong: ["dinvgamma(4, 3)", "dinvgamma(4, 8)"],
    blocks: ["collapsed-block"],
  },
  {
    name: "a line whose spread is an sd with a bounded prior",
    text: `model { for (i in 1:N) { mean[i] <- a + b * x[i]; y[i] ~ dnorm(mean[i], t) }
      a ~ dnorm(0, 1); b ~ dnorm(0, 1); sd ~ dunif(0.2, 3); t <- pow(sd, -2) }`,
    data: { N: 4, x: [-1, 0, 1, 2], y: [1, 2, 3, 4] },
    watched: ["a", "b", "sd"],
    wrong: ["b ~ dnorm(0, 1)", "b ~ dnorm(2, 1)"],
    blocks: ["collapsed-block"],
  },
  {
    name: "vectors of effects and their precision matrix",
    text: `model { for (i in 1:N) { u[i, 1:2] ~ dmnorm(mu[], P[,]); for (j in 1:2) { y[i, j] ~ dnorm(u[i, 1] + u[i, 2] * x[j], t) } }
      mu[1:2] ~ dmnorm(zero[], S[,]); P[1:2, 1:2] ~ dwish(S[,], 5); t ~ dgamma(4, 2) }`,
    data: {
      N: 3,
      x: [-1, 1],
      zero: [0, 0],
      S: [
        [2, 0.3],
        [0.3, 1],
      ],
      y: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    },
    watched: ["u", "mu", "P", "t"],
    wrong: ["dwish(S[,], 5)", "dwish(S[,], 8)"],
    blocks: ["collapsed-block"],
  },
  {
    name: "gamma rates of counts, and the shape and rate of their population",
    text: `model { for (i in 1:N) { r[i] ~ dgamma(a, b); m[i] <- r[i] * t[i]; x[i] ~ dpois(m[i]) } a ~ dgamma(4, 2); b ~ dgamma(5, 3) }`,
    data: { N: 4, t: [1, 2, 5, 60], x: [1, 2, 3, 4] },
    watched: ["a", "b", "r"],
    wrong: ["dgamma(5, 3)", "dgamma(5, 5)"],
    blocks: ["collapsed-gamma"],
  },
  {
    name: "precisions of groups from one gamma, the means drawn beside them",
    text: `model { for (j in 1:4) { t[j] ~ dgamma(a, 2); for (k in 1:3) { y[j, k] ~ dnorm(mu, t[j]) } }
      a ~ dunif(0.5, 6); mu ~ dnorm(0, 1) }`,
    data: { y: Array.from({ length: 4 }, () => [1, 2, 3]) },
    watched: ["a", "t", "mu"],
    wrong: ["dgamma(a, 2)", "dgamma(a, 3)"],
    blocks: ["collapsed-gamma", "gaussian-block"],
  },
]

describe("collapsed block", () => {
  it.each(SPECIMENS)("$name", (specimen) => {
    const { text, wrong, blocks } = specimen
    const right = relationShift(specimen, text, text)
    expect(right.names).toEqual(blocks)
    expect(right.shift).toBeLessThan(4)
    expect(relationShift(specimen, text, text.replace(...wrong)).shift).toBeGreaterThan(5)
  })

  it("leaves a precision on which more than normal elements hang", () => {
    const shared = bugs("model { y ~ dnorm(a, t); z ~ dgamma(2, t); a ~ dnorm(0, 1); t ~ dgamma(1, 1) }", {
      y: 1,
      z: 2,
    })
    expect(shared.plan().blocks.map(({ sampler }) => sampler)).toEqual(["gaussian-block", "conjugate"])
  })
})
