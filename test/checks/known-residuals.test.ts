/** Residual variances that weights or standard errors tell apart, row by row. */
import { describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { bayesR2, icc } from "../../src/checks/bayes-r2.ts"
import { kfold } from "../../src/checks/kfold.ts"
import { posteriorPredict } from "../../src/checks/posterior-predict.ts"
import { DataError } from "../../src/core/errors.ts"
import { standardDeviation } from "../../src/diagnostics/moments.ts"
import { lmm } from "../../src/samplers/model.ts"

const data = {
  y: [1.2, 0.4, -0.3, 0.8, 1.9, 0.1, -0.6, 0.7, 1.1],
  w: [1, 4, 2, 0.5, 9, 1, 3, 2, 16],
  g: ["a", "a", "a", "b", "b", "b", "d", "d", "d"],
}
const options = { chains: 2, draws: 400, warmup: 200, workers: 1, seed: 1 } as const
const logNormal = (y: number, mean: number, variance: number) =>
  -0.5 * (Math.log(2 * Math.PI * variance) + (y - mean) ** 2 / variance)

describe.each([
  ["weights", (s2: number, w: number) => s2 / w],
  ["se", (_: number, w: number) => w ** 2],
] as const)("%s", async (kind, varianceOf) => {
  const model = lmm("y ~ 1 + (1 | g)", data, { [kind]: "w" })
  const posterior = await sample(model, options)
  const at = (name: string, s: number) => (posterior.names.includes(name) ? posterior.draws(name)[s]! : 1)

  it("the log likelihood takes each row's own variance", () => {
    const rows = posterior.logLik()
    for (const [i, s] of [
      [0, 0],
      [4, 399],
      [8, 799],
    ] as const) {
      const mean = at("b[(Intercept)]", s) + at(`u[g,(Intercept),${data.g[i]}]`, s)
      const expected = logNormal(data.y[i]!, mean, varianceOf(at("var[residual]", s), data.w[i]!))
      expect(rows[i]![s]!).toBeCloseTo(expected, 10)
    }
    expect(Number.isFinite(posterior.loo().elpd.value)).toBe(true)
  })

  it("replicated and predicted responses do, too", () => {
    const { sets } = posteriorPredict(posterior)
    const expectations = posteriorPredict(posterior, { newData: { g: ["a", "a"], w: [1e4, 1e-4] } })
    expect(sets).toHaveLength(800)
    const spread = (row: number) =>
      standardDeviation(Float64Array.from(expectations.sets, (set) => set[row]!))
    // The larger a weight, the smaller the spread; the larger a standard error, the larger.
    if (kind === "weights") expect(spread(1)).toBeGreaterThan(20 * spread(0))
    else expect(spread(0)).toBeGreaterThan(20 * spread(1))
    const rows = { g: ["a"], w: [2] }
    const [response] = posterior.predict(rows, { of: "response" })
    const [expectation] = posterior.predict(rows)
    let mean = 0
    for (let s = 0; s < 800; s++) mean += varianceOf(at("var[residual]", s), 2) / 800
    expect(response!.se ** 2 - expectation!.se ** 2).toBeCloseTo(mean, 8)
    expect(() => posterior.predict({ g: ["a"] }, { of: "response" })).toThrow(DataError)
    expect(posterior.predict({ g: ["a"] })).toHaveLength(1)
  })

  it("rows that are left out keep theirs", async () => {
    const found = await kfold(model, { k: 3, ...options, draws: 50 })
    expect(found.pointwise.elpd.every(Number.isFinite)).toBe(true)
    expect(found.folds.map(({ rows }) => rows.length)).toEqual([3, 3, 3])
  })

  it("shares of variance take the mean over the rows", () => {
    const s = 77
    const residual = data.w.reduce((sum, w) => sum + varianceOf(at("var[residual]", s), w), 0) / 9
    const tau2 = at("var[g,(Intercept)]", s)
    expect(icc(posterior)[0]!.draws[s]!).toBeCloseTo(tau2 / (tau2 + residual), 10)
    expect(bayesR2(posterior).marginal.mean).toBeCloseTo(0, 12)
  })
})
