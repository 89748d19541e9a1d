import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { fitLmm } from "../../src/frequentist/fit-lmm.ts"
import { reml } from "../../src/frequentist/reml.ts"

const oracle: {
  readonly data: Record<string, (string | number)[]>
  readonly fits: {
    readonly formula: string
    readonly contrasts: "treatment" | "sum"
    readonly term: string[]
    readonly F: number[]
    readonly ndf: number[]
    readonly ddf: number[]
  }[]
} = JSON.parse(readFileSync(new URL("../oracle/empty-cells.json", import.meta.url), "utf8"))

describe("type III tests with empty cells", () => {
  it.each(oracle.fits)("are lmerTest's: $formula, $contrasts contrasts", (expected) => {
    const fit = reml(expected.formula, oracle.data, { contrasts: expected.contrasts })
    const rows = fit.anova()
    expect(rows.map(({ term }) => term)).toEqual(expected.term)
    rows.forEach((row, k) => {
      expect(row.ndf).toBe(expected.ndf[k])
      expect(Math.abs(row.F / expected.F[k]! - 1)).toBeLessThan(1e-5)
      expect(Math.abs(row.ddf! / expected.ddf[k]! - 1)).toBeLessThan(1e-4)
    })
  })

  it("hold with weights and rows left out, whatever the coding", () => {
    const [first] = oracle.fits
    const w = oracle.data.x!.map((value, i) => (i % 7 === 3 ? null : 1 + Number(value) ** 2))
    const rows = (contrasts: "treatment" | "helmert") => {
      return reml(first!.formula, { ...oracle.data, w }, { weights: "w", contrasts }).anova()
    }
    rows("helmert").forEach((row, k) => {
      const other = rows("treatment")[k]!
      expect(row.ndf).toBe(other.ndf)
      expect(row.F).toBeCloseTo(other.F, 6)
    })
  })

  it("need the data, tests of type II do not", () => {
    const { design } = reml(oracle.fits[0]!.formula, oracle.data)
    const fit = fitLmm(design)
    expect(() => fit.anova()).toThrow(/columns that depend on others were dropped/)
    expect(fit.anova({ type: 2 }).map(({ term }) => term)).toEqual(["a", "b", "a:b"])
  })
})
