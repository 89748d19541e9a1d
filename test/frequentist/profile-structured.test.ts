import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { LmmFit } from "../../src/frequentist/lmm-fit.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { loadCsv } from "../kit/load-csv.ts"

const oracle: { readonly ar1: [number, number]; readonly varPower: [number, number] } = JSON.parse(
  readFileSync(new URL("../oracle/profile-structured.json", import.meta.url), "utf8"),
)

function profileOf(fit: LmmFit, name: string): readonly [number, number] {
  const { lower, upper } = fit.confint({ method: "profile", parameters: [name] })[0]!
  return [lower!, upper!]
}

function agree(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance * Math.max(1, Math.abs(expected[i]!)))
  })
}

describe("profile intervals of models with structures", () => {
  it("AR(1): the intervals of nlme's fits with the correlation held", async () => {
    const fit = reml("follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time)", await loadCsv("ovary.csv"), {
      residual: "ar1(1 | Mare)",
    })
    agree(profileOf(fit, "ar1"), oracle.ar1, 1e-5)
  })

  it("varPower: likewise", async () => {
    const fit = reml("distance ~ age * Sex + (1 | Subject)", await loadCsv("orthodont.csv"), {
      weights: "varPower(age)",
    })
    agree(profileOf(fit, "varPower[age]"), oracle.varPower, 1e-4)
  })

  it("identity(…) of cells is a nested random term: the same intervals", async () => {
    const table = await loadCsv("machines.csv")
    const structured = reml("score ~ Machine + (1 | Worker) + identity(0 + Machine | Worker)", table)
    const plain = reml("score ~ Machine + (1 | Worker) + (1 | Worker:Machine)", table)
    for (const [name, other] of [
      ["b[MachineB]", "b[MachineB]"],
      ["sd[Worker,(Intercept)]", "sd[Worker,(Intercept)]"],
      ["sd[Worker,MachineA]", "sd[Worker:Machine,(Intercept)]"],
      ["sd[residual]", "sd[residual]"],
    ] as const) {
      agree(profileOf(structured, name), profileOf(plain, other), 2e-4)
    }
  })

  it("cs(…): a correlation whose deviance at the ends is the quantile of χ²", async () => {
    const fit = reml("score ~ Machine + cs(0 + Machine | Worker)", await loadCsv("machines.csv"))
    const name = "cor[Worker,MachineA,MachineB]"
    const points = fit.profile({ parameters: [name], level: 0.95, points: 3 })
    expect(points[0]!.zeta).toBeCloseTo(-1.959964, 4)
    expect(points[2]!.zeta).toBeCloseTo(1.959964, 4)
    expect(points[0]!.value).toBeGreaterThan(-0.5)
    expect(points[2]!.value).toBeLessThan(1)
  })
})
