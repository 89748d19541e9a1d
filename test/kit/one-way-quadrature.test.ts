import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { oneWayData } from "./one-way-data.ts"
import {
  inverseGammaVariance,
  type Marginal,
  type OneWayModel,
  oneWayPosterior,
} from "./one-way-quadrature.ts"

interface Summary {
  readonly mean: number
  readonly sd: number
  readonly q05?: number
  readonly q50?: number
  readonly q95?: number
}
const reference: Record<"eck" | "pulp", { posterior: Record<string, Summary> }> = JSON.parse(
  readFileSync(new URL("../oracle/oneway-posteriors.json", import.meta.url), "utf8"),
)

const MODELS: Record<"eck" | "pulp", Omit<OneWayModel, "y" | "codes" | "levels">> = {
  eck: {
    intercept: { mean: 0, variance: 0.5 },
    group: inverseGammaVariance(2, 100),
    residual: inverseGammaVariance(2, 100),
  },
  pulp: { intercept: null, group: inverseGammaVariance(2, 0.1), residual: inverseGammaVariance(2, 0.1) },
}

/** Of the reference: means are exact, sds of heavy tails cut off a little early, quantiles the points of a grid. */
const TOLERANCE = { mean: 1e-7, sd: 1e-4, quantile: 1e-3 }

describe.each(["eck", "pulp"] as const)("%s", (name) => {
  const data = oneWayData(name)
  const posterior = oneWayPosterior({ ...data, ...MODELS[name] })

  it("reproduces the reference posterior", () => {
    const marginals: Record<string, Marginal> = {
      mu: posterior.mu,
      var_group: posterior.varGroup,
      var_residual: posterior.varResidual,
      ...Object.fromEntries(data.names.map((level, j) => [`u[${level}]`, posterior.u[j]!])),
    }
    const expected = reference[name].posterior
    expect(Object.keys(marginals).sort()).toEqual(Object.keys(expected).sort())
    for (const [key, summary] of Object.entries(expected)) {
      const got = marginals[key]!
      const near = (value: number, stated: number | undefined, tolerance: number) => {
        if (stated !== undefined) expect(Math.abs(value - stated) / summary.sd).toBeLessThan(tolerance)
      }
      near(got.mean, summary.mean, TOLERANCE.mean)
      near(got.sd, summary.sd, TOLERANCE.sd)
      near(got.quantile(0.05), summary.q05, TOLERANCE.quantile)
      near(got.quantile(0.5), summary.q50, TOLERANCE.quantile)
      near(got.quantile(0.95), summary.q95, TOLERANCE.quantile)
    }
  })

  it("gains nothing from a grid twice as fine", () => {
    const finer = oneWayPosterior({ ...data, ...MODELS[name] }, 2)
    for (const key of ["mu", "varGroup", "sdGroup", "varResidual", "sdResidual"] as const) {
      expect(posterior[key].mean / finer[key].mean).toBeCloseTo(1, 9)
      expect(posterior[key].sd / finer[key].sd).toBeCloseTo(1, 9)
      expect(posterior[key].quantile(0.05) / finer[key].quantile(0.05)).toBeCloseTo(1, 8)
      expect(posterior[key].quantile(0.95) / finer[key].quantile(0.95)).toBeCloseTo(1, 8)
    }
  })
})
