import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import { ols } from "../../src/frequentist/linear-model.ts"
import { lmList } from "../../src/frequentist/lm-list.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { tidy, tidyRows } from "../../src/frequentist/tidy.ts"

const sleep = datasets.sleepstudy()
const fit = reml("Reaction ~ Days + (Days | Subject)", sleep)

describe("tidy tables of a mixed model", () => {
  it.each([
    ["fixed", 2, ["name", "estimate", "se", "df", "t", "p", "lower", "upper"]],
    ["varcorr", 4, ["group", "term", "sd", "variance", "term2", "cov", "cor"]],
    ["ranef", 36, ["group", "level", "term", "estimate", "sd", "lower", "upper"]],
    ["coef", 36, ["group", "level", "term", "estimate"]],
    ["lines", 36, ["group", "level", "term", "estimate", "se"]],
    ["anova", 1, ["term", "F", "ndf", "ddf", "p"]],
    ["confint", 6, ["name", "estimate", "lower", "upper"]],
    ["augment", 180, ["row", "response", "fitted", "residual", "scaled", "normalized"]],
  ] as const)("%s", async (part, rows, columns) => {
    const table = await tidy(fit, part)
    expect(table.numRows()).toBe(rows)
    expect([...table.columnNames()].sort()).toEqual([...columns].sort())
  })

  it("hold the numbers of the fit", async () => {
    expect((await tidy(fit, "ranef")).array("estimate")).toEqual(
      fit.ranef().Subject!.flatMap((row) => [row["(Intercept)"], row.Days]),
    )
    const [glance] = tidyRows(fit, "glance")
    expect(glance).toMatchObject({ method: "REML", nobs: 180, logLik: fit.logLik, sigma: fit.sigma })
    const augmented = tidyRows(fit, "augment")
    expect(augmented[17]).toMatchObject({ row: 18, fitted: fit.fitted[17], residual: fit.residuals[17] })
    expect(augmented[17]!.scaled).toBeCloseTo(fit.residuals[17]! / fit.sigma, 12)
  })

  it("tell the residual structure", () => {
    const shaped = reml("distance ~ age + (1 | Subject)", datasets.orthodont(), {
      residual: "ar1(1 | Subject)",
      weights: "varIdent(Sex)",
    })
    expect(tidyRows(shaped, "residual").map(({ structure, stratum }) => [structure, stratum])).toEqual([
      ["varIdent", "Male"],
      ["varIdent", "Female"],
      ["ar1", null],
    ])
    expect(tidyRows(fit, "residual")).toEqual([])
  })
})

describe("tidy tables of regressions", () => {
  it("of least squares", () => {
    const line = ols("Reaction ~ Days", sleep)
    expect(tidyRows(line, "fixed").map(({ name }) => name)).toEqual(["(Intercept)", "Days"])
    expect(tidyRows(line, "anova")).toHaveLength(2)
    expect(tidyRows(line, "augment")).toHaveLength(180)
    expect(tidyRows(line, "glance")[0]).toMatchObject({ method: "OLS", df: 178, sigma: line.sigma })
  })

  it("of separate regressions", async () => {
    const table = await tidy(lmList("Reaction ~ Days | Subject", sleep), "coef")
    expect(table.numRows()).toBe(36)
  })

  it("refuse a part that there is not", () => {
    expect(() => tidyRows(ols("Reaction ~ Days", sleep), "ranef" as "fixed")).toThrow(
      /"ranef" is no part of the fit/,
    )
  })
})
