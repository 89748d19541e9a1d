import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { run, temporaryFolder } from "./run-main.ts"

const SLEEP = ["reml", "Reaction ~ Days + (Days | Subject)", "@sleepstudy"] as const

describe("reml", () => {
  it("prints what lme4 prints", async () => {
    const { status, stdout, stderr } = await run(SLEEP)
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    await expect(stdout).toMatchFileSnapshot("golden/reml-sleepstudy.txt")
  })

  it("by maximum likelihood prints AIC, BIC and log likelihood", async () => {
    const { stdout } = await run([...SLEEP, "--ml"])
    expect(stdout).toContain("Linear mixed model fit by maximum likelihood\n")
    // lme4 1.1-31: AIC, BIC, logLik of lmer(Reaction ~ Days + (Days | Subject), sleepstudy, REML = FALSE)
    expect(stdout).toContain("AIC 1763.9   BIC 1783.1   logLik -876.0   -2 log(L) 1751.9\n")
  })

  it("tells of a singular fit, and of rows left out", async () => {
    const { status, stdout } = await run(["reml", "Yield ~ 1 + (1 | Batch)", "@dyestuff2"])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Batch +\(Intercept\) +0 +0$/m)
    expect(stdout).toContain("Note: The fit is singular")
  })

  it("--subset uses some of the rows, and says how many it left out", async () => {
    const subset = ["--subset", "age > 8 & Sex == 'Male'"]
    const { stdout } = await run(["reml", "distance ~ age + (1 | Subject)", "@orthodont", ...subset])
    expect(stdout).toContain("\nData:    @orthodont, 60 rows left out by subset age > 8 & Sex == 'Male'\n")
    expect(stdout).toContain("\nObservations: 48; levels: Subject 16\n")
    const json = await run(["reml", "distance ~ age", "@orthodont", ...subset, "--json"])
    expect(JSON.parse(json.stdout)).toMatchObject({
      nobs: 48,
      dropped: 0,
      subset: { condition: "age > 8 & Sex == 'Male'", excluded: 60 },
    })
    const wrong = await run(["reml", "distance ~ age", "@orthodont", "--subset", "agee > 8"])
    expect([wrong.status, wrong.stderr]).toEqual([
      1,
      'gibbsite: @orthodont: unknown variable "agee"; did you mean "age"?\n',
    ])
  })

  it("--predict tells of the rows that it leaves out", async () => {
    const file = join(temporaryFolder({ "new.csv": "Days,Subject\n3,308\nNA,309\n5,310\n,330\n" }), "new.csv")
    const { stdout } = await run([...SLEEP, "--predict", file])
    expect(stdout).toContain("\nNote: no prediction for 2 rows with missing values: 2, 4\n")
    const json = await run(["reml", "Reaction ~ Days", "@sleepstudy", "--predict", file, "--json"])
    expect(JSON.parse(json.stdout)).toMatchObject({
      rowsNotPredicted: [2, 4],
      predictions: [{ row: 1 }, { row: 3 }],
    })
  })

  it("--interval tells the mean response, a new one, and a new one by bootstrap apart", async () => {
    const file = join(temporaryFolder({ "new.csv": "Days,Subject\n3,308\n" }), "new.csv")
    const width = async (...options: string[]) => {
      const { stdout } = await run([...SLEEP, "--predict", file, ...options])
      const [, lower, upper] = /^ +1 +\S+ +\S+ +(\S+) +(\S+)$/m.exec(stdout)!
      return { width: Number(upper) - Number(lower), title: stdout.split("\n").at(-2) }
    }
    const mean = await width()
    const normal = await width("--interval", "prediction")
    const boot = await width("--interval", "boot", "--boot", "40", "--seed", "a")
    expect(normal.width).toBeGreaterThan(2.5 * mean.width)
    expect(Math.abs(boot.width / normal.width - 1)).toBeLessThan(0.4)
    expect([mean.title, normal.title, boot.title]).toEqual([
      "95 % confidence intervals of the mean response",
      "95 % prediction intervals of a new response",
      "95 % prediction intervals of a new response, from 40 parametric bootstraps",
    ])
    const linear = await run([
      "reml",
      "Reaction ~ Days",
      "@sleepstudy",
      "--predict",
      file,
      "--interval",
      "boot",
    ])
    expect(linear.status).toBe(1)
  })

  it("--measures, --ranef, --contrast and --simulate read the fit", async () => {
    const model = ["reml", "score ~ Machine + (1 | Worker)", "@machines"]
    const options = [
      "--measures",
      "--ranef",
      "--contrast",
      "0,1,-1",
      "--contrast",
      "0,1,0",
      "--simulate",
      "2",
    ]
    const { stdout } = await run([...model, ...options, "--json"])
    const json = JSON.parse(stdout)
    // R: lmerTest::contest(fit, rbind(c(0, 1, -1), c(0, 1, 0))) is the F of anova(fit); vcov(fit); MuMIn's formula for R²
    const { contrast, measures } = json
    expect(contrast.ndf).toBe(2)
    const anova = JSON.parse((await run([...model, "--anova", "--json"])).stdout).anova[0]
    expect(contrast.F).toBeCloseTo(anova.F, 8)
    expect(contrast.ddf).toBeCloseTo(anova.ddf, 6)
    expect(contrast.estimates[1].estimate).toBeCloseTo(json.fixed[1].estimate, 10)
    expect(contrast.estimates[1].se).toBeCloseTo(json.fixed[1].se, 8)
    expect(measures.icc[0].icc).toBeCloseTo(
      json.varcorr[0].variance / (json.varcorr[0].variance + json.sigma ** 2),
      10,
    )
    expect(measures.aic).toBeCloseTo(json.criterion + 10, 8)
    expect(measures.wald.df).toBe(2)
    expect(json.effects).toHaveLength(6)
    const [first] = json.effects
    expect(first.coef).toBeCloseTo(json.fixed[0].estimate + first.effect, 10)
    expect(json.simulations.map((response: number[]) => response.length)).toEqual([54, 54])
    const text = (await run([...model, ...options])).stdout
    for (const title of ["Measures of the fit", "Effects of the levels", "Responses drawn from the model"]) {
      expect(text).toContain(`\n${title}\n`)
    }
    expect(text).toMatch(/^row +sim_1 +sim_2$/m)
    const short = await run([...model, "--contrast", "0,1"])
    expect(short.stderr).toContain('--contrast: found "0,1", expected 3 numbers')
    const linear = await run(["reml", "score ~ Machine", "@machines", "--boot-interval", "basic"])
    expect(linear.stderr).toContain("--boot-interval: the formula has no random term")
  })

  it("--lrt takes a change of the formula", async () => {
    const model = ["reml", "distance ~ age * Sex + (1 | Subject)", "@orthodont", "--ml", "--lrt"]
    const changed = await run([...model, ". ~ . - age:Sex"])
    const written = await run([...model, "distance ~ age + Sex + (1 | Subject)"])
    expect(changed.stdout).toBe(written.stdout)
    expect(changed.stdout).toContain("Likelihood-ratio test against distance ~ age + Sex + (1 | Subject)\n")
    const linear = await run(["reml", "distance ~ age * Sex", "@orthodont", "--lrt", "~ . - age:Sex"])
    expect(linear.stdout).toContain("F test against distance ~ age + Sex\n")
  })

  it("--json has the keys of the public interface, and the effects of every level", async () => {
    const { status, stdout } = await run([...SLEEP, "--json"])
    expect(status).toBe(0)
    const json = JSON.parse(stdout)
    for (const key of "method criterion logLik sigma theta nobs singular converged evaluations seconds fixed varcorr ranef".split(
      " ",
    )) {
      expect(json).toHaveProperty(key)
    }
    expect(json.method).toBe("REML")
    // lme4 1.1-31: REML criterion 1743.628, sigma 25.59182
    expect(json.criterion).toBeCloseTo(1743.6283, 3)
    expect(json.sigma).toBeCloseTo(25.5918, 3)
    expect(json.fixed.map(({ name }: { name: string }) => name)).toEqual(["(Intercept)", "Days"])
    expect(json.varcorr).toHaveLength(4)
    expect(json.ranef.Subject).toHaveLength(18)
    expect(Object.keys(json.ranef.Subject[0])).toEqual(["level", "(Intercept)", "Days"])
  })

  it("codes factors as asked", async () => {
    const { stdout } = await run([
      "reml",
      "distance ~ Sex + (1 | Subject)",
      "@orthodont",
      "--contrasts",
      "sum",
    ])
    expect(stdout).toMatch(/^Sex1 +-?\d/m)
  })
})

describe("reml with analyses", () => {
  const json = async (argv: readonly string[]) => {
    const { status, stdout, stderr } = await run([...argv, "--json"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    return JSON.parse(stdout)
  }
  const IRRIGATION = ["reml", "yield ~ irrigation * variety + (1 | field)", "@irrigation"] as const
  const PULP = ["reml", "bright ~ 1 + (1 | operator)", "@pulp"] as const

  it("--anova, --ddf, --rlrt: the published tests of the irrigation data", async () => {
    const { anova, rlrt, fixed } = await json([
      ...IRRIGATION,
      "--anova",
      "--ddf",
      "kr",
      "--rlrt",
      "--contrasts",
      "sum",
    ])
    expect(anova.map((row: object) => Object.keys(row))).toEqual(
      Array(3).fill(["term", "F", "ndf", "ddf", "p"]),
    )
    expect(anova[2].F).toBeCloseTo(0.2452, 4)
    expect(anova[2].ddf).toBeCloseTo(4, 8)
    expect(rlrt.statistic).toBeCloseTo(6.1118, 4)
    expect(rlrt.p).toBeCloseTo(0.00955752, 8)
    expect(rlrt.method).toBe("exact")
    // Kenward and Roger's degrees of freedom in the table of coefficients too.
    expect(fixed[0].df).toBeCloseTo(4, 8)
    const text = await run([...IRRIGATION, "--anova", "1", "--rlrt"])
    expect(text.stdout).toContain("F tests of type I, Satterthwaite's degrees of freedom\n")
    expect(text.stdout).toContain("RLRT 6.1118, p 0.00956 (exact)\n")
  })

  it("--lrt and --boot: the published test of the pulp data", async () => {
    const { lrt, boot } = await json([
      ...PULP,
      "--ml",
      "--lrt",
      "bright ~ 1",
      "--boot",
      "4000",
      "--seed",
      "pulp",
    ])
    expect(lrt).toMatchObject({ df: 1 })
    expect(lrt.statistic).toBeCloseTo(2.568371, 6)
    expect(lrt.p).toBeCloseTo(0.109, 4)
    expect(Object.keys(boot)).toEqual(
      expect.arrayContaining(["replicates", "seconds", "lrtP", "lrtZeroShare"]),
    )
    expect(boot.replicates).toBe(4000)
    expect(Math.abs(boot.lrtZeroShare - 0.7014771)).toBeLessThan(4 * Math.sqrt((0.7 * 0.3) / 4000))
    expect(Math.abs(boot.lrtP - 0.0226089)).toBeLessThan(4 * Math.sqrt((0.0226 * 0.9774) / 4000))
  })

  it.each(["wald", "profile", "boot"])("--confint %s names every parameter", async (method) => {
    const { confint } = await json([...SLEEP, "--confint", method, "--boot", "200", "--level", "0.9"])
    expect(confint.map((row: object) => Object.keys(row))).toEqual(Array(6).fill(["name", "lower", "upper"]))
    expect(confint.map(({ name }: { name: string }) => name)).toEqual([
      "b[(Intercept)]",
      "b[Days]",
      "sd[Subject,(Intercept)]",
      "sd[Subject,Days]",
      "cor[Subject,(Intercept),Days]",
      "sd[residual]",
    ])
    for (const { lower, upper } of confint) expect(lower).toBeLessThan(upper)
  })

  it("--predict reads new rows; a new level is an error unless it is allowed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gibbsite-predict-"))
    const file = join(folder, "new.csv")
    writeFileSync(file, "Subject,Days\n308,3\n999,3\n")
    try {
      const failed = await run([...SLEEP, "--predict", file])
      expect(failed.status).toBe(1)
      expect(failed.stderr).toContain("Subject in row 2")
      const { predictions } = await json([...SLEEP, "--predict", file, "--new-levels", "zero"])
      expect(predictions.map((row: object) => Object.keys(row))).toEqual(
        Array(2).fill(["row", "fit", "se", "lower", "upper"]),
      )
      expect(predictions[0].row).toBe(1)
      // lme4 1.1-31: predict(m, data.frame(Subject = "308", Days = 3)), and with re.form = NA
      expect(predictions[0].fit).toBeCloseTo(312.6624, 3)
      expect(predictions[1].fit).toBeCloseTo(282.807, 3)
      const none = await json([...SLEEP, "--predict", file, "--random", "none"])
      expect(none.predictions[0].fit).toBe(none.predictions[1].fit)
      expect((await run([...SLEEP, "--predict", file, "--random", "none"])).stdout).toContain("Predictions\n")
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each([
    [
      [...SLEEP, "--lrt", "Reaction ~ 1 + (Days | Subject)"],
      "REML criteria of models with different fixed effects",
    ],
    [[...SLEEP, "--rlrt"], "3 variance parameters"],
    [[...SLEEP, "--ml", "--anova", "--ddf", "kr"], "REML"],
    [[...SLEEP, "--anova", "4"], "--anova"],
    [[...SLEEP, "--confint", "bayes"], "--confint"],
    [[...SLEEP, "--level", "95"], "--level"],
    [[...SLEEP, "--boot", "0"], "--boot"],
    [[...SLEEP, "--weights", "Day"], 'did you mean "Days"'],
  ])("%j is refused in one line", async (argv, part) => {
    const { status, stdout, stderr } = await run(argv)
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" })
    expect(stderr).toContain(part)
    expect(stderr.trim().split("\n")).toHaveLength(1)
  })
})
