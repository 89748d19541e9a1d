/** Structures that do not fit, and analyses that structures have not. */
import { describe, expect, it } from "vitest"
import { GibbsError } from "../../src/core/errors.ts"
import { datasets } from "../../src/data/datasets.ts"
import { reml } from "../../src/frequentist/reml.ts"

const orthodont = datasets.orthodont()
const base = "distance ~ age + (1 | Subject)"
const rows = {
  y: [1, 3, 2, 5, 4, 6, 8, 7],
  t: [1, 2, 3, 4, 1, 2, 2, 4],
  half: [1, 1.5, 2, 3, 1, 2, 3, 4],
  jump: [1, 2, 5, 6, 1, 2, 5, 6],
  apart: ["a", "a", "b", "b", "c", "c", "d", "d"],
  none: [null, null, null, null, null, null, null, null],
  zero: [0, 1, 2, 3, 0, 1, 2, 3],
  one: ["a", "a", "a", "a", "a", "a", "a", "a"],
  g: ["p", "p", "p", "p", "q", "q", "q", "q"],
}

function failure(run: () => unknown): GibbsError {
  try {
    run()
  } catch (error) {
    if (error instanceof GibbsError) return error
    throw error
  }
  throw new Error("expected an error")
}

describe("residual structures that are refused", () => {
  it.each([
    ["duplicate times", { residual: "ar1(t | g)" }, 'rows 6 and 7 of series "q" have the same t, 2'],
    ["times in between", { residual: "ar1(half | g)" }, "half is 1.5 in row 2, expected whole numbers"],
    ["times that are all missing", { residual: "car1(none | g)" }, 'column "none" has no values'],
    ["a time that is no number", { residual: "ar1(g | g)" }, 'time "g" is not numeric'],
    ["an unknown column", { residual: "ar1(time | g)" }, 'unknown variable "time"'],
    ["an unknown group", { residual: "ar1(t | h)" }, 'unknown variable "h"'],
    ["an unknown structure", { residual: "arma(t | g)" }, '"arma" is no structure of the residuals'],
    ["no call", { residual: "ar1" }, 'found "ar1", expected a structure'],
    ["no end", { residual: "ar1(t | g" }, 'expected "," or ")"'],
    ["cs with times", { residual: "cs(t | g)" }, "cs() has no times"],
    ["car1 without times", { residual: "car1(1 | g)" }, "car1() needs times"],
    ["un without times", { residual: "un(1 | g)" }, "un() needs times"],
    [
      "un beside variances",
      { residual: "un(t | g)", weights: "varIdent(g)" },
      "un(t | g) has a variance for each time",
    ],
    ["duplicate labels", { residual: "un(t | g)" }, 'rows 6 and 7 of series "q" have the same t, 2'],
    [
      "times that are never together",
      { residual: "symm(half | apart)" },
      "no series has rows of both 1.5 and 2",
    ],
    ["distances that do not occur", { residual: "toep(jump | g)" }, "no series has rows 2 apart"],
    ["labels that are all missing", { residual: "symm(none | g)" }, 'column "none" has no values'],
    ["an expression for times", { residual: "ar1(t - 1 | g)" }, "found t - 1, expected a column of times"],
    ["rows alone", { residual: "ar1(1 | y)" }, "every series has a single row"],
    [
      "power of zero",
      { weights: "varPower(zero)" },
      "zero is zero, and so would be the standard deviation in row 1",
    ],
    ["power of a factor", { weights: "varPower(g)" }, 'covariate "g" is not numeric'],
    ["one stratum", { weights: "varIdent(one)" }, '"one" has one level, "a"'],
    ["two functions", { weights: ["varIdent(g)", "varPower(t)"] }, "there are several weights of one kind"],
    ["an unknown function", { weights: "varFixed(t)" }, '"varFixed" is no structure of the residuals'],
  ])("%s", (_, options, message) => {
    const error = failure(() => reml("y ~ 1", rows, options))
    expect(error.message).toContain(message)
    expect(error.hint ?? error.span).toBeDefined()
  })

  it("series across the levels of a grouping factor", () => {
    const error = failure(() => {
      return reml("Reaction ~ Days + (1 | Subject) + (1 | Days)", datasets.sleepstudy(), {
        residual: "ar1(Days | Subject)",
      })
    })
    expect(error.code).toBe("series-across-groups")
    expect(error.hint).toContain("Days")
  })

  it("an unstructured matrix beside random effects that it contains", () => {
    const error = failure(() => reml(base, orthodont, { residual: "un(age | Subject)" }))
    expect(error.code).toBe("not-identified")
    expect(error.message).toContain("leaves none to ((Intercept) | Subject)")
  })

  it("neither bars nor structure", () => {
    expect(failure(() => reml("distance ~ age", orthodont)).code).toBe("no-random-term")
  })

  it("a single coefficient within cs()", () => {
    expect(failure(() => reml("distance ~ age + cs(0 + age | Subject)", orthodont)).code).toBe(
      "structure-misfit",
    )
  })
})

describe("what models with structures have not", () => {
  const fit = reml(base, orthodont, { residual: "ar1(1 | Subject)" })
  const shared = reml("distance ~ age + identity(1 + age | Subject)", orthodont)
  it.each([
    ["exact tests", () => fit.exactVarianceTest()],
    ["exact tests of shared variances", () => shared.exactVarianceTest()],
  ])("%s", (_, run) => {
    const error = failure(run)
    expect(error.code).toBe("not-with-structures")
    expect(error.message).toMatch(/ar1\(1 \| Subject\)|identity\(\(Intercept\) \+ age \| Subject\)/)
  })
})

describe("likelihood-ratio tests between structures", () => {
  const formula = (bar: string) => `score ~ Machine + ${bar}`
  const fitted = (bar: string) => reml(formula(bar), datasets.machines())
  const identity = fitted("identity(0 + Machine | Worker)")
  const exchangeable = fitted("cs(0 + Machine | Worker)")
  const independent = fitted("diag(0 + Machine | Worker)")
  const free = fitted("(0 + Machine | Worker)")

  it.each([
    ["identity within cs", identity, exchangeable, 1],
    ["identity within diag", identity, independent, 2],
    ["identity within unstructured", identity, free, 5],
    ["cs within unstructured", exchangeable, free, 4],
    ["diag within unstructured", independent, free, 3],
  ])("%s", (_, smaller, larger, df) => {
    const test = larger.lrt(smaller)
    expect(test.df).toBe(df)
    expect(test.mixture).toEqual([{ weight: 1, df }])
    expect(test.statistic).toBeCloseTo(2 * (larger.logLik - smaller.logLik), 6)
  })

  it.each([
    ["cs within diag", exchangeable, independent],
    ["cs within identity", exchangeable, identity],
    ["diag within cs", independent, exchangeable],
  ])("not %s", (_, smaller, larger) => {
    expect(failure(() => larger.lrt(smaller)).code).toBe("not-nested")
  })

  it.each([
    ["ar1", "toep", 2],
    ["cs", "toep", 2],
    ["toep", "symm", 3],
    ["cs", "un", 8],
  ])("%s residuals within %s", (inner, outer, df) => {
    const of = (kind: string) =>
      reml("distance ~ age", orthodont, { residual: `${kind}(${kind === "cs" ? 1 : "age"} | Subject)` })
    const [smaller, larger] = [of(inner), of(outer)]
    expect(larger.lrt(smaller).df).toBe(df)
    expect(failure(() => smaller.lrt(larger)).code).toBe("not-nested")
  })

  it("AR(1) residuals against independent ones", () => {
    const larger = reml(base, orthodont, { residual: "ar1(1 | Subject)" })
    const smaller = reml(base, orthodont)
    expect(larger.lrt(smaller).df).toBe(1)
    expect(failure(() => smaller.lrt(larger)).code).toBe("not-nested")
  })
})
