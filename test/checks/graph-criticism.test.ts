/** Model criticism of models of relations: likelihoods, information criteria, replicated data. */
import { readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { compareModels } from "../../src/checks/compare-models.ts"
import { hypothesis } from "../../src/checks/hypothesis.ts"
import { posteriorPredict } from "../../src/checks/posterior-predict.ts"
import { predictiveCheck, predictiveOverlay } from "../../src/checks/predictive-check.ts"
import { priorPredict } from "../../src/checks/prior-predict.ts"
import { tabulate } from "../../src/checks/tabulate.ts"
import { DataError, ModelError, OptionError } from "../../src/core/errors.ts"
import { mcseMean } from "../../src/diagnostics/mcse-mean.ts"
import { mean, variance } from "../../src/diagnostics/moments.ts"
import { normalCdf } from "../../src/math/normal-cdf.ts"
import type { ArraysInput } from "../../src/models/array-input.ts"
import { plotRegistry } from "../../src/plots/registry.ts"
import { bugs } from "../../src/samplers/graph-model.ts"

interface Oracle {
  readonly models: Readonly<
    Record<
      string,
      { readonly text: string; readonly data: ArraysInput; readonly mean: number; readonly mcse: number }
    >
  >
}
const oracle = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../oracle/graph-deviance.json"), "utf8"),
) as Oracle

const y = [0.4, -0.3, 1.1, 0.7, 0.2, -0.9]
const normal = (extra = "") =>
  bugs(`model { for (i in 1:6) { y[i] ~ dnorm(mu, 4) }  mu ~ dnorm(0, 0.5) ${extra} }`, { y })
const run = { chains: 2, draws: 500, warmup: 50, workers: 1, seed: "criticism" } as const

const dnorm = (x: number, centre: number, precision: number) =>
  0.5 * Math.log(precision / (2 * Math.PI)) - 0.5 * precision * (x - centre) ** 2

describe("log likelihoods of models of relations", () => {
  it.each(Object.keys(oracle.models))("%s: the mean deviance is that of JAGS", async (name) => {
    const { text, data, mean: expected, mcse } = oracle.models[name]!
    const posterior = await sample(bugs(text, data), { ...run, draws: 2000, warmup: 200 })
    const rows = posterior.logLik()
    const deviance = rows[0]!.map((_, s) => -2 * rows.reduce((sum, row) => sum + row[s]!, 0))
    const own = mcseMean([deviance.subarray(0, 2000), deviance.subarray(2000)])
    expect(own).toBeLessThan(0.15)
    expect(Math.abs(mean(deviance) - expected)).toBeLessThan(4 * Math.hypot(own, mcse))
    expect(posterior.dic().meanDeviance).toBeCloseTo(mean(deviance), 9)
  })

  it("terms are normalised densities, by the names of the data", async () => {
    const posterior = await sample(normal(), run)
    const rows = posterior.logLik()
    const mu = posterior.draws("mu")
    expect(posterior.observations()).toEqual(y.map((_, i) => `y[${i + 1}]`))
    rows.forEach((row, i) => {
      for (let s = 0; s < row.length; s += 97) expect(row[s]).toBeCloseTo(dnorm(y[i]!, mu[s]!, 4), 12)
    })
  })

  it("p_D of a normal mean with known variance is n τ var(μ), and DIC adds up", async () => {
    const posterior = await sample(normal(), run)
    const { effectiveParameters, meanDeviance, devianceAtEstimate, dic } = posterior.dic()
    const mu = posterior.draws("mu")
    const population = (variance(mu) * (mu.length - 1)) / mu.length
    expect(effectiveParameters).toBeCloseTo(6 * 4 * population, 9)
    expect(devianceAtEstimate).toBeCloseTo(-2 * y.reduce((sum, one) => sum + dnorm(one, mean(mu), 4), 0), 9)
    expect(dic).toBeCloseTo(meanDeviance + effectiveParameters, 12)
  })

  it("computes what is deterministic, or reads it where its parents were not recorded", async () => {
    const model = bugs(
      "model { for (i in 1:6) { y[i] ~ dnorm(m, tau) }  m <- a + b; a ~ dnorm(0, 1); b ~ dnorm(0, 1); tau ~ dgamma(2, 2) }",
      { y },
    )
    const all = await sample(model, run)
    const some = await sample(model, { ...run, monitor: ["m", "tau"] })
    expect(some.loo().elpd).toEqual(all.loo().elpd)
    const none = await sample(model, { ...run, monitor: ["a", "tau"] })
    expect(() => none.loo()).toThrow(DataError)
    expect(() => none.loo()).toThrow("loo needs the draws of b, which were not recorded")
  })

  it("a value known by its interval counts with the probability of the interval", async () => {
    const model = bugs(
      "model { for (i in 1:3) { is[i] ~ dinterval(t[i], c[i, ]); t[i] ~ dnorm(mu, 1) }  mu ~ dnorm(0, 1) }",
      {
        t: [0.5, null, null],
        is: [0, 2, 1],
        c: [
          [1, 2],
          [1, 2],
          [-1, 0.5],
        ],
      },
    )
    const posterior = await sample(model, { ...run, monitor: ["mu"] })
    expect(posterior.observations()).toEqual(["t[1]", "t[2]", "t[3]"])
    const mu = posterior.draws("mu")
    const rows = posterior.logLik()
    for (let s = 0; s < mu.length; s += 53) {
      expect(rows[0]![s]).toBeCloseTo(dnorm(0.5, mu[s]!, 1), 12)
      expect(rows[1]![s]).toBeCloseTo(Math.log(normalCdf(mu[s]! - 2)), 10)
      expect(rows[2]![s]).toBeCloseTo(Math.log(normalCdf(0.5 - mu[s]!) - normalCdf(-1 - mu[s]!)), 10)
    }
  })

  it("has no p_D where a discrete latent stands between", async () => {
    const mixture = bugs(
      "model { for (i in 1:6) { z[i] ~ dbern(0.5); y[i] ~ dnorm(mu[z[i] + 1], 1) } for (k in 1:2) { mu[k] ~ dnorm(k, 1) } }",
      { y },
    )
    const posterior = await sample(mixture, run)
    expect(() => posterior.dic()).toThrow(ModelError)
    expect(() => posterior.dic()).toThrow(/^z\[\d\] is discrete/)
    expect(posterior.waic().elpd.value).toBeLessThan(0)
  })

  it("compares models of the same data, paired by name whatever the order of their relations", async () => {
    const first = await sample(
      bugs("model { for (i in 1:3) { a[i] ~ dnorm(m, 1); b[i] ~ dnorm(m, 1) }  m ~ dnorm(0, 1) }", {
        a: [1, 2, 3],
        b: [0, 0, 1],
      }),
      run,
    )
    const second = await sample(
      bugs(
        "model { m ~ dnorm(0, 1)  for (i in 1:3) { b[i] ~ dnorm(m, 2) }  for (i in 1:3) { a[i] ~ dnorm(m, 2) } }",
        {
          b: [0, 0, 1],
          a: [1, 2, 3],
        },
      ),
      run,
    )
    expect(second.observations()).toEqual(first.observations())
    const [best, other] = compareModels({ first: first.loo(), second: second.loo() })
    expect(best!.name).toBe("first")
    expect(other!.elpdDifference).toBeLessThan(0)
  })
})

describe("replicated data of models of relations", () => {
  it("have the moments of the posterior predictive distribution", async () => {
    const posterior = await sample(normal(), { ...run, draws: 4000 })
    const { sets, observed, names } = posteriorPredict(posterior)
    expect(sets).toHaveLength(8000)
    expect(names).toEqual(posterior.observations())
    expect([...observed]).toEqual(y)
    // y_rep = μ + ε, μ | y normal with precision 24.5.
    const values = Float64Array.from(sets, (set) => set[2]!)
    const centre = (4 * y.reduce((a, b) => a + b, 0)) / 24.5
    const spread = 1 / 24.5 + 1 / 4
    expect(Math.abs(mean(values) - centre)).toBeLessThan(4 * Math.sqrt(spread / 8000))
    expect(Math.abs(variance(values) / spread - 1)).toBeLessThan(4 * Math.sqrt(2 / 8000))
    expect(posteriorPredict(posterior, { draws: 7 }).sets).toHaveLength(7)
    expect(posteriorPredict(posterior, { draws: 7 })).toEqual(posteriorPredict(posterior, { draws: 7 }))
  })

  it("of a series go on from their own past, also through functions of it", async () => {
    const model = bugs(
      `model { x[1] ~ dnorm(5, 1)
        for (t in 2:8) { x[t] ~ dnorm(phi * log(x[t - 1]) + 4, 1.0E8) }
        phi ~ dunif(0.9, 1.1) }`,
      { x: [5, 5.6, 5.7, 5.7, 5.7, 5.7, 5.7, 5.7] },
    )
    const posterior = await sample(model, run)
    const phi = posterior.draws("phi")
    posteriorPredict(posterior).sets.forEach((set, s) => {
      if (s % 50 === 0)
        for (let t = 1; t < 8; t++)
          expect(Math.abs(set[t]! - phi[s]! * Math.log(set[t - 1]!) - 4)).toBeLessThan(6e-4)
    })
  })

  it("through observed indices and several variables, each checked on its own", async () => {
    const model = bugs(
      "model { for (i in 1:6) { z[i] ~ dbern(p); y[i] ~ dnorm(mu[z[i] + 1], 100) } mu[1] ~ dnorm(-50, 1); mu[2] ~ dnorm(50, 1); p ~ dbeta(1, 1) }",
      { y: [-50, -50, -50, 50, 50, 50], z: [0, 0, 0, 1, 1, 1] },
    )
    const posterior = await sample(model, run)
    const { sets, variables } = posteriorPredict(posterior)
    const [zs, ys] = [variables.get("z")!, variables.get("y")!]
    const other = sets.filter((set) => zs.some((row, i) => set[row] !== Number(i > 2)))
    expect(other.length).toBeGreaterThan(sets.length / 2)
    for (const set of sets)
      zs.forEach((row, i) => {
        expect(Math.sign(set[ys[i]!]!)).toBe(2 * set[row]! - 1)
      })
    const checks = predictiveCheck(posterior, { statistics: ["mean"] })
    expect(checks.map(({ group, n }) => [group, n])).toEqual([
      ["y", 6],
      ["z", 6],
    ])
    expect(posteriorPredict(posterior, { variables: ["z"], draws: 2 }).names).toHaveLength(6)
    expect(() => posteriorPredict(posterior, { variables: ["w"] })).toThrow(OptionError)
  })

  it("say what was not recorded", async () => {
    const posterior = await sample(normal("sd <- mu * 2"), { ...run, monitor: ["sd"] })
    expect(() => posteriorPredict(posterior)).toThrow(
      "posteriorPredict needs the draws of mu, which were not recorded",
    )
  })

  it("of the prior have its moments, and its parameters", () => {
    const model = bugs(
      "model { for (i in 1:3) { y[i] ~ dpois(lambda); } lambda ~ dgamma(4, 2); twice <- 2 * lambda }",
      { y: [1, 2, 3] },
    )
    const { sets, parameters, observed } = priorPredict(model, { draws: 20_000, seed: 3 })
    expect([...parameters.keys()]).toEqual(["lambda", "twice"])
    expect([...observed]).toEqual([1, 2, 3])
    // Negative binomial: mean 2, variance 2 + 1.
    const values = Float64Array.from(sets, (set) => set[1]!)
    expect(Math.abs(mean(values) - 2)).toBeLessThan(4 * Math.sqrt(3 / 20_000))
    expect(parameters.get("twice")!.every((twice, s) => twice === 2 * parameters.get("lambda")![s]!)).toBe(
      true,
    )
  })

  it.each([
    ["model { for (i in 1:6) { y[i] ~ dnorm(mu, 1) } mu ~ dflat() }", "improper-prior", "mu"],
    ["model { for (i in 1:6) { y[i] ~ dnorm(mu, 1) I(-2, ) } mu ~ dnorm(0, 1) }", "not-generative", "y[i]"],
    [
      "model { for (i in 1:6) { y[i] ~ dnorm(0, 1) } for (i in 1:n) { mu[i] ~ dnorm(0, 1) } n <- 6 + 0 * y[1] }",
      "not-generative",
      "line 1",
    ],
    [
      "model { for (i in 1:2) { zeros[i] ~ dpois(lambda) } lambda ~ dgamma(1, 1) }",
      "not-generative",
      "zeros[i]",
    ],
  ])("refuse a model that is no recipe: %s", (text, code, where) => {
    const data: ArraysInput = text.includes("zeros[i] ~") ? { zeros: [0, 0] } : { y }
    const model = bugs(text, data)
    try {
      priorPredict(model)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ModelError)
      expect(error).toMatchObject({ code, where })
    }
  })
})

describe("what takes draws of any origin takes those of models of relations", () => {
  const model = bugs(
    "model { for (i in 1:4) { x[i, 1:2] ~ dmnorm(m.u[], P[ , ]) }  P ~ dwish(R[ , ], 4); for (k in 1:2) { m.u[k] ~ dnorm(0, 0.1) } Sigma <- inverse(P) }",
    {
      x: [
        [1, 2],
        [0, 1],
        [2, 2],
        [1, 0],
      ],
      R: [
        [1, 0],
        [0, 1],
      ],
    },
  )

  it("hypotheses by BUGS names, tables, and every chart of draws", async () => {
    const posterior = await sample(model, { ...run, monitor: ["m.u", "Sigma"] })
    const found = hypothesis(posterior, "Sigma[1,2] / sqrt(Sigma[1,1] * Sigma[2,2]) > m.u[2] - 5")
    expect(found.probability).toBeGreaterThan(0.9)
    expect(found.draws).toHaveLength(1000)
    const table = await tabulate(posterior.summary())
    expect(table.get("name", 0)).toBe("m.u[1]")
    expect(table.numRows()).toBe(6)
    for (const entry of plotRegistry) {
      if (entry.of === "draws")
        expect(entry.plot(posterior, ["m.u[1]", "Sigma[1,1]"])).toHaveProperty("$schema")
    }
    const { replicated } = predictiveOverlay(await sample(normal(), run), { draws: 5 })
    expect(replicated).toHaveLength(5)
  })
})
