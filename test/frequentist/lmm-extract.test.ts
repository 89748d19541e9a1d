import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { DataError, ModelError, OptionError } from "../../src/core/errors.ts"
import type { Table } from "../../src/data/table.ts"
import { fitLmm } from "../../src/frequentist/fit-lmm.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { buildDesign } from "../../src/models/formula/build-design.ts"
import { loadCsv } from "../kit/load-csv.ts"

interface ExtractFit {
  readonly data: string
  readonly formula: string
  readonly method: "REML" | "ML"
  readonly weighted: boolean
  readonly criterion: number
  readonly aic: number
  readonly bic: number
  readonly sigma: number
  readonly fixed: number[]
  readonly vcov: number[]
  readonly coef: Record<string, { levels: string[]; names: string[]; first: number[]; last: number[] }>
  readonly pearson: number[]
  readonly scaled: number[]
  readonly fitted: number[]
  readonly population: number[]
  readonly seKnown: number[]
  readonly seNone: number[]
  readonly r2: [number, number]
}

const oracle: { fits: ExtractFit[] } = JSON.parse(
  readFileSync(new URL("../oracle/lmm-extract.json", import.meta.url), "utf8"),
)

const cyclic = (table: Table) => Array.from({ length: table.rows }, (_, i) => (i % 3) + 1)

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, relative = 2e-6) {
  expect(actual).toHaveLength(expected.length)
  const size = Math.max(...Array.from(expected, Math.abs), 1e-3)
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(relative * size)
  }
}

describe.each(
  oracle.fits.map((fit) => [`${fit.formula}, ${fit.data}, ${fit.weighted ? "weighted" : ""}`, fit] as const),
)("%s", (_, expected) => {
  const fitted = loadCsv(`${expected.data}.csv`).then((table) => {
    const weights = expected.weighted ? { weights: cyclic(table) } : {}
    return reml(expected.formula, table, { method: expected.method, ...weights })
  })

  it("criterion, AIC, BIC, σ, fixed effects and their covariance matrix", async () => {
    const fit = await fitted
    expect(Math.abs(fit.criterion - expected.criterion)).toBeLessThan(1e-7 * Math.abs(expected.criterion))
    expect(fit.aic).toBeCloseTo(expected.aic, 5)
    expect(fit.bic).toBeCloseTo(expected.bic, 5)
    expectClose([fit.sigma], [expected.sigma])
    expectClose(
      fit.fixed.map((row) => row.estimate),
      expected.fixed,
    )
    expectClose(fit.vcov, expected.vcov, 1e-5)
  })

  it("coefficients by group", async () => {
    const coef = (await fitted).coef()
    for (const [group, wanted] of Object.entries(expected.coef)) {
      const rows = coef[group] ?? coef[group.split(":").reverse().join(":")]!
      expect(Object.keys(rows[0]!).sort()).toEqual(["level", ...wanted.names].sort())
      const find = (level: string) => {
        return rows.find((row) => row.level === level || row.level === level.split(":").reverse().join(":"))!
      }
      expectClose(
        wanted.names.map((name) => Number(find(wanted.levels[0]!)[name])),
        wanted.first,
        5e-6,
      )
      expectClose(
        wanted.names.map((name) => Number(find(wanted.levels.at(-1)!)[name])),
        wanted.last,
        5e-6,
      )
    }
  })

  it("residuals, predictions with standard errors, R²", async () => {
    const fit = await fitted
    expectClose(fit.residualsOf("pearson").slice(0, 4), expected.pearson, 2e-5)
    expectClose(fit.residualsOf("scaled").slice(0, 4), expected.scaled, 2e-5)
    const known = fit.predict().slice(0, 4)
    const none = fit.predict(undefined, { random: "none" }).slice(0, 4)
    expectClose(
      known.map((row) => row.fit),
      expected.fitted,
    )
    expectClose(
      none.map((row) => row.fit),
      expected.population,
    )
    expectClose(
      known.map((row) => row.se!),
      expected.seKnown,
      5e-6,
    )
    expectClose(
      none.map((row) => row.se!),
      expected.seNone,
      5e-6,
    )
    const { marginal, conditional } = fit.rSquared()
    expectClose([marginal, conditional], expected.r2, 5e-6)
    const shares = fit.icc().reduce((sum, row) => sum + row.icc, 0)
    expect(shares).toBeCloseTo((conditional - marginal) / (1 - marginal), 12)
  })
})

describe("predictions of new rows", () => {
  it("a new level has random effects of zero, and their variance in its standard error", async () => {
    const fit = reml("Yield ~ 1 + (1 | Batch)", await loadCsv("dyestuff.csv"))
    const [known, fresh] = fit.predict({ Batch: ["C", "Z"] }, { newLevels: "zero" })
    const between = fit.covariances[0]!.covariance[0]!
    expect(known!.fit).toBeCloseTo(fit.coef().Batch![2]!["(Intercept)"] as number, 9)
    expect(fresh!.fit).toBeCloseTo(fit.fixed[0]!.estimate, 9)
    expect(fresh!.se! ** 2).toBeCloseTo(fit.vcov[0]! + between, 6)
    const [wide] = fit.predict({ Batch: ["Z"] }, { newLevels: "zero", interval: "prediction", level: 0.9 })
    const half = 1.6448536269514722 * Math.sqrt(fresh!.se! ** 2 + fit.sigma ** 2)
    expect(wide!.upper).toBeCloseTo(fresh!.fit + half, 6)
    expect(() => fit.predict({ Batch: ["A", "Z"] })).toThrowError(DataError)
    expect(() => fit.predict({ Batch: ["A", "Z"] })).toThrowError(/Batch in row 2/)
    const [plain] = fit.predict({ Batch: ["Z"] }, { random: "none", se: false })
    expect(plain).toEqual({ row: 1, fit: fit.fixed[0]!.estimate, se: null, lower: null, upper: null })
    expect(() => fit.predict(undefined, { level: 95 })).toThrowError(OptionError)
  })

  it("interpolates the lines of known subjects, rows with missing predictors left out", async () => {
    const fit = reml("Reaction ~ Days + (Days | Subject)", await loadCsv("sleepstudy.csv"), {
      factor: ["Subject"],
    })
    const rows = fit.predict({ Days: [2.5, Number.NaN, 4], Subject: ["310", "310", "333"] })
    const coef = fit.coef().Subject!
    expect(rows.map((row) => row.row)).toEqual([1, 3])
    const line = (level: string, days: number) => {
      const row = coef.find((entry) => entry.level === level)!
      return Number(row["(Intercept)"]) + Number(row.Days) * days
    }
    expect(rows[0]!.fit).toBeCloseTo(line("310", 2.5), 9)
    expect(rows[1]!.fit).toBeCloseTo(line("333", 4), 9)
  })

  it("an offset column is looked up in the new rows, numbers cannot be", async () => {
    const table = await loadCsv("sleepstudy.csv")
    const named = reml("Reaction ~ 1 + (1 | Subject)", table, { offset: "Days" })
    const inFormula = reml("Reaction ~ 1 + offset(Days) + (1 | Subject)", table)
    expect(named.criterion).toBe(inFormula.criterion)
    const [row] = named.predict({ Days: [7], Subject: ["308"] }, { random: "none" })
    expect(row!.fit).toBeCloseTo(named.fixed[0]!.estimate + 7, 9)
    const design = buildDesign("Reaction ~ 1 + (1 | Subject)", table)
    const days = table.columns.get("Days")
    const bare = fitLmm({ ...design, offset: days!.kind === "numeric" ? days!.values : null })
    expect(bare.criterion).toBeCloseTo(inFormula.criterion, 9)
    expect(() => bare.predict({ Subject: ["308"] })).toThrowError(ModelError)
  })
})

describe("lines of the groups", () => {
  it("group-level predictors count, in the intercept and in the slope", async () => {
    const table = await loadCsv("radon.csv")
    const fit = reml("log_radon ~ floor * log_uranium + (floor | county)", table)
    const g = fit.fixed.map((row) => row.estimate)
    const { codes, levels } = fit.design.random[0]!
    const uranium = fit.design.fixed.columns[2]!
    for (const line of fit.groupLines().filter((_, i) => i % 17 === 0)) {
      const u = uranium[codes.indexOf(levels.indexOf(line.level))]!
      const blup = Number(fit.ranef().county!.find((row) => row.level === line.level)![line.term])
      const wanted = line.term === "floor" ? g[1]! + g[3]! * u : g[0]! + g[2]! * u
      expect(line.estimate).toBeCloseTo(wanted + blup, 9)
    }
    // The line's intercept is the prediction on the ground floor of the county.
    const intercept = fit.groupLines("county").find((line) => line.level === "AITKIN")!
    const u = uranium[codes.indexOf(levels.indexOf("AITKIN"))]!
    const [row] = fit.predict({ floor: [0], log_uranium: [u], county: ["AITKIN"] })
    expect(intercept.estimate).toBeCloseTo(row!.fit, 10)
    expect(intercept.se).toBeCloseTo(row!.se!, 10)
    expect(() => fit.groupLines("country")).toThrowError(/"country" is not a grouping factor/)
  })
})

describe("weights", () => {
  it("a scale of the weights only scales σ; a column may hold them", async () => {
    const table = await loadCsv("oats.csv")
    const ones = reml("yield ~ nitro + (1 | Block)", table)
    const fours = reml("yield ~ nitro + (1 | Block)", table, { weights: Array(table.rows).fill(4) })
    expect(fours.criterion).toBeCloseTo(ones.criterion, 8)
    expect(fours.sigma).toBeCloseTo(2 * ones.sigma, 6)
    const columns = new Map(table.columns).set("w", {
      kind: "numeric" as const,
      values: Float64Array.from(cyclic(table)),
    })
    const byName = reml("yield ~ nitro + (1 | Block)", { ...table, columns }, { weights: "w" })
    const byValue = reml("yield ~ nitro + (1 | Block)", table, { weights: cyclic(table) })
    expect(byName.criterion).toBe(byValue.criterion)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "a weight of %d is refused with its row",
    async (bad) => {
      const table = await loadCsv("oats.csv")
      const weights = Array(table.rows).fill(1)
      weights[6] = bad
      expect(() => reml("yield ~ nitro + (1 | Block)", table, { weights })).toThrowError(DataError)
      expect(() => reml("yield ~ nitro + (1 | Block)", table, { weights })).toThrowError(/row 7/)
    },
  )

  it("too few weights, or a column that is none", async () => {
    const table = await loadCsv("oats.csv")
    expect(() => reml("yield ~ nitro + (1 | Block)", table, { weights: [1, 2] })).toThrowError(OptionError)
    expect(() => reml("yield ~ nitro + (1 | Block)", table, { weights: "nitrogen" })).toThrowError(/nitro/)
    expect(() => reml("yield ~ nitro + (1 | Block)", table, { weights: "Block" })).toThrowError(ModelError)
  })
})

describe("simulate", () => {
  it("has the mean and the covariances of the model; the same seed, the same responses", async () => {
    const fit = reml("Reaction ~ Days + (Days | Subject)", await loadCsv("sleepstudy.csv"))
    const n = 4000
    const draws = fit.simulate(n, { seed: "covariance" })
    expect([...fit.simulate(2, { seed: "covariance" })[1]!]).toEqual([...draws[1]!])
    const mean = fit.predict(undefined, { random: "none", se: false }).map((row) => row.fit)
    const [a, c, b] = [0, 1, 3].map((k) => fit.covariances[0]!.covariance[k]!) as [number, number, number]
    // Rows 0 and 9 are days 0 and 9 of the first subject, row 12 is day 2 of the second.
    const truth: [number, number, number][] = [
      [0, 0, a + fit.sigma ** 2],
      [9, 9, a + 18 * c + 81 * b + fit.sigma ** 2],
      [0, 9, a + 9 * c],
      [0, 12, 0],
    ]
    const variance = (i: number) =>
      truth.find(([r, s]) => r === i && s === i)?.[2] ?? a + 4 * c + 4 * b + fit.sigma ** 2
    for (const [i, j, value] of truth) {
      const products = draws.map((y) => (y[i]! - mean[i]!) * (y[j]! - mean[j]!))
      const average = products.reduce((sum, product) => sum + product, 0) / n
      const mcse = Math.sqrt((variance(i) * variance(j) + value ** 2) / n)
      expect(Math.abs(average - value)).toBeLessThan(4 * mcse)
    }
  })

  it("conditional on the random effects: around the fitted values, variance σ²/w", async () => {
    const table = await loadCsv("oats.csv")
    const fit = reml("yield ~ nitro + (1 | Block)", table, { weights: cyclic(table) })
    const n = 3000
    const draws = fit.simulate(n, { seed: 1, conditional: true })
    for (const i of [0, 1, 2]) {
      const squares = draws.reduce((sum, y) => sum + (y[i]! - fit.fitted[i]!) ** 2, 0) / n
      const variance = fit.sigma ** 2 / (i + 1)
      expect(Math.abs(squares - variance)).toBeLessThan(4 * variance * Math.sqrt(2 / n))
    }
    expect(() => fit.simulate(0)).toThrowError(OptionError)
  })
})
