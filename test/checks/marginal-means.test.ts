import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { conditionalEffects } from "../../src/checks/conditional-effects.ts"
import { contrasts, marginalMeans, marginalPoints } from "../../src/checks/marginal-means.ts"
import { tabulate } from "../../src/checks/tabulate.ts"
import { OptionError } from "../../src/core/errors.ts"
import { datasets } from "../../src/data/datasets.ts"
import { type Columns, toArquero } from "../../src/data/to-table.ts"
import { mean } from "../../src/diagnostics/moments.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { lmm } from "../../src/samplers/model.ts"
import { relativeError } from "../diagnostics/fixtures.ts"

interface Grid {
  readonly labels: string[]
  readonly weights: number[][]
  readonly names: string[]
  readonly means: number[]
}
const stored: Record<"irrigation" | "cells" | "sex" | "unbalanced" | "dose", Grid> & { doseData: Columns } =
  JSON.parse(readFileSync(new URL("../oracle/marginal-means.json", import.meta.url), "utf8"))

const irrigation = datasets.irrigation()
const fewRows = async () => {
  const table = await toArquero(irrigation)
  const rows = table.objects() as { yield: number; irrigation: string; variety: string; field: string }[]
  return rows.filter((_, i) => ![0, 1, 4].includes(i))
}

describe.each([
  ["irrigation", "yield ~ irrigation * variety + (1 | field)", ["irrigation"], async () => irrigation],
  ["cells", "yield ~ irrigation * variety + (1 | field)", ["irrigation", "variety"], async () => irrigation],
  ["sex", "distance ~ log(age) * Sex + (1 | Subject)", ["Sex"], async () => datasets.orthodont()],
  ["unbalanced", "yield ~ irrigation + variety + (1 | field)", ["irrigation"], fewRows],
  ["dose", "y ~ factor(dose) * f + (1 | g)", ["dose"], async () => stored.doseData],
] as const)("marginal means of %s", (name, formula, factors, load) => {
  it("are the means over the reference grid, as R has them", async () => {
    const data = await load()
    const grid = stored[name]
    const points = marginalPoints(lmm(formula, data), factors)
    const fit = reml(formula, data)
    expect(points.map(({ at }) => Object.values(at).join(" "))).toEqual(grid.labels)
    points.forEach(({ weights, offset, estimable }, k) => {
      expect(estimable).toBe(true)
      expect(offset).toBe(0)
      fit.fixed.forEach(({ name: coefficient }, j) => {
        expect(weights[j]!).toBeCloseTo(grid.weights[k]![grid.names.indexOf(coefficient)]!, 12)
      })
      const estimate = fit.fixed.reduce((sum, { estimate: b }, j) => sum + weights[j]! * b, 0)
      expect(relativeError(estimate, grid.means[k]!)).toBeLessThan(1e-6)
    })
  })
})

it("sum contrasts have the same marginal means", () => {
  const formula = "yield ~ irrigation * variety + (1 | field)"
  const points = marginalPoints(lmm(formula, irrigation, { contrasts: "sum" }), "irrigation")
  const fit = reml(formula, irrigation, { contrasts: "sum" })
  points.forEach(({ weights }, k) => {
    const estimate = fit.fixed.reduce((sum, { estimate: b }, j) => sum + weights[j]! * b, 0)
    expect(relativeError(estimate, stored.irrigation.means[k]!)).toBeLessThan(1e-6)
  })
})

describe("of a posterior", async () => {
  const data = {
    y: [1, 2, 4, 3, 5, 7, 2, 2, 5, 4, 6, 9],
    x: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2],
    o: [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2],
    f: ["a", "a", "a", "b", "b", "b", "a", "a", "a", "b", "b", "b"],
    g: ["p", "p", "p", "q", "q", "q", "r", "r", "r", "s", "s", "s"],
  }
  const posterior = await sample(lmm("y ~ x * f + offset(o) + (x | g)", data), {
    ...{ chains: 2, draws: 60, warmup: 100, workers: 1, seed: 3 },
  })
  const d = (name: string) => posterior.draws(name)
  const line = (x: number, f: "a" | "b", o = 1.5) =>
    d("b[(Intercept)]").map(
      (b, s) => o + b + x * d("b[x]")[s]! + (f === "b" ? d("b[fb]")[s]! + x * d("b[x:fb]")[s]! : 0),
    )
  const expectNear = (found: Float64Array, expected: Float64Array) => {
    found.forEach((value, s) => {
      expect(value).toBeCloseTo(expected[s]!, 10)
    })
  }

  it("draws of the means, at other values too", () => {
    const [a, b] = marginalMeans(posterior, "f")
    expectNear(a!.draws, line(1, "a"))
    expectNear(b!.draws, line(1, "b"))
    expect(b!.mean).toBeCloseTo(mean(line(1, "b")), 10)
    const [at2] = marginalMeans(posterior, "f", { at: { x: 2, o: 0 } })
    expectNear(at2!.draws, line(2, "a", 0))
    const both = marginalMeans(posterior, ["x", "f"], { at: { x: [0, 2] } })
    expect(both.map(({ levels }) => levels)).toEqual([
      { x: 0, f: "a" },
      { x: 0, f: "b" },
      { x: 2, f: "a" },
      { x: 2, f: "b" },
    ])
  })

  it("contrasts: pairwise, to the first, and any", () => {
    const means = marginalMeans(posterior, ["x", "f"], { at: { x: [0, 2] } })
    const pairs = contrasts(means)
    expect(pairs.map(({ contrast }) => contrast)).toEqual([
      "0 b - 0 a",
      "2 a - 0 a",
      "2 a - 0 b",
      "2 b - 0 a",
      "2 b - 0 b",
      "2 b - 2 a",
    ])
    expectNear(
      pairs[0]!.draws,
      line(0, "b").map((value, s) => value - line(0, "a")[s]!),
    )
    const above = pairs[0]!.draws.filter((value) => value > 0).length / 120
    expect(pairs[0]!.probabilityPositive).toBe(above)
    expect(contrasts(means, "reference")).toHaveLength(3)
    const [interaction] = contrasts(means, { interaction: [1, -1, -1, 1] })
    expectNear(
      interaction!.draws,
      d("b[x:fb]").map((value) => 2 * value),
    )
    expect(() => contrasts(means, { short: [1, -1] })).toThrow(OptionError)
  })

  it("conditional effects along a predictor, of a typical group and of one", () => {
    const rows = conditionalEffects(posterior, "x", { points: 5, at: { f: "b" } })
    expect(rows.map(({ at }) => at.x)).toEqual([0, 0.5, 1, 1.5, 2])
    expectNear(rows[1]!.draws, line(0.5, "b"))
    expect(rows[1]!.lower).toBeLessThan(rows[1]!.median)
    const curves = conditionalEffects(posterior, ["x", "f"], { points: 2 })
    expect(curves.map(({ at }) => [at.x, at.f])).toEqual([
      [0, "a"],
      [0, "b"],
      [2, "a"],
      [2, "b"],
    ])
    const own = conditionalEffects(posterior, "x", { points: 2, groups: { g: "r" } })
    expectNear(
      own[1]!.draws,
      line(2, "a").map((value, s) => value + d("u[g,(Intercept),r]")[s]! + 2 * d("u[g,x,r]")[s]!),
    )
    expect(() => conditionalEffects(posterior, "z")).toThrow('does not read a column "z"')
    expect(() => conditionalEffects(posterior, "x", { groups: { g: "z" } })).toThrow(
      '"z" is not a level of g',
    )
    expect(() => conditionalEffects(posterior, "x", { at: { f: "c" } })).toThrow(
      'found "c", expected a level',
    )
  })

  it("what a column of numbers is asked for as a factor says so", () => {
    expect(() => marginalMeans(posterior, "x")).toThrow('"x" is a column of numbers, expected a factor')
    expect(() => marginalMeans(posterior, "g")).toThrow('does not read a column "g"')
  })

  it("results become Arquero tables", async () => {
    const table = await tabulate(marginalMeans(posterior, "f"))
    expect(table.columnNames()).toEqual(["f", "mean", "sd", "q5", "q95", "reason"])
    expect(table.array("f")).toEqual(["a", "b"])
    const effects = await tabulate(posterior.coef())
    expect(effects.columnNames()).toEqual(["group", "level", "term", "mean", "sd", "q5", "q95"])
    expect(effects.numRows()).toBe(4 * 4)
    await expect(tabulate([])).rejects.toThrow("there are no rows")
  })

  it("coefficients of levels are sums of draws; spreads stand beside REML", () => {
    const coef = posterior.coef().g!
    const row = coef.find(({ level, term }) => level === "q" && term === "x")!
    expect(row.mean).toBeCloseTo(mean(d("b[x]").map((b, s) => b + d("u[g,x,q]")[s]!)), 10)
    const same = coef.filter(({ term }) => term === "fb").map(({ mean: m }) => m)
    expect(new Set(same).size).toBe(1)
    const fit = reml("y ~ x * f + offset(o) + (x | g)", data)
    const spreads = posterior.varcorr(fit)
    expect(spreads.map(({ name }) => name)).toEqual([
      "sd[g,(Intercept)]",
      "var[g,(Intercept)]",
      "sd[g,x]",
      "var[g,x]",
      "cov[g,(Intercept),x]",
      "cor[g,(Intercept),x]",
      "sd[residual]",
      "var[residual]",
    ])
    expect(spreads.at(-2)!.reml).toBeCloseTo(fit.sigma, 12)
    expect(posterior.varcorr()[0]!.reml).toBeNull()
  })
})

it("a combination of levels that the data do not have has no mean, others have", async () => {
  const data = {
    y: [1, 2, 4, 3, 5, 7, 2, 2, 5],
    f: ["a", "a", "a", "b", "b", "b", "a", "a", "b"],
    h: ["u", "v", "u", "u", "u", "u", "v", "u", "u"],
    g: ["p", "p", "q", "q", "r", "r", "s", "s", "p"],
  }
  const posterior = await sample(lmm("y ~ f * h + (1 | g)", data), {
    chains: 1,
    draws: 20,
    warmup: 20,
    workers: 1,
  })
  const cells = marginalMeans(posterior, ["f", "h"])
  expect(cells.map(({ reason }) => reason === null)).toEqual([true, true, true, false])
  expect(cells[3]!.mean).toBeNaN()
  const [fa, fb] = marginalMeans(posterior, "f")
  expect([fa!.reason, fb!.reason]).toEqual([null, "the data do not have this combination of levels"])
  expect(contrasts(cells).at(-1)).toMatchObject({ reason: "the data do not have this combination of levels" })
})
