/** `gibbsite reml` with structures, and without random terms. */
import { describe, expect, it } from "vitest"
import { run } from "./run-main.ts"

async function json(...argv: string[]) {
  const { status, stdout, stderr } = await run(["reml", ...argv, "--json"])
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  return JSON.parse(stdout) as Record<string, unknown> & {
    readonly fixed: readonly { readonly name: string; readonly estimate: number }[]
    readonly varcorr: readonly { readonly group: string; readonly term?: string; readonly sd: number }[]
  }
}

describe("gibbsite reml with structures", () => {
  it("--residual reports the structure under its kind", async () => {
    const fit = await json("follicles ~ Time + (1 | Mare)", "@ovary", "--residual", "ar1(1 | Mare)")
    expect(Object.keys(fit.residual as object)).toEqual(["ar1"])
    const { stdout } = await run(["reml", "follicles ~ Time", "@ovary", "--residual", "car1(Time | Mare)"])
    expect(stdout).toContain("Generalised least squares fit by REML")
    expect(stdout).toContain("Residual structure car1(Time | Mare)")
  })

  it("--weights takes a function, a column, or one of each", async () => {
    const formula = ["distance ~ age + (1 | Subject)", "@orthodont"] as const
    const strata = await json(...formula, "--weights", "varIdent(Sex)")
    expect(strata.residual).toEqual({ varIdent: { Male: 1, Female: expect.any(Number) } })
    const both = await json(...formula, "--weights", "age", "--weights", "varPower(age)")
    const plain = await json(...formula, "--weights", "varPower(age)")
    const power = (fit: typeof both) => (fit.residual as { varPower: number }).varPower
    // Known variances σ²/age take half a power away.
    expect(power(both) - power(plain)).toBeCloseTo(0.5, 4)
    expect(both.logLik).toBeCloseTo(plain.logLik as number, 6)
  })

  it("bars may share a variance", async () => {
    const fit = await json("score ~ Machine + identity(0 + Machine | Worker)", "@machines")
    const sds = fit.varcorr.filter(({ group }) => group === "Worker").map(({ sd }) => sd)
    expect(sds).toHaveLength(3)
    expect(new Set(sds.map((sd) => sd.toFixed(9))).size).toBe(1)
  })

  it("--residual un(…) has a variance for each time, and --ddf kr-observed SAS's degrees of freedom", async () => {
    const model = [
      "distance ~ age * Sex",
      "@orthodont",
      "--residual",
      "un(age | Subject)",
      "--anova",
    ] as const
    const fit = await json(...model, "--ddf", "kr-observed")
    const { varIdent, un } = fit.residual as Record<string, Record<string, number>>
    expect(Object.keys(varIdent!)).toEqual(["8", "10", "12", "14"])
    expect(un!["8,10"]).toBeCloseTo(0.568195, 5)
    // nlme 3.1-162: −2 logLik of gls(…, corSymm(form = ~ 1 | Subject), varIdent(form = ~ 1 | age)).
    expect(-2 * (fit.logLik as number)).toBeCloseTo(424.5468, 3)
    const { stdout } = await run(["reml", ...model, "--ddf", "kr-observed"])
    expect(stdout).toContain("df and standard errors by Kenward and Roger's (observed information) method")
    expect(stdout).toContain(
      "F tests of type III, Kenward and Roger's (observed information) degrees of freedom",
    )
  })

  it("--means prints the means of a factor and their differences", async () => {
    const model = [
      "yield ~ irrigation + variety + (1 | field)",
      "@irrigation",
      "--means",
      "irrigation",
    ] as const
    const { means } = await json(...model, "--ddf", "kr")
    const found = means as Record<"means" | "contrasts", { estimate: number; df: number }[]>
    expect([found.means.length, found.contrasts.length]).toEqual([4, 6])
    expect(found.contrasts[0]!.df).toBeCloseTo(4, 6)
    const { stdout } = await run(["reml", ...model, "--ddf", "inner-outer", "--anova", "sequential"])
    expect(stdout).toContain("Marginal means of irrigation, the inner-outer degrees of freedom")
    expect(stdout).toContain("Differences, p values not adjusted for their number")
    expect(stdout).toContain("F tests sequential")
    expect((await run(["reml", "yield ~ irrigation", "@irrigation", "--means", "irrigation"])).status).toBe(1)
  })

  it("tests against a smaller model with the same residuals", async () => {
    const fit = await json(
      "follicles ~ Time + (1 | Mare)",
      "@ovary",
      "--residual",
      "ar1(1 | Mare)",
      "--lrt",
      "follicles ~ Time",
    )
    expect((fit.lrt as { df: number }).df).toBe(1)
  })

  it("tests the residual structure itself against the same formula without it", async () => {
    const formula = "follicles ~ sin(2 * pi * Time) + (1 | Mare)"
    const fit = await json(formula, "@ovary", "--residual", "ar1(1 | Mare)", "--lrt", formula)
    expect(fit.lrt).toMatchObject({ df: 1 })
    // nlme 3.1-162: anova(lme(…, correlation = corAR1(form = ~ 1 | Mare)), lme(…)).
    expect((fit.lrt as { statistic: number }).statistic).toBeCloseTo(114.684491, 4)
  })

  it("--separate regresses in every group", async () => {
    const fit = await json("Reaction ~ Days + (Days | Subject)", "@sleepstudy", "--separate")
    expect(fit.separate).toHaveLength(36)
  })
})

describe("gibbsite reml without random terms", () => {
  const formula = ["invest ~ value + capital + firm", "@grunfeld"] as const

  it("fits by least squares, in the layout of a mixed model", async () => {
    const fit = await json(
      ...formula,
      "--anova",
      "2",
      "--lrt",
      "invest ~ value + capital",
      "--confint",
      "wald",
    )
    expect(fit).toMatchObject({ method: "OLS", nobs: 220, theta: [], ranef: {}, converged: true, df: 207 })
    expect(fit.varcorr).toEqual([{ group: "residual", sd: fit.sigma, variance: (fit.sigma as number) ** 2 }])
    expect((fit.ftest as { F: number }).F).toBeCloseTo(49.2071, 4)
    expect((fit.anova as { term: string; F: number }[]).find(({ term }) => term === "firm")!.F).toBeCloseTo(
      49.2071,
      4,
    )
    expect(fit.confint).toHaveLength(13)
  })

  it("--hausman compares fixed and random effects", async () => {
    const fit = await json("invest ~ value + capital", "@grunfeld", "--hausman", "firm")
    expect((fit.hausman as { statistic: number }).statistic).toBeCloseTo(3.9675, 4)
    const { stdout } = await run(["reml", "invest ~ value + capital", "@grunfeld", "--hausman", "firm"])
    expect(stdout).toContain("classical χ² 3.9675 on 2 df")
  })

  it.each([
    [["--boot", "10"], "--boot"],
    [["--ml"], "--ml"],
    [["--ddf", "kr"], "--ddf"],
    [["--rlrt"], "--rlrt"],
    [["--new-levels", "zero"], "--new-levels"],
    [["--confint", "profile"], "--confint"],
    [["--separate"], "--separate"],
  ])("refuses %j", async (argv, where) => {
    const { status, stdout, stderr } = await run(["reml", ...formula, ...argv])
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" })
    expect(stderr.startsWith(`gibbsite: ${where}: `)).toBe(true)
    expect(stderr.trim().split("\n")).toHaveLength(1)
  })

  it("refuses Hausman's test beside bars", async () => {
    const { status, stderr } = await run([
      "reml",
      "invest ~ value + (1 | firm)",
      "@grunfeld",
      "--hausman",
      "firm",
    ])
    expect(status).toBe(1)
    expect(stderr).toContain("without bars")
  })
})
