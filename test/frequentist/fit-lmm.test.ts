import { describe, expect, it } from "vitest"
import { DataError, ModelError, NumericalError, OptionError } from "../../src/core/errors.ts"
import { fitLmm } from "../../src/frequentist/fit-lmm.ts"
import { lmmFitToJson } from "../../src/frequentist/lmm-json.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { handMadeDesign } from "../kit/hand-made-design.ts"
import { loadCsv } from "../kit/load-csv.ts"
import { mixedDesigns } from "../kit/mixed-designs.ts"

const ones = (n: number) => new Array<number>(n).fill(1)
const intercept = (n: number) => ({ "(Intercept)": ones(n) })

function oneWay(y: readonly number[], codes: readonly number[]) {
  return handMadeDesign(y, intercept(y.length), [{ group: "g", codes, columns: intercept(y.length) }])
}

describe("closed form", () => {
  it("balanced one-way REML is the analysis of variance", async () => {
    const fit = reml("bright ~ 1 + (1 | operator)", await loadCsv("pulp.csv"))
    const y = fit.design.response.values
    const codes = fit.design.random[0]!.codes
    const means = [0, 1, 2, 3].map((j) =>
      y.reduce((sum, value, i) => sum + (codes[i] === j ? value / 5 : 0), 0),
    )
    const grand = means.reduce((sum, value) => sum + value / 4, 0)
    const between = (5 * means.reduce((sum, value) => sum + (value - grand) ** 2, 0)) / 3
    const within = y.reduce((sum, value, i) => sum + (value - means[codes[i]!]!) ** 2, 0) / 16
    const variance = (between - within) / 5
    expect(fit.sigma).toBeCloseTo(Math.sqrt(within), 7)
    expect(fit.theta[0]).toBeCloseTo(Math.sqrt(variance / within), 6)
    const shrinkage = (5 * variance) / (5 * variance + within)
    fit.ranef().operator!.forEach((row, j) => {
      expect(row["(Intercept)"]).toBeCloseTo(shrinkage * (means[j]! - grand), 7)
      // The published ratio of the least-squares effect to the BLUP.
      expect((means[j]! - grand) / Number(row["(Intercept)"])).toBeCloseTo(1.312117, 5)
    })
    expect(fit.ranef().operator!.map((row) => Number(row["(Intercept)"]).toFixed(6))).toEqual([
      "-0.121940",
      "-0.259123",
      "0.167668",
      "0.213396",
    ])
  })
})

describe("what a fit holds", () => {
  it("names θ, lists variance components, merges the bars of one factor", async () => {
    const table = await loadCsv("sleepstudy.csv")
    const correlated = reml("Reaction ~ Days + (Days | Subject)", table)
    expect(correlated.thetaNames).toEqual(["Subject.(Intercept)", "Subject.Days.(Intercept)", "Subject.Days"])
    expect(correlated.varcorr.map((row) => Object.keys(row).join())).toEqual([
      "group,term,sd,variance",
      "group,term,sd,variance",
      "group,term,term2,cov,cor",
      "group,sd,variance",
    ])
    const independent = reml("Reaction ~ Days + (Days || Subject)", table)
    expect(independent.thetaNames).toEqual(["Subject.(Intercept)", "Subject.Days"])
    expect(Object.keys(independent.ranef())).toEqual(["Subject"])
    expect(Object.keys(independent.ranef().Subject![0]!).sort()).toEqual(["(Intercept)", "Days", "level"])
  })

  it("JSON survives a round trip and has no NaN, also when a variance is zero", async () => {
    const design = mixedDesigns["one factor, three columns"]!(2)
    const flat = handMadeDesign(
      Array.from(design.response.values, (_, i) => ((i * 7) % 11) - ((i * 5) % 3)),
      { "(Intercept)": design.fixed.columns[0]! },
      [
        {
          group: "g",
          codes: design.random[0]!.codes,
          columns: { "(Intercept)": design.fixed.columns[0]!, x: design.fixed.columns[1]! },
        },
      ],
    )
    const fit = fitLmm(flat)
    expect(fit.singular).toBe(true)
    const json = lmmFitToJson(fit)
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
    expect(Object.keys(json)).toEqual([
      "method",
      "criterion",
      "logLik",
      "sigma",
      "theta",
      "nobs",
      "dropped",
      "singular",
      "converged",
      "evaluations",
      "seconds",
      "fixed",
      "varcorr",
      "ranef",
    ])
  })

  it("starts where it is told, and is aborted when it is told", async () => {
    const table = await loadCsv("sleepstudy.csv")
    const formula = "Reaction ~ Days + (Days | Subject)"
    const fit = reml(formula, table)
    const again = reml(formula, table, { start: fit.theta })
    const far = reml(formula, table, { start: fit.theta.map((value) => value + 2) })
    expect(again.evaluations).toBeLessThan(far.evaluations)
    expect(far.criterion).toBeCloseTo(fit.criterion, 9)
    expect(again.criterion).toBeCloseTo(fit.criterion, 9)
    expect(() => reml(formula, table, { start: Float64Array.of(1) })).toThrow(OptionError)
    expect(() => reml(formula, table, { signal: AbortSignal.abort() })).toThrow(/abort/i)
  })

  it("takes more than ten parameters, by the other optimiser", () => {
    // Two bars of four columns: 20 parameters.
    const n = 240
    const column = (f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i))
    const columns = {
      ...intercept(n),
      a: column((i) => Math.sin(i)),
      b: column((i) => Math.cos(1.7 * i)),
      c: column((i) => Math.sin(2.3 * i + 1)),
    }
    const g = column((i) => i % 12)
    const h = column((i) => Math.floor(i / 20))
    const y = column((i) => {
      const effect =
        Math.sin(3 * g[i]!) + Math.cos(5 * g[i]!) * columns.a[i]! + Math.sin(7 * h[i]!) * columns.b[i]!
      return effect + Math.cos(4 * h[i]!) + 0.5 * Math.sin(91.7 * i * i)
    })
    const fit = fitLmm(
      handMadeDesign(y, intercept(n), [
        { group: "g", codes: g, columns },
        { group: "h", codes: h, columns },
      ]),
    )
    expect(fit.theta).toHaveLength(20)
    expect(fit.converged, fit.log.join("; ")).toBe(true)
    expect(fit.kktResidual).toBeLessThan(0.01)
  })
})

describe("bad input", () => {
  const codes = [0, 0, 1, 1, 2, 2]
  const y = [1, 2, 4, 3, 7, 9]

  it("no bar", () => {
    const design = handMadeDesign(y, intercept(6), [])
    expect(() => fitLmm(design)).toThrow(ModelError)
    expect(() => fitLmm(design)).toThrow(/no random term/)
    try {
      fitLmm(design)
    } catch (error) {
      expect((error as ModelError).hint).toMatch(/add \(1 \| group\)/)
    }
  })

  it("one level, levels equal to rows, more effects than rows", () => {
    expect(() => fitLmm(oneWay(y, [0, 0, 0, 0, 0, 0]))).toThrow(/at least 2 levels/)
    expect(() => fitLmm(oneWay(y, [0, 1, 2, 3, 4, 5]))).toThrow(
      /as many levels \(6\) as there are rows \(6\)/,
    )
    const x = [1, 2, 1, 2, 1, 3]
    const slopes = handMadeDesign(y, intercept(6), [{ group: "g", codes, columns: { ...intercept(6), x } }])
    expect(() => fitLmm(slopes)).toThrow(/6 random effects/)
  })

  it("a field by variety effect in the irrigation trial cannot be told from the residual", async () => {
    const table = await loadCsv("irrigation.csv")
    expect(() => reml("yield ~ irrigation * variety + (1 | field) + (1 | field:variety)", table)).toThrow(
      ModelError,
    )
  })

  it("a term that repeats others, by name, unless it is to be dropped", () => {
    const x = [1, 2, 3, 4, 5, 6, 7, 9]
    const data = {
      y: [1, 3, 2, 5, 4, 7, 5, 9],
      x,
      twice: x.map((value) => 2 * value),
      g: ["a", "a", "b", "b", "c", "c", "d", "d"],
    }
    const formula = "y ~ x + twice + (1 | g)"
    expect(() => reml(formula, data)).toThrow(/term "twice" is a linear combination/)
    const dropped = reml(formula, data, { collinear: "drop" })
    expect(dropped.fixed.map(({ name }) => name)).toEqual(["(Intercept)", "x"])
    expect(dropped.design.messages.join()).toMatch(/dropped column "twice"/)
  })

  it("empty cells take columns from an interaction, and the rest is fitted", () => {
    const cells = ["p1", "p1", "p2", "p2", "q1", "q1", "q2", "q2", "r1", "r1"]
    const data = {
      y: [1, 3, 2, 5, 4, 7, 5, 9, 8, 7],
      a: cells.map((cell) => cell[0]!),
      b: cells.map((cell) => cell[1]!),
      g: ["s", "t", "s", "t", "u", "v", "u", "v", "s", "v"],
    }
    const fit = reml("y ~ a * b + (1 | g)", data)
    expect(fit.fixed.map(({ name }) => name)).toEqual(["(Intercept)", "aq", "ar", "b2", "aq:b2"])
    expect(fit.design.messages.join()).toMatch(/rank deficient: dropped column "ar:b2"/)
  })

  it("numbers that are not finite, and collinear columns", () => {
    expect(() => fitLmm(oneWay([1, 2, Number.NaN, 3, 7, 9], codes))).toThrow(DataError)
    expect(() => fitLmm(oneWay([1, 2, Number.NaN, 3, 7, 9], codes))).toThrow(/NaN in row 3/)
    const x = [1, 2, 3, 4, 5, 6]
    const shifted = x.map((value) => 3 * value - 1)
    const design = handMadeDesign(y, { ...intercept(6), x, shifted }, [
      { group: "g", codes, columns: intercept(6) },
    ])
    expect(() => fitLmm(design)).toThrow(NumericalError)
    expect(() => fitLmm(design)).toThrow(/shifted is a linear combination/)
  })

  it("a number whose square is not one", () => {
    expect(() => fitLmm(oneWay([1, 2, 1e200, 3, 7, 9], codes))).toThrow(/1e\+200 in row 3/)
  })

  it("crossed factors beyond the dense matrix", () => {
    const n = 21000
    const rows = Array.from({ length: n }, (_, i) => i)
    const design = handMadeDesign(
      rows.map((i) => Math.sin(i * i)),
      intercept(n),
      [
        { group: "g", codes: rows.map((i) => i % 7000), columns: intercept(n) },
        { group: "h", codes: rows.map((i) => (i * 7) % 6500), columns: intercept(n) },
      ],
    )
    expect(() => fitLmm(design)).toThrow(/6500 random effects of crossed factors \(h\)/)
  })

  it("a response without variance, overall or within groups", () => {
    expect(() => fitLmm(oneWay([5, 5, 5, 5, 5, 5], codes))).toThrow(NumericalError)
    expect(() => fitLmm(oneWay([1, 1, 4, 4, 9, 9], codes))).toThrow(NumericalError)
  })
})
