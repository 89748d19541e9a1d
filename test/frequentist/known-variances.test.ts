import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { reml } from "../../src/frequentist/reml.ts"
import { loadCsv } from "../kit/load-csv.ts"

interface KnownFit {
  readonly method: "REML" | "ML"
  readonly criterion: number
  readonly tau2: number
  readonly estimate: number[]
  readonly se: number[]
  readonly z: number[]
  readonly p: number[]
  readonly blup: number[]
  /** The criterion without variance between studies. */
  readonly none: number
  /** Interval of the between-study sd by profile likelihood. */
  readonly profile: [number, number]
}

const oracle: {
  readonly data: Record<"yi" | "sei" | "ablat", number[]> & { readonly trial: string[] }
  readonly fits: Record<string, KnownFit>
} = JSON.parse(readFileSync(new URL("../oracle/known-variances.json", import.meta.url), "utf8"))

const bcg = (formula: string, method: "REML" | "ML" = "REML") => {
  return reml(formula, oracle.data, { se: "sei", method })
}

const near = (actual: number, expected: number, tolerance: number): void => {
  expect(Math.abs(actual - expected)).toBeLessThan(tolerance * Math.max(1, Math.abs(expected)))
}

describe.each([
  ["bcg", "yi ~ 1 + (1 | trial)"],
  ["bcgMl", "yi ~ 1 + (1 | trial)"],
  ["bcgLatitude", "yi ~ ablat + (1 | trial)"],
] as const)("a meta-analysis with known standard errors: %s", (name, formula) => {
  const expected = oracle.fits[name]!
  const fit = bcg(formula, expected.method)

  it("has the criterion, the variance between trials, estimates and BLUPs of the direct computation", () => {
    near(fit.criterion, expected.criterion, 1e-9)
    near(fit.covariances[0]!.covariance[0]!, expected.tau2, 1e-6)
    fit.fixed.forEach((row, j) => {
      near(row.estimate, expected.estimate[j]!, 1e-7)
      near(row.se, expected.se[j]!, 1e-7)
      near(row.t, expected.z[j]!, 1e-6)
      near(row.p! / expected.p[j]!, 1, 1e-5)
      expect(row.df).toBeNull()
    })
    fit.randomEffects[0]!.values.forEach((value, j) => {
      near(value, expected.blup[j]!, 1e-6)
    })
  })

  it("estimates no residual variance", () => {
    expect(fit.sigma).toBe(1)
    expect(fit.parameters).toBe(fit.fixed.length + 1)
    expect(fit.varcorr.map((row) => row.group)).toEqual(["trial"])
  })

  it("tests the variance against the model without it, by its own criterion", () => {
    const smaller = bcg(formula.replace(" + (1 | trial)", ""), expected.method)
    expect(smaller.criterion).toBeCloseTo(expected.none, 8)
    expect(fit.lrt(smaller).statistic).toBeCloseTo(expected.none - expected.criterion, 8)
    const boot = fit.bootstrapLrt(undefined, { replicates: 40 })
    expect(boot.statistic).toBeCloseTo(expected.none - expected.criterion, 8)
    expect(boot.zeroShare).toBeGreaterThan(0.3)
  })

  it("has the profile interval of the direct computation", () => {
    const interval = fit.confint({ method: "profile", parameters: ["sd[trial,(Intercept)]"] })[0]!
    near(interval.lower!, expected.profile[0], 1e-5)
    near(interval.upper!, expected.profile[1], 1e-5)
  })
})

describe("known standard errors", () => {
  it("eight schools: no variance between schools", async () => {
    const fit = reml("effect ~ 1 + (1 | school)", await loadCsv("eight_schools.csv"), { se: "se" })
    const expected = oracle.fits.schools!
    expect(fit.singular).toBe(true)
    near(fit.criterion, expected.criterion, 1e-9)
    near(fit.fixed[0]!.estimate, expected.estimate[0]!, 1e-9)
    near(fit.fixed[0]!.se, expected.se[0]!, 1e-9)
  })

  it("take numbers as well as a column, and hold when data are rescaled", () => {
    const { trial, yi, sei } = oracle.data
    const tenfold = { trial, y: yi.map((value) => 10 * value) }
    const fit = reml("y ~ 1 + (1 | trial)", tenfold, { se: sei.map((value) => 10 * value) })
    near(fit.covariances[0]!.covariance[0]! / 100, oracle.fits.bcg!.tau2, 1e-6)
  })

  it("tests are of χ², or Kenward and Roger's when asked for", () => {
    const fit = bcg("yi ~ ablat + (1 | trial)")
    const { p, z } = oracle.fits.bcgLatitude!
    const [row] = fit.anova()
    near(row!.F, z[1]! ** 2, 1e-6)
    near(row!.p! / p[1]!, 1, 1e-5)
    expect(row!.ddf).toBeNull()
    const [exact] = fit.anova({ ddf: "kr" })
    expect(exact!.ddf).toBeLessThan(11)
    expect(exact!.F).toBeLessThan(row!.F)
    expect(() => fit.anova({ ddf: "satterthwaite" })).toThrow(/normal/)
  })

  it("a bootstrap holds the residual variances where they are", () => {
    const fit = bcg("yi ~ 1 + (1 | trial)")
    const { values } = fit.bootstrap({ replicates: 200, seed: "known" })
    expect([...values.keys()]).toEqual(["b[(Intercept)]", "sd[trial,(Intercept)]"])
    const draws = values.get("b[(Intercept)]")!
    const mean = draws.reduce((sum, value) => sum + value, 0) / 200
    const sd = Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 199)
    // The sd of a sample sd of 200 is 5 % of it.
    expect(Math.abs(sd / fit.fixed[0]!.se - 1)).toBeLessThan(0.2)
  })

  it.each([
    [{ se: "sei", weights: "ablat" }, /se and weights are both given/],
    [{ se: "sei", residual: "ar1(1 | trial)" }, /se and residual are both given/],
    [{ se: "se" }, /"se" is not a column.*data/],
    [{ se: "trial" }, /not a column of numbers/],
    [{ se: "yi" }, /standard error in row 1 is -0\.88.* positive/],
    [{ se: [1, 2] }, /2 standard errors for 13 rows/],
  ] as const)("%o is refused", (options, message) => {
    expect(() => reml("yi ~ 1 + (1 | trial)", oracle.data, options)).toThrow(message)
  })

  it("have no exact test of the variance", () => {
    expect(() => bcg("yi ~ 1 + (1 | trial)").exactVarianceTest()).toThrow(
      /residual variance that is estimated/,
    )
  })
})
