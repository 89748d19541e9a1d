import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { fitOls } from "../../src/frequentist/ols.ts"
import { fitSeparately } from "../../src/frequentist/separate-fits.ts"
import { buildDesign } from "../../src/models/formula/build-design.ts"
import { handMadeDesign } from "../kit/hand-made-design.ts"
import { loadCsv } from "../kit/load-csv.ts"

interface OlsOracle {
  readonly data: string
  readonly formula: string
  readonly name: string[]
  readonly estimate: number[]
  readonly se: number[]
  readonly sigma: number
  readonly df: number
  readonly rss: number
}

interface SeparateOracle {
  readonly data: string
  readonly formula: string
  readonly levels: string[]
  readonly estimate: Record<string, (number | null)[]>
  readonly se: Record<string, (number | null)[]>
  readonly sigma: Record<string, number | null>
  readonly df: Record<string, number>
  readonly rows: Record<string, number>
}

const oracle: { ols: OlsOracle[]; separate: SeparateOracle[] } = JSON.parse(
  readFileSync(new URL("../oracle/lmm-inference.json", import.meta.url), "utf8"),
)

describe("fitOls", () => {
  it.each(oracle.ols.map((fit) => [`${fit.formula} on ${fit.data}`, fit] as const))(
    "%s as R's lm has it",
    async (_, expected) => {
      const design = buildDesign(expected.formula, await loadCsv(`${expected.data}.csv`))
      const fit = fitOls(design)
      expect(fit.names).toEqual(expected.name)
      expect(fit.df).toBe(expected.df)
      // The quadratic in the calendar year has a condition number of 1e11: lm itself keeps six digits of it.
      const digits = expected.formula.includes("year^2") ? 1e-5 : 1e-9
      expect(Math.abs(fit.sigma / expected.sigma - 1)).toBeLessThan(1e-9)
      expect(Math.abs(fit.rss / expected.rss - 1)).toBeLessThan(1e-9)
      expected.estimate.forEach((value, j) => {
        expect(Math.abs(fit.estimate[j]! / value - 1)).toBeLessThan(digits)
        expect(Math.abs(fit.se[j]! / expected.se[j]! - 1)).toBeLessThan(digits)
      })
      fit.residuals.forEach((value, i) => {
        expect(fit.fitted[i]! + value).toBeCloseTo(design.response.values[i]!, 9)
      })
    },
  )

  it("takes the offset off the response and puts it back into the fit", () => {
    const y = [1, 3, 2, 5, 4]
    const offset = [0.5, -1, 2, 0, 1]
    const ones = [1, 1, 1, 1, 1]
    const fit = fitOls(handMadeDesign(y, { "(Intercept)": ones }, [], offset))
    const mean = y.reduce((sum, value, i) => sum + value - offset[i]!, 0) / 5
    expect(fit.estimate[0]).toBeCloseTo(mean, 14)
    expect([...fit.fitted]).toEqual(offset.map((value) => expect.closeTo(mean + value, 12)))
  })

  it("refuses collinear columns and too few rows", () => {
    const x = [1, 2, 3, 4]
    const doubled = x.map((value) => 2 * value)
    expect(() => fitOls(handMadeDesign([1, 2, 1, 3], { x, doubled }, []))).toThrow(
      /doubled is a linear combination/,
    )
    expect(() => fitOls(handMadeDesign([1, 2], { x: [1, 2], z: [2, 1] }, []))).toThrow(
      /2 rows for 2 fixed effects/,
    )
  })
})

describe("fitSeparately", () => {
  it.each(oracle.separate.map((fit) => [`${fit.formula} on ${fit.data}`, fit] as const))(
    "%s as lm within each group",
    async (_, expected) => {
      const fits = fitSeparately(buildDesign(expected.formula, await loadCsv(`${expected.data}.csv`)), 0)
      expect(fits.levels).toEqual(expected.levels)
      fits.levels.forEach((level, j) => {
        expect(fits.df[j]).toBe(expected.df[level])
        expect(fits.nobs[j]).toBe(expected.rows[level])
        compare(fits.sigma[j]!, expected.sigma[level]!)
        for (let t = 0; t < 2; t++) {
          compare(fits.estimates[j * 2 + t]!, expected.estimate[level]![t]!)
          compare(fits.se[j * 2 + t]!, expected.se[level]![t]!)
        }
      })
    },
  )

  it("gives group means for (1 | g), the offset taken off", () => {
    const ones = [1, 1, 1, 1, 1]
    const design = handMadeDesign(
      [1, 2, 3, 10, 20],
      { "(Intercept)": ones },
      [{ group: "g", codes: [0, 0, 0, 1, 1], columns: { "(Intercept)": ones } }],
      [0, 0, 3, 0, 0],
    )
    const fits = fitSeparately(design, 0)
    expect([...fits.estimates]).toEqual([expect.closeTo(1, 13), expect.closeTo(15, 13)])
    expect([...fits.df]).toEqual([2, 1])
  })

  it("refuses a term that is not there", () => {
    const design = handMadeDesign([1, 2, 3], { x: [1, 1, 1] }, [])
    expect(() => fitSeparately(design, 0)).toThrow(/random term 0 does not exist/)
  })
})

function compare(actual: number, wanted: number | null): void {
  if (wanted === null) expect(actual).toBeNaN()
  else expect(Math.abs(actual - wanted)).toBeLessThan(1e-8 * Math.max(1e-3, Math.abs(wanted)))
}
