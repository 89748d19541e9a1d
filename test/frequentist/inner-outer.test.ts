/** Sequential F tests, and the degrees of freedom that nlme gives them. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import type { TableInput } from "../../src/data/to-table.ts"
import { reml } from "../../src/frequentist/reml.ts"

interface Case {
  readonly data: string
  readonly formula: string
  readonly options: { readonly residual?: string; readonly weights?: string }
  readonly terms: readonly string[]
  readonly F: readonly number[]
  readonly ndf: readonly number[]
  readonly ddf: readonly number[]
  readonly p: readonly number[]
  /** Of the coefficients. */
  readonly df: readonly number[]
}

const oracle: {
  readonly data: Readonly<Record<string, Readonly<Record<string, (number | string)[]>>>>
  readonly cases: readonly Case[]
} = JSON.parse(readFileSync(new URL("../oracle/inner-outer.json", import.meta.url), "utf8"))

const { machines, orthodont, oats, ovary, irrigation, penicillin } = datasets
const shipped: Readonly<Record<string, () => TableInput>> = { machines, orthodont, oats, ovary, irrigation }

describe.each(oracle.cases)("$formula, $data", (entry) => {
  const fit = reml(entry.formula, oracle.data[entry.data] ?? shipped[entry.data]!(), entry.options)

  it("has nlme's analysis of variance", () => {
    const rows = fit.anova({ type: "sequential", ddf: "inner-outer" })
    expect(rows.map(({ ndf, ddf }) => [ndf, ddf])).toEqual(entry.ndf.map((ndf, k) => [ndf, entry.ddf[k]]))
    rows.forEach(({ F, p }, k) => {
      expect(Math.abs(F / entry.F[k]! - 1)).toBeLessThan(1e-4)
      if (entry.p[k]! > 1e-12) expect(Math.abs(p! / entry.p[k]! - 1)).toBeLessThan(2e-3)
    })
  })

  it("has the degrees of freedom of its coefficients", () => {
    const rows = fit.testCoefficients({ ddf: "inner-outer" })
    expect(rows.map(({ df }) => df)).toEqual(entry.df)
    expect(rows.map(({ se }) => se)).toEqual(fit.fixed.map(({ se }) => se))
  })
})

describe("degrees of freedom by where terms vary", () => {
  it("of a contrast are the least of its coefficients'", () => {
    const fit = reml("distance ~ Sex * age + (1 | Subject)", orthodont())
    const test = (...row: number[]) => fit.testContrast([row], { ddf: "inner-outer" }).ddf
    expect([test(0, 1, 0, 0), test(0, 0, 1, 0), test(0, 1, 0, 11)]).toEqual([25, 79, 25])
  })

  it("without random terms are those of the residuals", () => {
    const fit = reml("distance ~ Sex * age", orthodont(), { residual: "cs(1 | Subject)" })
    expect(fit.anova({ ddf: "inner-outer" }).map(({ ddf }) => ddf)).toEqual([104, 104, 104])
  })

  it("are none of crossed factors", () => {
    const fit = reml("diameter ~ 1 + (1 | plate) + (1 | sample)", penicillin())
    expect(() => fit.testCoefficients({ ddf: "inner-outer" })).toThrow(/crossed/)
  })

  it("leave Satterthwaite's where none are asked for", () => {
    const fit = reml("yield ~ irrigation * variety + (1 | field)", irrigation())
    expect(fit.testCoefficients()).toBe(fit.fixed)
    expect(fit.testCoefficients({ ddf: "kr" })).toEqual(fit.kenwardRoger())
    // Balanced: sequential tests are those of type I, and the denominators are exact.
    const sequential = fit.anova({ type: "sequential" })
    fit.anova({ type: 1 }).forEach(({ F, ddf }, k) => {
      expect(sequential[k]!.F).toBeCloseTo(F, 8)
      expect(sequential[k]!.ddf).toBeCloseTo(ddf!, 6)
    })
  })
})
