/** Small models for samplers that draw several relations at once, each with a slip in a prior that has to be found out. */

const BETAS = `model {
  for (i in 1:3) { r[i] ~ dbin(p[i], n[i]); p[i] ~ dbeta(a, b) }
  a ~ dgamma(3, 1); b ~ dgamma(4, 1.5)
}`
const BETA_DATA = { n: [10, 12, 8], r: [3, 6, 2] }

export const CHANGE = `model {
  for (i in 1:N) { y[i] ~ dnorm(m[i], 4); m[i] <- a + b * step(i - k - 0.5) }
  a ~ dnorm(0, 1); b ~ dnorm(1, 1)
  k ~ dcat(q[]); for (i in 1:N) { q[i] <- 1 / N }
}`
export const CHANGE_DATA = { N: 5, y: [0.1, -0.3, 0.4, 1.6, 0.9] }

const BREAK = `model {
  for (i in 1:N) { y[i] ~ dnorm(m[i], 4); m[i] <- a + b * step(i - k) * (i - k) }
  a ~ dnorm(0, 1); b ~ dnorm(1, 1)
  k ~ dunif(1, 5)
}`

/** The names drawn, each by the sampler that is meant. */
export const samplersOf = (names: readonly string[]) => ({
  samplers: Object.fromEntries(names.map((name) => [name, "marginal-block"])),
})

export const MARGINAL_CASES = [
  {
    name: "shapes of a beta",
    text: BETAS,
    data: BETA_DATA,
    names: ["a", "b", "p"],
    wrong: ["dgamma(3, 1)", "dgamma(4.5, 1)"],
  },
  {
    name: "a change point",
    text: CHANGE,
    data: CHANGE_DATA,
    names: ["a", "b", "k"],
    wrong: ["dnorm(1, 1)", "dnorm(1.8, 1)"],
  },
  {
    name: "a change point on a continuous scale",
    text: BREAK,
    data: CHANGE_DATA,
    names: ["a", "b", "k"],
    wrong: ["dnorm(1, 1)", "dnorm(1.8, 1)"],
  },
] as const

export const ELLIPTICAL = { samplers: { x: "elliptical" } }
export const NORMAL_DATA = {
  N: 3,
  y: [1, 0, 1],
  m: [0.5, -1],
  P: [
    [2, 0.6],
    [0.6, 1],
  ],
}
export const STEPS = "model { for (i in 1:N) { y[i] ~ dbern(0.2 + 0.6 * step(x[i])); x[i] ~ dnorm(0.5, 2) } }"
const VECTOR =
  "model { for (i in 1:N) { y[i] ~ dbern(0.1 + 0.8 * step(x[1] - x[2])) } x[1:2] ~ dmnorm(m[], P[, ]) }"
export const ELLIPTICAL_CASES = [
  { name: "numbers", text: STEPS, wrong: ["dnorm(0.5, 2)", "dnorm(-0.8, 2)"] },
  { name: "a vector", text: VECTOR, wrong: ["dmnorm(m[], P[, ])", "dmnorm.vcov(m[], P[, ])"] },
] as const
