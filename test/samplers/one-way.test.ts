/** Closed form: every mean, sd and quantile of one-way posteriors against quadrature. */
import { describe, expect, it } from "vitest"
import { chainsOf } from "../../src/draws/draws.ts"
import { deviationsFrom, type Moments } from "../kit/against-exact.ts"
import { type OneWayName, oneWayData, oneWayModel } from "../kit/one-way-data.ts"
import {
  exponentialSd,
  halfCauchySd,
  halfNormalSd,
  halfTSd,
  inverseGammaVariance,
  type Marginal,
  type OneWayModel,
  oneWayPosterior,
  type SpreadPrior,
  uniformSd,
} from "../kit/one-way-quadrature.ts"
import { runHere } from "../kit/run-here.ts"

/** Estimates must be within this many MCSE. */
const LIMIT = 4
const LEAST_ESS = 400

interface Case {
  readonly name: string
  readonly data: OneWayName
  readonly priors: readonly string[]
  readonly intercept: OneWayModel["intercept"]
  readonly group: SpreadPrior
  readonly residual: SpreadPrior
  /** Which moments of the group variance and of its sd are finite, together with those of their errors. */
  readonly varGroup: Moments
  readonly sdGroup: Moments
}

const ALL: Moments = { mean: true, sd: true }
const MEAN: Moments = { mean: true, sd: false }
const NONE: Moments = { mean: false, sd: false }

const CASES: readonly Case[] = [
  {
    name: "eck, inverse-gamma, as taught",
    data: "eck",
    priors: [
      "Intercept ~ normal(0, var = 0.5)",
      "var(g) ~ inverseGamma(2, 100)",
      "var(residual) ~ inverseGamma(2, 100)",
    ],
    intercept: { mean: 0, variance: 0.5 },
    group: inverseGammaVariance(2, 100),
    residual: inverseGammaVariance(2, 100),
    varGroup: ALL,
    sdGroup: ALL,
  },
  {
    name: "pulp, inverse-gamma",
    data: "pulp",
    priors: ["var(operator) ~ inverseGamma(2, 0.1)", "var(residual) ~ inverseGamma(2, 0.1)"],
    intercept: null,
    group: inverseGammaVariance(2, 0.1),
    residual: inverseGammaVariance(2, 0.1),
    varGroup: ALL,
    sdGroup: ALL,
  },
  {
    name: "pulp, half-t",
    data: "pulp",
    priors: ["sd(operator) ~ halfT(3, 0.5)", "sd(residual) ~ halfT(3, 0.5)"],
    intercept: null,
    group: halfTSd(3, 0.5),
    residual: halfTSd(3, 0.5),
    varGroup: MEAN,
    sdGroup: ALL,
  },
  {
    name: "eck, half-t",
    data: "eck",
    priors: ["Intercept ~ normal(0, 10)", "sd(g) ~ halfT(3, 2)", "sd(residual) ~ halfT(3, 2)"],
    intercept: { mean: 0, variance: 100 },
    group: halfTSd(3, 2),
    residual: halfTSd(3, 2),
    varGroup: ALL,
    sdGroup: ALL,
  },
  {
    name: "pulp, half-Cauchy",
    data: "pulp",
    priors: ["sd(operator) ~ halfCauchy(0.3)", "sd(residual) ~ halfCauchy(0.3)"],
    intercept: null,
    group: halfCauchySd(0.3),
    residual: halfCauchySd(0.3),
    varGroup: NONE,
    sdGroup: MEAN,
  },
  {
    name: "pulp, slice: exponential and uniform",
    data: "pulp",
    priors: ["sd(operator) ~ exponential(2)", "sd(residual) ~ uniform(0, 0.4)"],
    intercept: null,
    group: exponentialSd(2),
    residual: uniformSd(0.4),
    varGroup: ALL,
    sdGroup: ALL,
  },
  {
    name: "pulp, a bound of the prior below what the data say",
    data: "pulp",
    priors: ["sd(operator) ~ halfNormal(0.3)", "sd(residual) ~ uniform(0, 0.2)"],
    intercept: null,
    group: halfNormalSd(0.3),
    residual: uniformSd(0.2),
    varGroup: ALL,
    sdGroup: ALL,
  },
  {
    name: "eck, slice: uniform and half-normal",
    data: "eck",
    priors: ["Intercept ~ normal(1, 3)", "sd(g) ~ uniform(0, 5)", "sd(residual) ~ halfNormal(1)"],
    intercept: { mean: 1, variance: 9 },
    group: uniformSd(5),
    residual: halfNormalSd(1),
    varGroup: ALL,
    sdGroup: ALL,
  },
]

/** Kept draws and thinning of each method: enough for the worst-mixing quantity of the worst case. */
const LENGTHS = {
  gibbs: { draws: 6000, thin: 6 },
  blocked: { draws: 4000, thin: 2 },
  collapsed: { draws: 4000, thin: 1 },
} as const

describe.each(CASES)("$name", (testCase) => {
  const { data, priors } = testCase
  const layout = oneWayData(data)
  const exact = oneWayPosterior({ ...layout, ...testCase })
  const model = oneWayModel(data, priors)
  const group = model.design.random[0]!.group
  const expected: { name: string; marginal: Marginal; moments: Moments }[] = [
    { name: "b[(Intercept)]", marginal: exact.mu, moments: ALL },
    { name: `var[${group},(Intercept)]`, marginal: exact.varGroup, moments: testCase.varGroup },
    { name: `sd[${group},(Intercept)]`, marginal: exact.sdGroup, moments: testCase.sdGroup },
    { name: "var[residual]", marginal: exact.varResidual, moments: ALL },
    { name: "sd[residual]", marginal: exact.sdResidual, moments: ALL },
    ...exact.u.map((marginal, j) => ({
      name: `u[${group},(Intercept),${layout.names[j]}]`,
      marginal,
      moments: ALL,
    })),
  ]

  it.each(["gibbs", "blocked", "collapsed"] as const)("%s", (method) => {
    const draws = runHere(model, method, { chains: 4, warmup: 1000, seed: testCase.name, ...LENGTHS[method] })
    expect([...draws.names].sort()).toEqual(expected.map(({ name }) => name).sort())
    for (const { name, marginal, moments } of expected) {
      for (const { figure, z, ess } of deviationsFrom(marginal, chainsOf(draws, name), moments)) {
        expect(ess, `effective draws of ${figure} of ${name}`).toBeGreaterThan(LEAST_ESS)
        expect(Math.abs(z), `MCSE off in ${figure} of ${name}`).toBeLessThan(LIMIT)
      }
    }
  })
})
