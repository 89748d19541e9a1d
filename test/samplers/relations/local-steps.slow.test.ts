/** Blocks whose groups step by themselves leave parameters and data drawn together as they were, and not with a slip in a prior. */
import { describe, expect, it } from "vitest"
import { relationShift, type StationaritySpecimen } from "../../kit/relation-stationarity.ts"

const pairs = (n: number) => Array.from({ length: n }, (_, i) => [i % 4, (3 * i) % 6])

const STRATA = `model { for (i in 1:N) { for (j in 1:2) { r[i, j] ~ dbin(p[i, j], 5); logit(p[i, j]) <- m[i] + x[j] * (d + e[i]) }
        m[i] ~ dnorm(0, 0.5); e[i] ~ dnorm(0, tau) } d ~ dnorm(0, 1); tau ~ dgamma(3, 1) }`

const SPECIMENS: readonly StationaritySpecimen[] = [
  {
    name: "pairs of counts in many strata",
    text: STRATA,
    data: { N: 26, x: [-0.5, 0.5], r: pairs(26) },
    watched: ["d", "tau", "m", "e"],
    wrong: ["dgamma(3, 1)", "dgamma(3, 1.5)"],
  },
  {
    name: "pairs of counts in so many strata that these are integrated out",
    text: STRATA,
    data: { N: 130, x: [-0.5, 0.5], r: pairs(130) },
    watched: ["d", "tau", "m", "e"],
    wrong: ["dgamma(3, 1)", "dgamma(3, 1.5)"],
  },
  {
    name: "nested effects of counts",
    text: `model { for (i in 1:N) { for (j in 1:2) { y[i, j] ~ dpois(exp(mu + a[i] + b[i, j])); b[i, j] ~ dnorm(0, tau[2]) }
        a[i] ~ dnorm(0, tau[1]) } mu ~ dnorm(0.5, 4); for (k in 1:2) { tau[k] ~ dgamma(4, 2) } }`,
    data: { N: 18, y: pairs(18) },
    watched: ["mu", "tau", "a", "b"],
    wrong: ["dnorm(0.5, 4)", "dnorm(1, 4)"],
  },
]

describe("groups that step by themselves", () => {
  it.each(SPECIMENS)("$name", (specimen) => {
    const { text, wrong } = specimen
    expect(relationShift(specimen, text, text).shift).toBeLessThan(4.5)
    expect(relationShift(specimen, text, text.replace(...wrong)).shift).toBeGreaterThan(5)
  })
})
