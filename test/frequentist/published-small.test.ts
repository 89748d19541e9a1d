import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { reml } from "../../src/frequentist/reml.ts"

interface Tests {
  readonly term: string[]
  readonly F: number[]
  readonly ddf: number[]
}

const oracle: {
  readonly data: Record<string, Record<string, (string | number)[]>>
  readonly fits: {
    readonly data: string
    readonly formula: string
    readonly criterion: number
    readonly satterthwaite: Tests
    readonly kr: Tests
  }[]
} = JSON.parse(readFileSync(new URL("../oracle/published-small.json", import.meta.url), "utf8"))

describe("analyses in the documentation of R packages", () => {
  it.each(oracle.fits)("$formula on $data", (expected) => {
    const numeric = new Set(["sugpct", "effort", "score", "yield"])
    const columns = Object.entries(oracle.data[expected.data]!).map(([name, values]) => {
      return [name, numeric.has(name) ? values : values.map(String)] as const
    })
    const fit = reml(expected.formula, Object.fromEntries(columns))
    expect(fit.criterion).toBeCloseTo(expected.criterion, 6)
    for (const ddf of ["satterthwaite", "kr"] as const) {
      const rows = fit.anova({ ddf })
      expect(rows.map(({ term }) => term)).toEqual(expected[ddf].term)
      rows.forEach((row, k) => {
        expect(Math.abs(row.F / expected[ddf].F[k]! - 1)).toBeLessThan(1e-5)
        expect(Math.abs(row.ddf! / expected[ddf].ddf[k]! - 1)).toBeLessThan(1e-4)
      })
    }
  })
})
