import { describe, expect, it } from "vitest"
import { looPitSpec, pitData, plotLooPit } from "../../src/plots/loo-pit.ts"
import { paretoKData, plotParetoK } from "../../src/plots/pareto-k.ts"
import { plotPpcDensity, ppcDensityData } from "../../src/plots/ppc-density.ts"
import { plotPpcStat, ppcStatData, statisticsOf } from "../../src/plots/ppc-stat.ts"
import { plotSensitivity } from "../../src/plots/sensitivity.ts"
import { itDraws, itMatchesRecord } from "./check-chart.ts"

const f = (...values: readonly number[]) => Float64Array.from(values)
const replicates = { observed: f(1, 2, 3, 4), sets: [f(1, 2, 2, 5), f(0, 2, 3, 3), f(1, 1, 4, 6)] }
const golden = {
  ppcStat: plotPpcStat([{ statistic: "mean", observed: 2.5, replicated: f(1, 2, 3, 2.5) }]),
  looPit: looPitSpec({
    values: 4,
    at: [0, 0.5, 1],
    difference: [0, 0.25, 0],
    lower: [0, -0.5, 0],
    upper: [0, 0.5, 0],
  }),
  paretoK: plotParetoK({ paretoK: f(0.1, 0.75, -0.2), paretoKLimit: 0.7 }),
  sensitivity: plotSensitivity([
    { name: "b[x]", prior: 0.01, likelihood: 0.12 },
    { name: "sd[g,x]", prior: 0.2, likelihood: NaN },
  ]),
}

describe("charts of model checks", () => {
  itMatchesRecord(golden)
  itDraws({
    ...golden,
    "ppc densities": plotPpcDensity(replicates, { theme: "dark" }),
    "ppc densities of constant data": plotPpcDensity({ ...replicates, observed: f(2, 2, 2, 2) }),
    "ppc statistics": plotPpcStat(replicates),
    "ppc of a statistic that does not vary": plotPpcStat([
      { statistic: "n", group: "a", observed: 4, replicated: f(4, 4) },
    ]),
    "loo-pit of values": plotLooPit(f(0.1, 0.4, 0.8, 0.99), { theme: "page" }),
  })

  it("say that there are no replicates", () => {
    const none = { observed: f(1, 2), sets: [] }
    expect(() => plotPpcDensity(none)).toThrow("found no replicated data")
    expect(() => plotPpcStat(none)).toThrow("found no replicated data")
    expect(() => plotPpcDensity({ ...replicates, observed: null })).toThrow(
      "these replicates are of new rows",
    )
  })
})

describe("what checks compute", () => {
  it("p counts replicates at or above the data, equal ones half", () => {
    expect(ppcStatData({ statistic: "s", observed: 2.5, replicated: f(1, 2, 3, 2.5) }).p).toBe(0.375)
    expect(ppcStatData({ statistic: "s", observed: NaN, replicated: f(1) }).p).toBeNaN()
  })

  it("statistics of data and replicates", () => {
    const byName = new Map(statisticsOf(replicates).map((one) => [one.statistic, one]))
    expect([...byName.keys()]).toEqual(["mean", "sd", "minimum", "maximum"])
    expect([...byName.get("mean")!.replicated]).toEqual([2.5, 2, 3])
    expect([...byName.get("maximum")!.replicated]).toEqual([5, 3, 6])
    expect(byName.get("minimum")!.observed).toBe(1)
  })

  it("densities of at most fifty replicates, evenly taken, each with an area of one", () => {
    const many = Array.from({ length: 500 }, (_, k) => f(0, 1, 2, 3 + k / 500))
    const { x, replicated } = ppcDensityData({ observed: f(0, 1, 2, 3), sets: many })
    expect(replicated.length).toBe(50)
    const step = x[1]! - x[0]!
    for (const curve of replicated) {
      // The grid ends 5 % beyond the data, so that the tails of the kernels are cut.
      const area = curve.reduce((sum, height) => sum + height * step, 0)
      expect(area).toBeGreaterThan(0.75)
      expect(area).toBeLessThanOrEqual(1)
    }
  })

  it("PIT differences step up by 1/n at each value", () => {
    const { at, difference } = pitData(f(0.25, 0.5, 0.75, 1, NaN))
    expect(at).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(difference).toEqual([0, 0, 0, 0, 0])
    expect(pitData(f(0.9, 0.9, 0.9, 0.9)).difference).toEqual([0, -0.25, -0.5, -0.75, 0])
    expect(pitData(f(NaN)).at).toEqual([])
  })

  it("Pareto shapes above the limit are all shown, however many rows there are", () => {
    const paretoK = Float64Array.from({ length: 20_000 }, (_, i) => (i % 1000 === 7 ? 0.9 : 0.1))
    const data = paretoKData({ paretoK, paretoKLimit: 0.7 })
    expect([data.high, data.total]).toEqual([20, 20_000])
    expect(data.k.filter((k) => k === 0.9).length).toBe(20)
    expect(data.k.length).toBeLessThan(3100)
  })
})
