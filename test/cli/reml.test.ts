import { describe, expect, it } from "vitest"
import { run } from "./run-main.ts"

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
