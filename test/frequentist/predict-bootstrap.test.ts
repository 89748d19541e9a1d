import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import { reml } from "../../src/frequentist/reml.ts"

/** Standard errors of an estimated standard deviation of n normal errors that are allowed for. */
const within = (sd: number, expected: number, n: number) => {
  expect(Math.abs(sd - expected)).toBeLessThan((4 * expected) / Math.sqrt(2 * n))
}

describe("prediction intervals by parametric bootstrap", () => {
  it("are exact for a new level of a balanced layout: its effect, a residual and the error of the mean", () => {
    const fit = reml("bright ~ 1 + (1 | operator)", datasets.pulp())
    const replicates = 1000
    const rows = { operator: ["new", "new", "a"] }
    const options = { newLevels: "zero", replicates } as const
    const [normal] = fit.predict(rows, { newLevels: "zero" })
    const [first, second, known] = fit.bootstrapPredict(rows, options)
    within(first!.se!, Math.hypot(normal!.se!, fit.sigma), replicates)
    // The same new level twice: one effect, two residuals.
    expect([second!.fit, second!.se === first!.se]).toEqual([first!.fit, false])
    const [mean] = fit.bootstrapPredict(rows, { ...options, interval: "confidence" })
    within(mean!.se!, normal!.se!, replicates)
    // Of a known level the variances are estimated as well, which the normal interval leaves out.
    const { se } = fit.predict(rows, { newLevels: "zero" })[2]!
    const spread = Math.hypot(se!, fit.sigma)
    expect(known!.se).toBeGreaterThan(0.95 * spread)
    expect(known!.se).toBeLessThan(1.15 * spread)
  })

  it("repeat with the seed, and have the error of the fixed effects alone where no random effects are asked for", () => {
    const fit = reml("distance ~ age * Sex + offset(age / 2) + (age | Subject)", datasets.orthodont())
    const rows = { age: [9, 13], Sex: ["Male", "Female"], Subject: ["M01", "F03"] }
    const options = { random: "none", interval: "confidence", replicates: 400 } as const
    const found = fit.bootstrapPredict(rows, options)
    expect(fit.bootstrapPredict(rows, options)).toEqual(found)
    expect(fit.bootstrapPredict(rows, { ...options, seed: "other" })).not.toEqual(found)
    fit.predict(rows, { random: "none" }).forEach(({ fit: value, se }, i) => {
      expect(found[i]!.fit).toBe(value)
      within(found[i]!.se!, se!, 400)
    })
  })

  it("are there for models with residual structures", () => {
    const fit = reml("distance ~ age * Sex + (1 | Subject)", datasets.orthodont(), {
      weights: "varIdent(Sex)",
    })
    const rows = { age: [9, 9], Sex: ["Male", "Female"], Subject: ["M01", "F03"] }
    const [boy, girl] = fit.bootstrapPredict(rows, { replicates: 25, newLevels: "zero" })
    expect(boy!.se! / girl!.se!).toBeGreaterThan(1.2)
    expect(() => fit.bootstrapPredict(rows, { replicates: 0 })).toThrow("expected a positive whole number")
  })
})
