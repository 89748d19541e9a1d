/** Least squares, separate regressions, Hausman's and Welch's tests against R. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { GibbsError } from "../../src/core/errors.ts"
import { datasets } from "../../src/data/datasets.ts"
import { hausman } from "../../src/frequentist/hausman.ts"
import { nestedFTest, ols } from "../../src/frequentist/linear-model.ts"
import { lmList } from "../../src/frequentist/lm-list.ts"
import { studentQuantile } from "../../src/frequentist/student-quantile.ts"
import { welchTest } from "../../src/frequentist/welch-test.ts"

interface LinearCase {
  readonly name: string
  readonly data: "pulp" | "oats" | "orthodont" | "grunfeld"
  readonly formula: string
  readonly smaller: string
  readonly contrasts: "treatment" | "sum" | "helmert"
  readonly weights: string | null
  readonly estimate: number[]
  readonly se: number[]
  readonly p: number[]
  readonly rSquared: number
  readonly adjusted: number
  readonly overall: [number, number, number]
  readonly logLik: number
  readonly aic: number
  readonly bic: number
  readonly anova: {
    term: string[]
    df: number[]
    sumSq: number[]
    F: number | number[]
    p: number | number[]
  }
  readonly ftest: [number, number, number, number]
  readonly confint: [number, number][]
  readonly confidence: [number, number, number][]
  readonly prediction: [number, number, number][]
}

interface HausmanCase {
  readonly statistic: number
  readonly regression: number
  readonly fixed: number[]
  readonly random: number[]
  readonly sdGroup: number
  readonly sdResidual: number
}

const oracle = JSON.parse(readFileSync(new URL("../oracle/linear-models.json", import.meta.url), "utf8")) as {
  readonly cases: readonly LinearCase[]
  readonly hausman: Readonly<Record<"grunfeld" | "ten" | "unbalanced", HausmanCase>>
  readonly lmList: { readonly estimate: [number, number][]; readonly sigma: number; readonly df: number }
  readonly welch: {
    readonly t: number
    readonly df: number
    readonly p: number
    readonly confint: [number, number]
  }
}

function close(actual: number | null, expected: number, digits = 1e-8): void {
  expect(actual).not.toBeNull()
  // A p value far out in the tail keeps fewer digits of its own.
  expect(Math.abs(actual! - expected)).toBeLessThanOrEqual(digits * Math.max(Math.abs(expected), 1e-10))
}

function closeAll(actual: readonly (number | null)[], expected: readonly number[]): void {
  actual.forEach((value, i) => {
    close(value, expected[i]!)
  })
}

describe.each(oracle.cases)("ols: $name", (entry) => {
  const data = datasets[entry.data]()
  const options = {
    contrasts: entry.contrasts,
    ...(entry.weights === null ? {} : { weights: entry.weights }),
  }
  const fit = ols(entry.formula, data, options)

  it("has the coefficients and the fit of lm", () => {
    fit.fixed.forEach(({ estimate, se, p }, j) => {
      close(estimate, entry.estimate[j]!)
      close(se, entry.se[j]!)
      close(p, entry.p[j]!, 1e-6)
    })
    close(fit.rSquared, entry.rSquared)
    close(fit.adjustedRSquared, entry.adjusted)
    const { F, ndf, ddf } = fit.overall!
    closeAll([F, ndf, ddf], entry.overall)
    close(fit.logLik, entry.logLik)
    close(fit.aic, entry.aic)
    close(fit.bic, entry.bic)
  })

  it("has the sequential table of anova", () => {
    const rows = fit.anova({ type: 1 })
    expect(rows.map(({ term }) => term)).toEqual(entry.anova.term.map((term) => term.trim()))
    rows.forEach(({ df, sumSq, F, p }, i) => {
      expect(df).toBe(entry.anova.df[i])
      close(sumSq, entry.anova.sumSq[i]!)
      if (i === rows.length - 1) return
      close(F, [entry.anova.F].flat()[i]!)
      close(p, [entry.anova.p].flat()[i]!, 1e-6)
    })
  })

  it("tests a smaller model", () => {
    const { F, ndf, ddf, p } = nestedFTest(ols(entry.smaller, data, options), fit)
    closeAll([F, ndf, ddf], entry.ftest)
    close(p, entry.ftest[3], 1e-6)
  })

  it("has the intervals of confint and predict", () => {
    fit.confint(0.9).forEach(({ lower, upper }, j) => {
      close(lower, entry.confint[j]![0])
      close(upper, entry.confint[j]![1])
    })
    const chosen = [1, 4, 8]
    for (const interval of ["confidence", "prediction"] as const) {
      const rows = fit.predict(undefined, { interval })
      chosen.forEach((row, i) => {
        const { fit: value, lower, upper } = rows[row]!
        closeAll([value, lower, upper], entry[interval][i]!)
      })
    }
  })
})

describe("sums of squares of the three types", () => {
  it("agree in a balanced design with sum contrasts", () => {
    const fit = ols("yield ~ Variety * Block", datasets.oats(), { contrasts: "sum" })
    const [one, two, three] = ([1, 2, 3] as const).map((type) =>
      fit.anova({ type }).map(({ sumSq }) => sumSq),
    )
    one!.forEach((value, i) => {
      close(two![i]!, value)
      close(three![i]!, value)
    })
  })

  it("are those of model comparisons in an unbalanced one", () => {
    const grunfeld = datasets.grunfeld()
    const fit = ols("invest ~ value + capital + firm", grunfeld)
    const without = ols("invest ~ capital + firm", grunfeld)
    close(fit.anova({ type: 2 })[0]!.sumSq, without.rss - fit.rss)
    close(fit.anova({ type: 3 })[0]!.sumSq, without.rss - fit.rss)
    close(
      fit.anova({ type: 1 })[0]!.sumSq,
      ols("invest ~ 1", grunfeld).rss - ols("invest ~ value", grunfeld).rss,
    )
  })
})

describe("hausman", () => {
  const all = datasets.grunfeld()
  const numbers = (name: string) => {
    const column = all.columns.get(name)!
    return column.kind === "numeric" ? [...column.values] : []
  }
  const firms = (() => {
    const column = all.columns.get("firm")!
    return column.kind === "factor"
      ? [...column.codes].map((code) => column.levels[code]!)
      : [...(column.values as string[])]
  })()
  const rowsOf = (keep: (row: number) => boolean) => {
    const rows = firms.map((_, i) => i).filter(keep)
    const take = (name: string) => rows.map((i) => numbers(name)[i]!)
    return {
      invest: take("invest"),
      value: take("value"),
      capital: take("capital"),
      firm: rows.map((i) => firms[i]!),
    }
  }
  // Rows counted from 1, as in the script.
  const left = [3, ...Array.from({ length: 9 }, (_, i) => 30 + i), 100, 170, 171, 172, 173, 174]
  it.each([
    ["grunfeld", all],
    ["ten", rowsOf((i) => firms[i] !== "American Steel")],
    ["unbalanced", rowsOf((i) => !left.includes(i + 1))],
  ] as const)("%s", (name, data) => {
    const expected = oracle.hausman[name]
    const test = hausman("invest ~ value + capital", data, { group: "firm" })
    close(test.statistic, expected.statistic, 1e-6)
    close(test.regression!.statistic, expected.regression, 1e-6)
    close(test.sdGroup, expected.sdGroup)
    close(test.sdResidual, expected.sdResidual)
    test.coefficients.forEach(({ fixed, random }, j) => {
      close(fixed, expected.fixed[j]!)
      close(random, expected.random[j]!)
    })
  })

  it("prints the figures of plm's documentation", () => {
    const test = hausman(
      "invest ~ value + capital",
      rowsOf((i) => firms[i] !== "American Steel"),
      { group: "firm" },
    )
    expect([test.statistic!.toFixed(4), test.p!.toFixed(4)]).toEqual(["2.3304", "0.3119"])
    expect([test.regression!.statistic.toFixed(4), test.regression!.p.toFixed(4)]).toEqual([
      "2.1314",
      "0.3445",
    ])
  })
})

describe("hausman of balanced predictors", () => {
  const sleepstudy = datasets.sleepstudy()

  it("says that there is nothing to test, not that the statistic is zero", () => {
    const test = hausman("Reaction ~ Days", sleepstudy, { group: "Subject" })
    expect([test.statistic, test.p, test.regression]).toEqual([null, null, null])
    expect(test.note).toContain("do not vary between them")
    expect(test.coefficients[0]!.random).toBeCloseTo(test.coefficients[0]!.fixed, 10)
  })

  it("tests the coefficients that can differ, in the regression form", () => {
    const { columns, rows } = sleepstudy
    const noise = Float64Array.from({ length: rows }, (_, i) => Math.sin(i * i + 1))
    const table = {
      ...sleepstudy,
      columns: new Map([...columns, ["z", { kind: "numeric", values: noise } as const]]),
    }
    const test = hausman("Reaction ~ z + Days", table, { group: "Subject" })
    expect([test.statistic, test.df, test.regression?.df]).toEqual([null, 2, 1])
    expect(test.note).toContain("1 of the 2 coefficients")
  })
})

describe("lmList and welchTest", () => {
  const fits = lmList("Reaction ~ Days | Subject", datasets.sleepstudy())

  it("regresses within every subject", () => {
    fits.levels.forEach((_, j) => {
      close(fits.coefficient("(Intercept)")[j]!, oracle.lmList.estimate[j]![0])
      close(fits.coefficient("Days")[j]!, oracle.lmList.estimate[j]![1])
    })
    close(fits.pooledSigma, oracle.lmList.sigma)
    expect(fits.pooledDf).toBe(oracle.lmList.df)
    expect(fits.rows()).toHaveLength(36)
  })

  it("compares two sorts of groups", () => {
    const slopes = fits.coefficient("Days")
    const test = welchTest(slopes.slice(0, 8), slopes.slice(8))
    close(test.t, oracle.welch.t)
    close(test.df, oracle.welch.df)
    close(test.p, oracle.welch.p)
    close(test.lower, oracle.welch.confint[0])
    close(test.upper, oracle.welch.confint[1])
  })

  it("has Student's quantiles", () => {
    // R: qt(c(.975, .6, .025), c(16, 3.5, 56.736))
    close(studentQuantile(0.975, 16), 2.119905299221011, 1e-12)
    close(studentQuantile(0.6, 3.5), 0.27326545405578, 1e-12)
    close(studentQuantile(0.025, 56.736), -2.00266741678491, 1e-12)
  })
})

describe("bad input", () => {
  const grunfeld = datasets.grunfeld()
  const small = ols("invest ~ value", grunfeld)
  it.each([
    ["a bar", () => ols("invest ~ value + (1 | firm)", grunfeld), "random-term"],
    [
      "models the wrong way round",
      () => nestedFTest(ols("invest ~ value + capital", grunfeld), small),
      "not-nested",
    ],
    ["other responses", () => nestedFTest(ols("capital ~ 1", grunfeld), small), "not-nested"],
    [
      "a bar in Hausman's test",
      () => hausman("invest ~ value + (1 | firm)", grunfeld, { group: "firm" }),
      "random-term",
    ],
    ["an unknown group", () => hausman("invest ~ value", grunfeld, { group: "frim" }), "unknown-column"],
    [
      "groups of a row or two",
      () => hausman("invest ~ value", grunfeld, { group: "capital" }),
      "too-few-rows",
    ],
    ["something beside the bar", () => lmList("invest ~ capital + (value | firm)", grunfeld), "not-one-bar"],
    ["a sample of one", () => welchTest([1], [2, 3]), "bad-sample"],
    ["constant samples", () => welchTest([1, 1], [2, 2]), "constant-samples"],
    ["a level of two", () => small.confint(2), "bad-level"],
    [
      "weights below zero",
      () => ols("invest ~ value", grunfeld, { weights: grunfeldWeights(-1) }),
      "bad-weights",
    ],
  ])("refuses %s", (_, run, code) => {
    let error: unknown
    try {
      run()
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(GibbsError)
    expect((error as GibbsError).code).toBe(code)
  })
})

function grunfeldWeights(first: number): number[] {
  return [first, ...new Array<number>(219).fill(1)]
}
