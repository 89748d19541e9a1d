/** Documentation examples of lme4, nlme and lmerTest that need something special. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import { likelihoodRatioTest } from "../../src/frequentist/likelihood-ratio.ts"
import { ols } from "../../src/frequentist/linear-model.ts"
import { reml } from "../../src/frequentist/reml.ts"

interface Tests {
  readonly term: readonly string[]
  readonly F: readonly number[]
  readonly ndf: readonly number[]
  readonly ddf: readonly number[]
}

interface Case {
  readonly data: "cake" | "oats" | "machines"
  readonly formula: string
  readonly criterion: number
  readonly names: readonly string[]
  readonly estimate: readonly number[]
  readonly se: readonly number[]
  readonly df: readonly number[]
  readonly satterthwaite: Tests
  readonly kr: Tests | null
}

const oracle = JSON.parse(readFileSync(new URL("../oracle/lmm-textbook.json", import.meta.url), "utf8")) as {
  readonly fits: readonly Case[]
}

const relative = (found: number | null, expected: number, scale = Math.abs(expected)): number => {
  return Math.abs((found ?? Number.NaN) - expected) / scale
}

describe.each(oracle.fits)("$formula", (known) => {
  const fit = reml(known.formula, datasets[known.data]())

  it("has lme4's criterion, coefficients and standard errors", () => {
    expect(relative(fit.criterion, known.criterion)).toBeLessThan(1e-9)
    expect(fit.fixed.map(({ name }) => name)).toEqual(known.names)
    fit.fixed.forEach(({ estimate, se, df }, j) => {
      expect(relative(estimate, known.estimate[j]!, known.se[j]!)).toBeLessThan(1e-6)
      expect(relative(se, known.se[j]!)).toBeLessThan(1e-5)
      expect(relative(df, known.df[j]!)).toBeLessThan(1e-4)
    })
  })

  it.each(["satterthwaite", "kr"] as const)("has lmerTest's F tests, %s", (ddf) => {
    const expected = known[ddf]
    if (expected === null) return
    const rows = fit.anova({ ddf })
    expect(rows.map(({ term, ndf }) => [term, ndf])).toEqual(
      expected.term.map((term, i) => [term, expected.ndf[i]]),
    )
    rows.forEach((row, i) => {
      expect(relative(row.F, expected.F[i]!)).toBeLessThan(1e-4)
      expect(relative(row.ddf, expected.ddf[i]!)).toBeLessThan(1e-4)
    })
  })
})

describe("parameters that are not identified", () => {
  const fit = reml("score ~ Machine + (Machine || Worker)", datasets.machines())

  it("have no Wald intervals, the identified ones have", () => {
    const intervals = new Map(fit.confint().map((row) => [row.name, row]))
    expect(intervals.get("sd[Worker,(Intercept)]")!.upper).toBeNull()
    expect(intervals.get("sd[Worker,MachineA]")!.upper).toBeNull()
    const other = reml("score ~ Machine + (0 + Machine | Worker)", datasets.machines())
    const sigma = other.confint().find(({ name }) => name === "sd[residual]")!
    const same = intervals.get("sd[residual]")!
    expect(relative(same.lower, sigma.lower!)).toBeLessThan(1e-4)
    expect(relative(same.upper, sigma.upper!)).toBeLessThan(1e-4)
  })
})

describe("rows where a column outside the formula is missing", () => {
  const ovary = datasets.ovary()
  const orthodont = datasets.orthodont()
  const columnOf = (table: typeof orthodont, column: string): (string | number)[] => {
    const found = table.columns.get(column)!
    if (found.kind === "numeric") return [...found.values]
    return found.kind === "text" ? found.values.map(String) : [...found.codes].map((c) => found.levels[c]!)
  }
  const holes = new Set([4, 17, 30])
  const base = {
    distance: columnOf(orthodont, "distance"),
    age: columnOf(orthodont, "age"),
    Subject: columnOf(orthodont, "Subject"),
    Sex: columnOf(orthodont, "Sex"),
  }
  const without = (column: string, values: readonly (string | number)[]) => ({
    holed: { ...base, [column]: values.map((value, i) => (holes.has(i) ? null : value)) },
    cut: Object.fromEntries(
      Object.entries({ ...base, [column]: values }).map(([key, list]) => [
        key,
        list.filter((_, i) => !holes.has(i)),
      ]),
    ),
  })
  const ages = base.age
  const sexes = base.Sex

  it.each([
    ["a time", "time", ages, { residual: "car1(time | Subject)" }],
    ["a series", "id", base.Subject, { residual: "ar1(1 | id)" }],
    ["a stratum", "stratum", sexes, { weights: "varIdent(stratum)" }],
    ["a covariate", "x", ages, { weights: "varPower(x)" }],
    ["a weight", "w", ages, { weights: "w" }],
  ] as const)("%s", (_, column, values, options) => {
    const { holed, cut } = without(column, values)
    const formula = "distance ~ age + (1 | Subject)"
    const fit = reml(formula, holed, options)
    const expected = reml(formula, cut, options)
    expect(fit.design.dropped).toBe(3)
    expect(fit.nobs).toBe(expected.nobs)
    expect(relative(fit.criterion, expected.criterion)).toBeLessThan(1e-12)
  })

  it("least squares leaves them out as well", () => {
    const { holed, cut } = without("w", ages)
    const [fit, expected] = [holed, cut].map((data) => ols("distance ~ age", data, { weights: "w" }))
    expect(fit!.nobs).toBe(expected!.nobs)
    expect(fit!.sigma).toBeCloseTo(expected!.sigma, 12)
  })

  it("a likelihood-ratio test of the residual structure is nlme's", () => {
    const formula = "follicles ~ sin(2 * pi * Time) + (1 | Mare)"
    const test = likelihoodRatioTest(
      reml(formula, ovary),
      reml(formula, ovary, { residual: "ar1(1 | Mare)" }),
    )
    // anova(lme(…, correlation = corAR1(form = ~ 1 | Mare)), lme(…)) of nlme 3.1-162.
    expect(test.statistic).toBeCloseTo(114.684491, 4)
    expect(test.df).toBe(1)
  })
})
