import { describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { looPitOf } from "../../src/checks/loo-pit.ts"
import { posteriorPredict } from "../../src/checks/posterior-predict.ts"
import {
  checkReplicates,
  describeChecks,
  predictiveCheck,
  predictiveOverlay,
} from "../../src/checks/predictive-check.ts"
import { priorPredict } from "../../src/checks/prior-predict.ts"
import { DataError, ModelError, OptionError } from "../../src/core/errors.ts"
import { mean, standardDeviation } from "../../src/diagnostics/moments.ts"
import { lmm } from "../../src/samplers/model.ts"
import {
  ALL,
  conditionOn,
  DATA,
  drawPosterior,
  knownGroup,
  MODEL,
  newGroup,
  SIGMA,
  TAU,
} from "./known-spreads.ts"

/** Draws are independent: five standard errors of mean and sd of a normal law. */
function expectNormal(draws: Float64Array, law: { mean: number; variance: number }): void {
  const sd = Math.sqrt(law.variance)
  const n = draws.length
  expect(Math.abs(mean(draws) - law.mean)).toBeLessThan((5 * sd) / Math.sqrt(n))
  expect(Math.abs(standardDeviation(draws) - sd)).toBeLessThan((5 * sd) / Math.sqrt(2 * n))
}
const correlation = (a: Float64Array, b: Float64Array): number => {
  const [ma, mb] = [mean(a), mean(b)]
  const cross = a.reduce((sum, value, s) => sum + (value - ma) * (b[s]! - mb), 0) / (a.length - 1)
  return cross / standardDeviation(a) / standardDeviation(b)
}

describe("predictions with known spreads", async () => {
  const posterior = await drawPosterior(2000)
  const rows = { g: ["a", "new", "new", "other", "e"] }
  const fifth = { mean: 0.05, error: 5 * Math.sqrt((0.05 * 0.95) / 8000) }

  it("expectations of known and new groups have their exact laws", () => {
    const found = posterior.predict(rows, { draws: true })
    const laws = [knownGroup("a"), newGroup(), newGroup(), newGroup(), knownGroup("e")]
    found.forEach(({ draws, fit, se, lower }, i) => {
      expectNormal(draws!, laws[i]!)
      const sd = Math.sqrt(laws[i]!.variance)
      expect(Math.abs(fit - laws[i]!.mean)).toBeLessThan((5 * sd) / Math.sqrt(8000))
      expect(Math.abs(se / sd - 1)).toBeLessThan(5 / Math.sqrt(2 * 8000))
      const below = draws!.filter((value) => value < laws[i]!.mean - 1.6448536269514722 * sd).length / 8000
      expect(Math.abs(below - fifth.mean)).toBeLessThan(fifth.error)
      expect(lower).toBeLessThan(fit)
    })
    expect(found.map(({ newGroups }) => newGroups)).toEqual([[], ["g: new"], ["g: new"], ["g: other"], []])
  })

  it("rows of one new group share its effect, other groups have their own", () => {
    const [, first, second, other] = posterior.predict(rows, { draws: true }).map(({ draws }) => draws!)
    expect(first).toEqual(second)
    const common = newGroup().variance - TAU ** 2
    const expected = common / newGroup().variance
    expect(Math.abs(correlation(first!, other!) - expected)).toBeLessThan(
      (5 * (1 - expected ** 2)) / Math.sqrt(8000),
    )
  })

  it("a new response has the residual on top", () => {
    const [known, fresh] = posterior.predict(rows, { of: "response", draws: true })
    const plus = ({ mean: m, variance }: { mean: number; variance: number }) => ({
      mean: m,
      variance: variance + SIGMA ** 2,
    })
    expectNormal(known!.draws!, plus(knownGroup("a")))
    expectNormal(fresh!.draws!, plus(newGroup()))
    expect(Math.abs(fresh!.se ** 2 / plus(newGroup()).variance - 1)).toBeLessThan(0.01)
  })

  it("draws depend on the seed alone, and wrong options are refused", () => {
    const again = () => posterior.predict(rows, { seed: 3, draws: true })
    expect(again()).toEqual(again())
    expect(again()[1]!.draws).not.toEqual(posterior.predict(rows, { seed: 4, draws: true })[1]!.draws)
    expect(() => posterior.predict(rows, { level: 1 })).toThrow(OptionError)
  })

  it("replicated data have the exact law, groups known or new", () => {
    const known = posteriorPredict(posterior)
    const fresh = posteriorPredict(posterior, { groups: "new" })
    expect(known.sets).toHaveLength(8000)
    expect(known.observed).toEqual(Float64Array.from(DATA.y))
    for (const i of [0, 4, 11]) {
      const { mean: m, variance } = knownGroup(DATA.g[i]!)
      expectNormal(
        Float64Array.from(known.sets, (set) => set[i]!),
        { mean: m, variance: variance + SIGMA ** 2 },
      )
      const other = newGroup()
      expectNormal(
        Float64Array.from(fresh.sets, (set) => set[i]!),
        {
          mean: other.mean,
          variance: other.variance + SIGMA ** 2,
        },
      )
    }
    const pair = (i: number, j: number) =>
      correlation(
        Float64Array.from(fresh.sets, (set) => set[i]!),
        Float64Array.from(fresh.sets, (set) => set[j]!),
      )
    const { variance } = newGroup()
    const within = variance / (variance + SIGMA ** 2)
    const between = (variance - TAU ** 2) / (variance + SIGMA ** 2)
    expect(Math.abs(pair(0, 1) - within)).toBeLessThan((5 * (1 - within ** 2)) / Math.sqrt(8000))
    expect(Math.abs(pair(0, 3) - between)).toBeLessThan((5 * (1 - between ** 2)) / Math.sqrt(8000))
  })

  it("new rows, and fewer draws", () => {
    const found = posteriorPredict(posterior, { newData: rows, draws: 100 })
    expect(found.sets.map((set) => set.length)).toEqual(new Array(100).fill(5))
    expect(found.newGroups).toEqual(["g: new", "g: other"])
    expect(found.observed).toBeNull()
    expect(() => posteriorPredict(posterior, { draws: 0 })).toThrow(OptionError)
  })

  it("LOO-PIT values are those of the exact leave-one-out laws", () => {
    const pit = looPitOf(posterior)
    pit.forEach((value, i) => {
      const others = ALL.filter((j) => j !== i)
      const same = (j: number) => (DATA.g[i] === DATA.g[j] ? TAU ** 2 : 0)
      const law = conditionOn(others, (j) => 4 + same(j), 4 + TAU ** 2 + SIGMA ** 2)
      const z = (DATA.y[i]! - law.mean) / Math.sqrt(law.variance)
      const exact = phi(z)
      // Weights leave at least a quarter of the draws.
      expect(Math.abs(value - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / 2000) + 2e-3)
    })
  })
})

/** Φ by its series: independent of the library. */
function phi(z: number): number {
  let term = z
  let sum = z
  for (let k = 1; Math.abs(term) > 1e-17; k++) {
    term *= (z * z) / (2 * k + 1)
    sum += term
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
}

describe("predictive checks", async () => {
  const posterior = await drawPosterior(250)

  it("statistics and p-values are those of the data sets", () => {
    const sets = [
      [1, 2, 3, 4],
      [2, 2, 2, 9],
      [0, 1, 5, 5],
      [3, 3, 3, 3],
    ].map((set) => Float64Array.from(set))
    const observed = Float64Array.of(1, 2, 2, 4)
    const groups = new Map([
      ["front", Int32Array.of(0, 1)],
      ["back", Int32Array.of(2, 3)],
    ])
    const statistics = { mean: (y: Float64Array) => mean(y), max: (y: Float64Array) => Math.max(...y) }
    const all = checkReplicates({ sets, observed }, statistics)
    expect(all.map(({ statistic, group, observed: t, p }) => [statistic, group, t, p])).toEqual([
      ["mean", null, 2.25, 1],
      ["max", null, 4, 0.625],
    ])
    const byGroup = checkReplicates({ sets, observed }, statistics, groups)
    expect(byGroup.map(({ group, statistic, n, p }) => [group, statistic, n, p])).toEqual([
      ["front", "mean", 2, 0.625],
      ["front", "max", 2, 0.5],
      ["back", "mean", 2, 0.875],
      ["back", "max", 2, 0.625],
    ])
    expect(() => checkReplicates({ sets, observed: null })).toThrow(DataError)
  })

  it("of a posterior: by name, by group, by function", () => {
    const checks = predictiveCheck(posterior, {
      by: "g",
      statistics: { range: (y) => Math.max(...y) - Math.min(...y) },
    })
    expect(checks.map(({ group }) => group)).toEqual(["a", "b", "d", "e"])
    expect(checks[1]!.observed).toBeCloseTo(1.8, 12)
    expect(predictiveCheck(posterior).map(({ statistic }) => statistic)).toEqual(["mean", "sd", "min", "max"])
    expect(() => predictiveCheck(posterior, { by: "h" })).toThrow('no grouping factor or column "h"')
  })

  it("an outlier that the model cannot make is told of", async () => {
    const y = DATA.y.with(4, 30)
    const odd = lmm(
      "y ~ 1 + (1 | g)",
      { ...DATA, y },
      { priors: ["sd(g) ~ fixed(0.9)", "sd(residual) ~ fixed(0.6)"] },
    )
    const checks = predictiveCheck(await sample(odd, { chains: 2, draws: 200, warmup: 1, workers: 1 }))
    expect(
      describeChecks(checks).some((sentence) => sentence.startsWith("The max of the data, 30, is above")),
    ).toBe(true)
  })

  it("overlays stand on one grid", () => {
    const { observed, replicated } = predictiveOverlay(posterior, { draws: 7 })
    expect(replicated).toHaveLength(7)
    for (const curve of replicated) expect(curve.x).toEqual(observed.x)
    const area = observed.density.reduce((sum, d) => sum + d, 0) * (observed.x[1]! - observed.x[0]!)
    expect(area).toBeCloseTo(1, 1)
  })
})

describe("prior prediction", () => {
  it("parameters and data have the laws of the priors", () => {
    const { sets, parameters } = priorPredict(MODEL, { draws: 8000, seed: 2 })
    expectNormal(parameters.get("b[(Intercept)]")!, { mean: 0.5, variance: 4 })
    expectNormal(parameters.get("u[g,(Intercept),d]")!, { mean: 0, variance: TAU ** 2 })
    expectNormal(
      Float64Array.from(sets, (set) => set[3]!),
      { mean: 0.5, variance: 4 + TAU ** 2 + SIGMA ** 2 },
    )
    const [first, second] = [0, 1].map((i) => Float64Array.from(sets, (set) => set[i]!))
    const expected = (4 + TAU ** 2) / (4 + TAU ** 2 + SIGMA ** 2)
    expect(Math.abs(correlation(first!, second!) - expected)).toBeLessThan(
      (5 * (1 - expected ** 2)) / Math.sqrt(8000),
    )
  })

  it("covariance matrices are drawn, and what is derived from them fits", () => {
    const data = { ...DATA, x: DATA.y.map((_, i) => (i % 3) - 1) }
    const model = lmm("y ~ x + (x | g)", data, {
      priors: [
        "Intercept ~ normal(0, 1)",
        "b ~ normal(0, 1)",
        "cov(g) ~ inverseWishart(9, [[5, 1], [1, 3]])",
      ],
    })
    const { parameters } = priorPredict(model, { draws: 4000, newData: { x: [1], g: ["z"] } })
    const at = (name: string) => parameters.get(name)!
    // Mean of an inverse-Wishart: scale / (df − q − 1).
    expect(Math.abs(mean(at("var[g,(Intercept)]")) - 5 / 6)).toBeLessThan(
      (5 * standardDeviation(at("var[g,(Intercept)]"))) / Math.sqrt(4000),
    )
    for (const s of [0, 100, 3999]) {
      expect(at("sd[g,x]")[s]! ** 2).toBeCloseTo(at("var[g,x]")[s]!, 12)
      const cor = at("cov[g,(Intercept),x]")[s]! / at("sd[g,(Intercept)]")[s]! / at("sd[g,x]")[s]!
      expect(at("cor[g,(Intercept),x]")[s]!).toBeCloseTo(cor, 12)
    }
  })

  it("a flat prior is refused by name, with a remedy", () => {
    const model = lmm("y ~ 1 + (1 | g)", DATA)
    expect(() => priorPredict(model)).toThrow(ModelError)
    expect(() => priorPredict(MODEL, { draws: 1.5 })).toThrow(OptionError)
    expect(() => priorPredict(model)).toThrow("but that of b[(Intercept)] is flat: a flat prior has no draws")
  })
})
