/** Residual variances that are known by row: standard errors and prior weights. */
import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import { mcseMean } from "../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../src/diagnostics/moments.ts"
import { chainsOf } from "../../src/draws/draws.ts"
import { flat, halfT, normal } from "../../src/models/builder/distributions.ts"
import { index, vector } from "../../src/models/builder/inputs.ts"
import { bugs, model } from "../../src/samplers/graph-model.ts"
import { lmm } from "../../src/samplers/model.ts"
import type { PlanMethod } from "../../src/samplers/plan.ts"
import { MCSE_LIMIT } from "../kit/goodness-of-fit.ts"
import { runHere } from "../kit/run-here.ts"

const METHODS: readonly PlanMethod[] = ["gibbs", "blocked", "collapsed"]
const schools = datasets.eightSchools()
const values = (name: string): Float64Array => {
  const column = schools.columns.get(name)!
  return column.kind === "numeric" ? column.values : new Float64Array(0)
}
const [y, se] = [values("effect"), values("se")]

/**
 * Posterior means by quadrature over τ, the mean integrated out under its flat prior: Gelman et al. (2013), Bayesian Data
 * Analysis, 3rd ed., eqs. 5.20 and 5.21, with a half-t prior of τ.
 */
function eightSchools(df: number, scale: number) {
  const STEPS = 20_000
  const sums = { weight: 0, mu: 0, logTau: 0, first: 0 }
  for (let k = 0; k < STEPS; k++) {
    // τ = scale · tan(π u / 2): the heavy tail is covered evenly.
    const u = (k + 0.5) / STEPS
    const tau = scale * Math.tan((Math.PI * u) / 2)
    const jacobian = 1 + (tau / scale) ** 2
    const precision = se.map((s) => 1 / (s * s + tau * tau))
    const total = precision.reduce((a, b) => a + b, 0)
    const mu = precision.reduce((sum, p, j) => sum + p * y[j]!, 0) / total
    let log = -0.5 * Math.log(total) - 0.5 * (df + 1) * Math.log1p((tau / scale) ** 2 / df)
    precision.forEach((p, j) => {
      log += 0.5 * Math.log(p) - 0.5 * p * (y[j]! - mu) ** 2
    })
    const weight = jacobian * Math.exp(log)
    const shrunk = (tau ** 2 * (y[0]! - mu)) / (se[0]! ** 2 + tau ** 2)
    sums.weight += weight
    sums.mu += weight * mu
    sums.logTau += weight * Math.log(tau)
    sums.first += weight * shrunk
  }
  return { mu: sums.mu / sums.weight, logTau: sums.logTau / sums.weight, first: sums.first / sums.weight }
}

describe("eight schools", () => {
  const model = lmm("effect ~ 1 + (1 | school)", schools, { se: "se", priors: ["sd(school) ~ halfT(3, 10)"] })
  const exact = eightSchools(3, 10)

  it.each(METHODS)("%s agrees with quadrature", (method) => {
    const draws = runHere(model, method, { chains: 2, draws: 6000, warmup: 1000, thin: 1, seed: "schools" })
    const check = (name: string, of: (x: number) => number, expected: number) => {
      const chains = chainsOf(draws, name).map((chain) => chain.map(of))
      const estimate = mean(Float64Array.from(chains.flatMap((chain) => [...chain])))
      expect(Math.abs(estimate - expected) / mcseMean(chains), name).toBeLessThan(MCSE_LIMIT)
    }
    check("b[(Intercept)]", (x) => x, exact.mu)
    check("sd[school,(Intercept)]", Math.log, exact.logTau)
    check("u[school,(Intercept),A]", (x) => x, exact.first)
  })

  it("says so in the model, and reports no residual sd", () => {
    expect(model.plan().explain()).toMatch(/effect_i ~ Normal\(mean = .*, variance = se_i\^2\)/)
    expect(model.graph.quantities.map(({ name }) => name)).not.toContain("sd[residual]")
  })
})

it("eight schools are one block of the collapsed kind in every front end", () => {
  const data = { y: [...y], se: [...se] }
  const prior = "mu ~ dflat(); tau ~ dt(0, 0.01, 3) T(0,)"
  const texts = [
    `model { for (j in 1:8) { theta[j] ~ dnorm(mu, 1 / tau^2); y[j] ~ dnorm(theta[j], 1 / se[j]^2) } ${prior} }`,
    `model { for (j in 1:8) { u[j] ~ dnorm(0, tau^-2); y[j] ~ dnorm(mu + u[j], pow(se[j], -2)) } ${prior} }`,
  ]
  const built = model({ y: vector(), se: vector(), school: index() }, ({ param, observe, ...given }) => {
    const mu = param("mu", flat())
    const tau = param("tau", halfT(3, 10))
    const u = param("u", normal(0, { sd: tau }), { over: given.school.levels })
    observe(given.y, normal(mu.plus(u.at(given.school)), { sd: given.se }))
  })
  const plans = [
    ...texts.map((text) => bugs(text, data).plan()),
    built.with({ ...data, school: data.y.map((_, j) => j + 1) }).plan(),
  ]
  for (const { blocks } of plans) expect(blocks.map(({ sampler }) => sampler)).toEqual(["collapsed-block"])
})

describe("weights", () => {
  const table = { y: [1.2, 0.4, -0.3, 0.8, 1.9, 0.1], g: ["a", "a", "b", "b", "d", "d"] }

  it("print as a residual variance over a weight", () => {
    const model = lmm("y ~ 1 + (1 | g)", { ...table, w: [1, 2, 1, 3, 1, 1] }, { weights: "w" })
    expect(model.plan("gibbs").explain()).toContain("variance = sd[residual]^2 / w_i)")
  })

  it("of one change nothing, bit for bit", () => {
    const run = { chains: 1, draws: 50, warmup: 20, thin: 1, seed: "ones" }
    const plain = runHere(lmm("y ~ 1 + (1 | g)", table), "collapsed", run)
    const weighted = lmm("y ~ 1 + (1 | g)", { ...table, w: [1, 1, 1, 1, 1, 1] }, { weights: "w" })
    expect(runHere(weighted, "collapsed", run).values).toEqual(plain.values)
  })
})

describe("what cannot be", () => {
  const table = {
    y: [1, 2, 3, 4.5],
    g: ["a", "a", "b", "b"],
    s: [1, 0, 2, Number.NaN],
    t: ["p", "q", "r", "p"],
  }
  const make = (options: Parameters<typeof lmm>[2]) => () => lmm("y ~ 1 + (1 | g)", table, options)

  it.each([
    [{ se: "s" }, '"s" is 0 in row 2, expected a positive number'],
    [{ weights: "nope" }, '"nope" is not a column of data'],
    [{ weights: "t" }, '"t" is not a column of numbers of data'],
    [{ weights: "s", se: "s" }, "weights and se are both given"],
    [{ se: "s", priors: ["sd(residual) ~ halfT(3, 1)"] }, "which option se says is known"],
  ] as const)("%j", (options, message) => {
    expect(make(options)).toThrow(message)
  })
})
