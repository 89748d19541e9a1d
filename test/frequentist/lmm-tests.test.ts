import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { ModelError, OptionError } from "../../src/core/errors.ts"
import type { Column, Table } from "../../src/data/table.ts"
import type { Comparable } from "../../src/frequentist/comparable.ts"
import { fitLmm } from "../../src/frequentist/fit-lmm.ts"
import { fitWithoutRandom, likelihoodRatioTest } from "../../src/frequentist/likelihood-ratio.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { buildDesign } from "../../src/models/formula/build-design.ts"
import { denseAdjustedCovariance } from "../kit/dense-kenward-roger.ts"
import { loadCsv } from "../kit/load-csv.ts"
import { mixedDesigns } from "../kit/mixed-designs.ts"

interface TestRow {
  readonly F: number
  readonly ndf: number
  readonly ddf: number
  readonly p: number | null
}

interface TestedFit {
  readonly data: string
  readonly formula: string
  readonly contrasts: "treatment" | "sum" | "helmert"
  readonly drop: number
  readonly weighted: boolean
  readonly tables: {
    readonly type: 1 | 2 | 3
    readonly ddf: "kr" | "satterthwaite"
    readonly term: string[]
    readonly F: number[]
    readonly ndf: number[]
    readonly ddfs: number[]
    readonly p: number[]
  }[]
  readonly all: TestRow
  readonly allKr?: TestRow
  readonly kr?: { readonly se: number[]; readonly df: number[]; readonly t: number[]; readonly p: number[] }
}

interface Oracle {
  readonly fits: TestedFit[]
  readonly lrt: { data: string; smaller: string; larger: string; statistic: number; df: number; p: number }[]
  readonly rlrt: {
    data: string
    formula: string
    nsim: number
    rlrt: number
    rlrtP: number
    lrt: number | null
    lrtP: number | null
  }[]
}

const singular: {
  readonly data: Record<string, Record<string, (number | string)[]>>
  readonly fits: {
    readonly data: string
    readonly formula: string
    readonly fixed: { readonly name: string[]; readonly se: number[]; readonly df: number[] }
  }[]
} = JSON.parse(readFileSync(new URL("../oracle/kenward-roger-singular.json", import.meta.url), "utf8"))
const oracle: Oracle = JSON.parse(readFileSync(new URL("../oracle/lmm-tests.json", import.meta.url), "utf8"))

/** The table without every k-th row. */
function dropRows(table: Table, k: number): Table {
  if (k === 0) return table
  const kept = Array.from({ length: table.rows }, (_, i) => i).filter((i) => (i + 1) % k !== 0)
  const take = (column: Column): Column => {
    if (column.kind === "numeric")
      return { ...column, values: Float64Array.from(kept, (i) => column.values[i]!) }
    if (column.kind === "text") return { ...column, values: kept.map((i) => column.values[i]!) }
    return { ...column, codes: Int32Array.from(kept, (i) => column.codes[i]!) }
  }
  const columns = new Map([...table.columns].map(([name, column]) => [name, take(column)]))
  return { ...table, rows: kept.length, columns }
}

const close = (actual: number, expected: number, relative: number) => {
  expect(Math.abs(actual - expected)).toBeLessThan(relative * Math.max(Math.abs(expected), 1e-8))
}

describe.each(
  oracle.fits.map((fit) => [`${fit.formula}, ${fit.data} (${fit.drop}), ${fit.contrasts}`, fit] as const),
)("%s", (_, expected) => {
  const fitted = loadCsv(`${expected.data}.csv`).then((whole) => {
    const table = dropRows(whole, expected.drop)
    const weights = expected.weighted
      ? { weights: Array.from({ length: table.rows }, (_, i) => (i % 3) + 1) }
      : {}
    return reml(expected.formula, table, { contrasts: expected.contrasts, ...weights })
  })

  it.each(expected.tables.map((table) => [`type ${table.type}, ${table.ddf}`, table] as const))(
    "%s",
    async (_, { type, ddf, term, F, ndf, ddfs, p }) => {
      const rows = (await fitted).anova({ type, ddf })
      expect(rows.map((row) => row.term)).toEqual(term)
      rows.forEach((row, k) => {
        expect(row.ndf).toBe(ndf[k])
        close(row.F, F[k]!, 1e-5)
        close(row.ddf!, ddfs[k]!, 1e-5)
        if (p[k]! > 1e-12) close(row.p!, p[k]!, 1e-4)
      })
    },
  )

  it("all coefficients at once, and one by one", async () => {
    const fit = await fitted
    const identity = fit.fixed.map((_, j) => fit.fixed.map((_, k) => (k === j ? 1 : 0)))
    const all = fit.testContrast(identity)
    close(all.F, expected.all.F, 1e-5)
    close(all.ddf!, expected.all.ddf, 1e-5)
    const wald = fit.waldTest(identity)!
    close(wald.chiSquare, expected.all.F * expected.all.ndf, 1e-5)
    expect(wald.df).toBe(expected.all.ndf)
    if (expected.kr === undefined || expected.allKr === undefined) return
    const { kr, allKr } = expected
    const allAdjusted = fit.testContrast(identity, { ddf: "kr" })
    close(allAdjusted.ddf!, allKr.ddf, 2e-5)
    close(allAdjusted.F, allKr.F, 2e-5)
    fit.kenwardRoger().forEach((row, j) => {
      close(row.se, kr.se[j]!, 1e-5)
      close(row.df!, kr.df[j]!, 1e-5)
      close(row.t, kr.t[j]!, 1e-5)
      if (kr.p[j]! > 1e-12) close(row.p!, kr.p[j]!, 1e-4)
    })
  })
})

describe("published F tests", () => {
  it("irrigation", async () => {
    const table = await loadCsv("irrigation.csv")
    const shown = (formula: string) => {
      const fit = reml(formula, table, { contrasts: "sum" })
      return fit
        .anova({ ddf: "kr" })
        .map(({ F, ndf, ddf, p }) => [F.toFixed(4), ndf, ddf!.toFixed(6), p!.toFixed(4)])
    }
    expect(shown("yield ~ irrigation * variety + (1 | field)")[2]).toEqual([
      "0.2452",
      3,
      "4.000000",
      "0.8612",
    ])
    expect(shown("yield ~ irrigation + variety + (1 | field)")).toEqual([
      ["0.3882", 3, "4.000000", "0.7685"],
      ["1.5782", 1, "7.000000", "0.2493"],
    ])
  })
})

describe("contrasts", () => {
  const sleep = loadCsv("sleepstudy.csv").then((table) => reml("Reaction ~ Days + (Days | Subject)", table))

  it("types I and III agree whatever the coding; redundant rows do not count", async () => {
    const table = dropRows(await loadCsv("oats.csv"), 7)
    const formula = "yield ~ Variety * nitro + (1 | Block/Variety)"
    const [a, b, c] = (["treatment", "sum", "helmert"] as const).map((contrasts) =>
      reml(formula, table, { contrasts }),
    )
    for (const type of [1, 2, 3] as const) {
      const reference = a!.anova({ type, ddf: "kr" })
      for (const fit of [b!, c!]) {
        fit.anova({ type, ddf: "kr" }).forEach((row, k) => {
          close(row.F, reference[k]!.F, 1e-6)
          close(row.ddf!, reference[k]!.ddf!, 1e-6)
        })
      }
    }
    const fit = await sleep
    const once = fit.testContrast([[0, 1]])
    const twice = fit.testContrast([
      [0, 1],
      [0, 2],
    ])
    expect(twice.ndf).toBe(1)
    close(twice.F, once.F, 1e-10)
    close(once.F, fit.fixed[1]!.t ** 2, 1e-10)
    const shifted = fit.testContrast([[0, 1]], { rhs: [10] })
    close(shifted.F, ((fit.fixed[1]!.estimate - 10) / fit.fixed[1]!.se) ** 2, 1e-10)
  })

  it.each(singular.fits)("Kenward and Roger at a singular fit as pbkrtest: $formula", (expected) => {
    const fit = reml(expected.formula, singular.data[expected.data]!)
    expect(fit.singular).toBe(true)
    fit.kenwardRoger().forEach((row, j) => {
      expect(row.name).toBe(expected.fixed.name[j])
      close(row.se, expected.fixed.se[j]!, 2e-6)
      close(row.df!, expected.fixed.df[j]!, 2e-5)
    })
  })

  it.each(singular.fits)("with the observed information as Satterthwaite: $formula", (expected) => {
    const fit = reml(expected.formula, singular.data[expected.data]!)
    fit.kenwardRoger({ boundary: "drop", information: "observed" }).forEach(({ df }, j) => {
      close(df!, fit.fixed[j]!.df!, 1e-4)
    })
  })

  it("Kenward and Roger's correction vanishes when boundary parameters are dropped: the sample mean", async () => {
    const fit = reml("Yield ~ 1 + (1 | Batch)", await loadCsv("dyestuff2.csv"))
    const [row] = fit.kenwardRoger({ boundary: "drop" })
    expect(row!.df).toBeCloseTo(29, 8)
    expect(row!.se).toBeCloseTo(fit.fixed[0]!.se, 12)
  })

  it.each(Object.entries(mixedDesigns))("Kenward and Roger's variances by dense algebra: %s", (_, make) => {
    const fit = [2, 4, 6, 8].map((seed) => fitLmm(make(seed))).find(({ singular }) => !singular)!
    const dense = denseAdjustedCovariance(fit)
    fit.kenwardRoger().forEach((row, j) => {
      close(row.se, Math.sqrt(dense[j]![j]!), 1e-7)
      expect(row.df!).toBeGreaterThan(1)
      expect(row.df!).toBeLessThan(fit.nobs)
    })
  })

  it("refuses what is no contrast, and ML for Kenward and Roger", async () => {
    const fit = await sleep
    expect(() => fit.testContrast([[1]])).toThrowError(OptionError)
    expect(() => fit.testContrast([])).toThrowError(OptionError)
    expect(() => fit.testContrast([[0, 0]])).toThrowError(/zero/)
    expect(() => fit.testContrast([[0, Number.NaN]])).toThrowError(OptionError)
    expect(() => fit.testContrast([[0, 1]], { rhs: [1, 2] })).toThrowError(OptionError)
    const ml = reml("Reaction ~ Days + (Days | Subject)", await loadCsv("sleepstudy.csv"), { method: "ML" })
    expect(() => ml.anova({ ddf: "kr" })).toThrowError(/REML/)
  })
})

describe("likelihood-ratio tests", () => {
  const fitOf = async (data: string, formula: string, method: "REML" | "ML"): Promise<Comparable> => {
    const table = await loadCsv(`${data}.csv`)
    if (formula.includes("|")) return reml(formula, table, { method })
    return fitWithoutRandom(buildDesign(formula, table), method)
  }

  it.each(oracle.lrt.map((test) => [`${test.smaller} in ${test.larger}, ${test.data}`, test] as const))(
    "%s",
    async (_, expected) => {
      const smaller = await fitOf(expected.data, expected.smaller, "ML")
      const larger = await fitOf(expected.data, expected.larger, "ML")
      const test = likelihoodRatioTest(smaller, larger)
      close(test.statistic, expected.statistic, 1e-6)
      expect(test.df).toBe(expected.df)
      close(test.p, expected.p, 1e-5)
    },
  )

  it("the mixture where it is known, conservative where it is not", async () => {
    const line = await fitOf("sleepstudy", "Reaction ~ Days + (1 | Subject)", "REML")
    const none = await fitOf("sleepstudy", "Reaction ~ Days", "REML")
    const slope = await fitOf("sleepstudy", "Reaction ~ Days + (Days | Subject)", "REML")
    const apart = await fitOf("sleepstudy", "Reaction ~ Days + (Days || Subject)", "REML")
    const mixtureOf = (a: Comparable, b: Comparable) => {
      return likelihoodRatioTest(a, b).mixture?.map(({ weight, df }) => [weight, df]) ?? null
    }
    expect(mixtureOf(line, slope)).toEqual([
      [0.5, 1],
      [0.5, 2],
    ])
    expect(mixtureOf(line, apart)).toEqual([
      [0.5, 0],
      [0.5, 1],
    ])
    expect(mixtureOf(none, line)).toEqual([
      [0.5, 0],
      [0.5, 1],
    ])
    expect(mixtureOf(apart, slope)).toEqual([[1, 1]])
    expect(mixtureOf(none, slope)).toBeNull()
    expect(likelihoodRatioTest(none, slope).note).toMatch(/conservative/)
    const pulp = likelihoodRatioTest(
      await fitOf("pulp", "bright ~ 1", "ML"),
      await fitOf("pulp", "bright ~ 1 + (1 | operator)", "ML"),
    )
    expect(pulp.statistic.toFixed(6)).toBe("2.568371")
    expect(pulp.p.toFixed(4)).toBe("0.1090")
    close(pulp.pMixture!, pulp.p / 2, 1e-12)
  })

  it("refuses what cannot be compared", async () => {
    const table = await loadCsv("sleepstudy.csv")
    const fitTo = (formula: string, rows: Table, method: "REML" | "ML" = "REML") =>
      reml(formula, rows, { method })
    const small = fitTo("Reaction ~ Days + (1 | Subject)", table)
    const large = fitTo("Reaction ~ Days + (Days | Subject)", table)
    expect(() =>
      likelihoodRatioTest(fitTo("Reaction ~ Days + (1 | Subject)", dropRows(table, 9)), large),
    ).toThrowError(/different rows \(160 and 180\)/)
    expect(() => likelihoodRatioTest(fitTo("Reaction ~ 1 + (1 | Subject)", table), large)).toThrowError(
      /fixed effects/,
    )
    expect(() =>
      likelihoodRatioTest(fitTo("Reaction ~ Days + (1 | Subject)", table, "ML"), large),
    ).toThrowError(/ML/)
    expect(() => likelihoodRatioTest(large, small)).toThrowError(/special case/)
    expect(() =>
      likelihoodRatioTest(fitTo("log(Reaction) ~ Days + (1 | Subject)", table), large),
    ).toThrowError(/response/)
    const slopes = fitTo("Reaction ~ Days + (0 + Days | Subject)", table)
    expect(() => likelihoodRatioTest(slopes, small)).toThrowError(ModelError)
  })
})

describe("exact tests of one variance", () => {
  it.each(oracle.rlrt.map((test) => [`${test.formula}, ${test.data}`, test] as const))(
    "%s",
    async (_, expected) => {
      const table = await loadCsv(`${expected.data}.csv`)
      for (const method of ["REML", "ML"] as const) {
        const test = reml(expected.formula, table, { method }).exactVarianceTest({
          simulations: 20000,
          seed: "rlrt",
        })
        const statistic = method === "REML" ? expected.rlrt : expected.lrt
        const p = method === "REML" ? expected.rlrtP : expected.lrtP
        expect(test.kind).toBe(method === "REML" ? "RLRT" : "LRT")
        if (statistic === null || p === null) continue
        expect(Math.abs(test.statistic - statistic)).toBeLessThan(1e-6 * Math.max(1, statistic))
        // A statistic of zero: theirs is rounding above zero, ours is reached by every draw.
        if (test.statistic === 0) continue
        const noise = Math.sqrt((test.p * (1 - test.p)) / expected.nsim + (test.standardError ?? 0) ** 2)
        expect(Math.abs(test.p - p)).toBeLessThan(4 * noise + 1 / expected.nsim)
      }
    },
  )

  it("exact in balanced layouts: pulp and irrigation, the share at zero", async () => {
    const pulp = await loadCsv("pulp.csv")
    const test = reml("bright ~ 1 + (1 | operator)", pulp).exactVarianceTest()
    expect(test.method).toBe("exact")
    expect(test.p.toFixed(8)).toBe("0.02260890")
    const ml = reml("bright ~ 1 + (1 | operator)", pulp, { method: "ML" }).exactVarianceTest()
    expect(ml.p.toFixed(8)).toBe("0.02260890")
    expect(ml.zeroShare.toFixed(7)).toBe("0.7014771")
    const fields = reml("yield ~ irrigation * variety + (1 | field)", await loadCsv("irrigation.csv"))
    expect(fields.exactVarianceTest().p.toFixed(8)).toBe("0.00955752")
  })

  it("simulation agrees with the closed form where both exist: almost balanced data", async () => {
    const pulp = await loadCsv("pulp.csv")
    const fit = reml("bright ~ 1 + (1 | operator)", dropRows(pulp, 20))
    const test = fit.exactVarianceTest({ simulations: 40000, seed: 3 })
    expect(test.method).toBe("simulated")
    const again = fit.exactVarianceTest({ simulations: 40000, seed: 3 })
    expect(again.p).toBe(test.p)
    const other = fit.exactVarianceTest({ simulations: 40000, seed: 4 })
    expect(Math.abs(other.p - test.p)).toBeLessThan(4 * Math.SQRT2 * test.standardError!)
  })

  it("is for one variance", async () => {
    const fit = reml("Reaction ~ Days + (Days | Subject)", await loadCsv("sleepstudy.csv"))
    expect(() => fit.exactVarianceTest()).toThrowError(/3 variance parameters/)
    const one = reml("Reaction ~ Days + (1 | Subject)", await loadCsv("sleepstudy.csv"))
    expect(() => one.exactVarianceTest({ simulations: 0 })).toThrowError(OptionError)
  })
})
