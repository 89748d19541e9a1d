import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { reml } from "../../src/frequentist/reml.ts"
import { loadCsv } from "../kit/load-csv.ts"

interface InferenceFit {
  readonly data: string
  readonly formula: string
  readonly method: "REML" | "ML"
  readonly contrasts: "treatment" | "sum"
  readonly fixed: {
    readonly name: string[]
    readonly df: number[]
    readonly t: number[]
    readonly p: number[]
  }
  /** A number, a column-major matrix, or one number a term for independent bars. */
  readonly firstConditionalVariance: Record<string, number | number[] | Record<string, number>>
  readonly firstLevels: Record<string, string>
  readonly fittedHead: number[]
}

const oracle: { fits: InferenceFit[] } = JSON.parse(
  readFileSync(new URL("../oracle/lmm-inference.json", import.meta.url), "utf8"),
)

describe.each(oracle.fits.map((fit) => [`${fit.formula} on ${fit.data}, ${fit.method}`, fit] as const))(
  "%s",
  (_, expected) => {
    const fitted = loadCsv(`${expected.data}.csv`).then((table) => {
      return reml(expected.formula, table, { method: expected.method, contrasts: expected.contrasts })
    })

    it("Satterthwaite degrees of freedom, t and p as lmerTest has them", async () => {
      const fit = await fitted
      expect(fit.fixed.map((row) => row.name)).toEqual(expected.fixed.name)
      fit.fixed.forEach((row, j) => {
        expect(Math.abs(row.df! - expected.fixed.df[j]!)).toBeLessThan(2e-6 * expected.fixed.df[j]!)
        expect(Math.abs(row.t - expected.fixed.t[j]!)).toBeLessThan(2e-6 * Math.max(1, Math.abs(row.t)))
        expect(Math.abs(row.p! - expected.fixed.p[j]!)).toBeLessThan(4e-5 * expected.fixed.p[j]!)
      })
    })

    it("conditional variances of the first level, fitted values", async () => {
      const fit = await fitted
      for (const [group, variances] of Object.entries(expected.firstConditionalVariance)) {
        const effects = fit.randomEffects.find((entry) => sameParts(entry.group, group))!
        const level = effects.levels.findIndex((name) => sameParts(name, expected.firstLevels[group]!))
        const actual = effects.conditionalVariances[level]!
        const q = effects.terms.length
        const isRecord = typeof variances === "object" && !Array.isArray(variances)
        const wanted = isRecord ? Object.values(variances) : [variances].flat()
        // lme4 gives one number for each independent bar: the diagonal.
        const compared = isRecord ? effects.terms.map((_, t) => actual[t * q + t]!) : [...actual]
        expect(compared).toHaveLength(wanted.length)
        compared.forEach((value, k) => {
          expect(Math.abs(value - wanted[k]!)).toBeLessThan(2e-6 * Math.abs(wanted[k]!))
        })
      }
      expected.fittedHead.forEach((value, i) => {
        expect(Math.abs(fit.fitted[i]! - value)).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)))
        expect(fit.fitted[i]! + fit.residuals[i]!).toBeCloseTo(fit.design.response.values[i]!, 10)
      })
    })
  },
)

describe("degrees of freedom on the boundary", () => {
  it("leave the vanished variance out: those of the mean of a simple sample", async () => {
    const fit = reml("Yield ~ 1 + (1 | Batch)", await loadCsv("dyestuff2.csv"))
    expect(fit.singular).toBe(true)
    expect(fit.fixed[0]!.df).toBeCloseTo(29, 6)
  })
})

function sameParts(a: string, b: string): boolean {
  return a.split(":").sort().join(":") === b.split(":").sort().join(":")
}
