import { expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { bugs } from "../../src/samplers/graph-model.ts"

const OPTIONS = { chains: 2, warmup: 20, draws: 30, thin: 2, workers: 1, seed: 1 }

const sumOf = (rows: readonly Float64Array[]): number[] =>
  Array.from(rows[0]!, (_, k) => rows.reduce((total, row) => total + row[k]!, 0))

it("the deviance is minus twice the sum of the likelihood's terms, whatever else is recorded", async () => {
  const model = bugs(
    `model {
      for (i in 1:4) { y[i] ~ dpois(exp(a + b[i])); b[i] ~ dnorm(0, tau) }
      for (i in 1:3) { z[i] ~ dinterval(t[i], 2); t[i] ~ dexp(exp(a)) }
      a ~ dnorm(0, 1); tau ~ dgamma(2, 1); next ~ dpois(exp(a))
    }`,
    { y: [3, 1, 4, 1], z: [0, 1, 1], t: [0.5, null, null] },
  )
  const whole = await sample(model, { ...OPTIONS, monitor: ["a", "b", "tau", "deviance"] })
  const expected = sumOf(whole.logLik()).map((value) => -2 * value)
  expect(whole.names.at(-1)).toBe("deviance")
  whole.draws("deviance").forEach((value, k) => {
    expect(value).toBeCloseTo(expected[k]!, 9)
  })
  const alone = await sample(model, { ...OPTIONS, monitor: ["deviance"] })
  expect(alone.names).toEqual(["deviance"])
  expect(alone.draws("deviance")).toEqual(whole.draws("deviance"))
  expect(whole.dic().meanDeviance).toBeCloseTo(whole.summary().at(-1)!.mean, 9)
})

it("a variable that is called so comes first, and nothing observed has none", async () => {
  const own = bugs("model { deviance <- 2 * a; a ~ dnorm(0, 1); y ~ dnorm(a, 1) }", { y: 1 })
  const { draws } = await sample(own, { ...OPTIONS, monitor: ["deviance", "a"] }).then((posterior) => ({
    draws: ["a", "deviance"].map((name) => Array.from(posterior.draws(name))),
  }))
  expect(draws[1]).toEqual(draws[0]!.map((a) => 2 * a))
  const prior = bugs("model { a ~ dnorm(0, 1) }")
  await expect(sample(prior, { ...OPTIONS, monitor: ["deviance"] })).rejects.toThrow(
    "nothing that the model draws is observed",
  )
})
