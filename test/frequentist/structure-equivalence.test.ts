/** Models that say the same in two ways: a structure, and terms or residuals without it. */
import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import type { LmmFit } from "../../src/frequentist/lmm-fit.ts"
import { reml } from "../../src/frequentist/reml.ts"

const machines = datasets.machines()
const orthodont = datasets.orthodont()
const fitMachines = (random: string) => reml(`score ~ Machine + ${random}`, machines)

const close = (a: number, b: number, tolerance: number) => {
  expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b)))
}

const pairs: readonly [string, LmmFit, LmmFit][] = [
  [
    "identity is a nested intercept",
    fitMachines("identity(0 + Machine | Worker)"),
    fitMachines("(1 | Worker:Machine)"),
  ],
  [
    "cs is two nested intercepts",
    fitMachines("cs(0 + Machine | Worker)"),
    fitMachines("(1 | Worker) + (1 | Worker:Machine)"),
  ],
  [
    "exchangeable residuals are an intercept",
    reml("distance ~ age * Sex", orthodont, { residual: "cs(1 | Subject)" }),
    reml("distance ~ age * Sex + (1 | Subject)", orthodont),
  ],
  [
    "diag is ||",
    reml("distance ~ age + diag(1 + age | Subject)", orthodont),
    reml("distance ~ age + (1 + age || Subject)", orthodont),
  ],
]

describe.each(pairs)("%s", (name, structured, plain) => {
  it("in the criterion, the fixed effects and Satterthwaite's degrees of freedom", () => {
    close(structured.criterion, plain.criterion, 1e-9)
    expect(structured.parameters).toBe(plain.parameters)
    structured.fixed.forEach(({ estimate, se, df }, j) => {
      close(estimate, plain.fixed[j]!.estimate, 1e-6)
      close(se, plain.fixed[j]!.se, 1e-6)
      close(df!, plain.fixed[j]!.df!, 1e-4)
    })
  })

  it("in Wald's intervals of the fixed effects and tests of terms", () => {
    const intervals = plain.confint()
    structured
      .confint({ parameters: structured.fixed.map(({ name: effect }) => `b[${effect}]`) })
      .forEach((row, j) => {
        close(row.lower!, intervals[j]!.lower!, 1e-6)
        close(row.upper!, intervals[j]!.upper!, 1e-6)
      })
    structured.anova().forEach(({ F, ddf }, j) => {
      close(F, plain.anova()[j]!.F, 1e-6)
      close(ddf!, plain.anova()[j]!.ddf!, 1e-3)
    })
  })

  it("in Kenward and Roger's tests", () => {
    structured.anova({ ddf: "kr" }).forEach(({ F, ddf, p }, j) => {
      const other = plain.anova({ ddf: "kr" })[j]!
      close(F, other.F, 1e-6)
      close(ddf!, other.ddf!, 1e-5)
      close(p!, other.p!, 1e-6)
    })
  })

  it("in predictions from the fixed effects", () => {
    const rows = plain.predict(undefined, { random: "none" })
    structured.predict(undefined, { random: "none" }).forEach((row, i) => {
      close(row.fit, rows[i]!.fit, 1e-6)
      close(row.se!, rows[i]!.se!, 1e-6)
    })
    if (structured.residual !== null) return
    const known = plain.predict()
    structured.predict().forEach((row, i) => {
      close(row.fit, known[i]!.fit, 1e-6)
      close(row.se!, known[i]!.se!, 1e-5)
    })
  })

  it("in the law of simulated responses", () => {
    // Variances of a group's mean: 400 replicates leave a relative error of √(2/400).
    const replicates = 400
    const variance = (of: LmmFit) => {
      const draws = of.simulate(replicates, { seed: name })
      const means = draws.map((y) => (y[0]! + y[1]! + y[2]!) / 3)
      const centre = means.reduce((a, b) => a + b, 0) / replicates
      return means.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (replicates - 1)
    }
    const ratio = variance(structured) / variance(plain)
    expect(Math.abs(Math.log(ratio))).toBeLessThan(4 * Math.sqrt(2 * (2 / replicates)))
  })
})

describe("bootstrap of models with structures", () => {
  it("estimates the structure anew each time", () => {
    const data = orthodont
    const structured = reml("distance ~ age + (1 | Subject)", data, {
      residual: "ar1(1 | Subject)",
      weights: "varIdent(Sex)",
    })
    const { values, notConverged } = structured.bootstrap({ replicates: 60, seed: "structures" })
    expect(notConverged).toBe(0)
    expect([...values.keys()].slice(-2)).toEqual(["varIdent[Female]", "ar1"])
    for (const [name, estimate] of [
      ["varIdent[Female]", (structured.residual!.varIdent as Record<string, number>).Female!],
      ["ar1", structured.residual!.ar1 as number],
      ["b[age]", structured.fixed[1]!.estimate],
      ["sd[residual]", structured.sigma],
    ] as const) {
      const draws = values.get(name)!
      const mean = draws.reduce((a, b) => a + b, 0) / draws.length
      const sd = Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws.length - 1))
      expect(sd).toBeGreaterThan(0)
      // The estimators' own bias in small samples stays within half a standard deviation.
      expect(Math.abs(mean - estimate)).toBeLessThan(0.5 * sd + (4 * sd) / Math.sqrt(draws.length))
    }
    const intervals = structured.confint({ method: "boot", parameters: ["ar1"], boot: { replicates: 40 } })
    expect(intervals[0]!.lower!).toBeLessThan(intervals[0]!.upper!)
  })

  it("reports the same sd for coefficients that share a variance", () => {
    const shared = fitMachines("identity(0 + Machine | Worker)")
    const { values } = shared.bootstrap({ replicates: 20 })
    expect(
      values
        .get("sd[Worker,MachineA]")!
        .every((value, i) => Math.abs(value - values.get("sd[Worker,MachineB]")![i]!) < 1e-9),
    ).toBe(true)
    expect([...values.keys()].some((name) => name.startsWith("cor"))).toBe(false)
  })
})

describe("Wald's intervals of residual structures", () => {
  it("come from the exact curvature", () => {
    const structured = reml("distance ~ age + (1 | Subject)", orthodont, { residual: "ar1(1 | Subject)" })
    const [interval] = structured.confint({ parameters: ["ar1"] })
    // R 4.2.2: numDeriv::hessian of the REML criterion in (log τ, artanh φ, log σ), written out with the 108 × 108 matrix.
    // nlme's intervals() has -0.2773 and 0.3620, from coarser differences.
    close(interval!.lower!, -0.2836911405, 1e-5)
    close(interval!.upper!, 0.3680575076, 1e-5)
  })

  it("gives prediction intervals their stratum's width", () => {
    const structured = reml("distance ~ age + (1 | Subject)", orthodont, { weights: "varIdent(Sex)" })
    const { Male, Female } = structured.residual!.varIdent as Record<string, number>
    const at = { age: [10, 10], Sex: ["Male", "Female"], Subject: ["M01", "M01"] }
    const [male, female] = structured.predict(at, { interval: "prediction" })
    const spread = (row: { lower: number | null; upper: number | null }, se: number) => {
      return Math.sqrt(((row.upper! - row.lower!) / (2 * 1.959963984540054)) ** 2 - se ** 2)
    }
    close(spread(male!, male!.se!), structured.sigma * Male!, 1e-6)
    close(spread(female!, female!.se!), structured.sigma * Female!, 1e-6)
  })
})
