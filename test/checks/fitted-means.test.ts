/** Marginal means of REML fits against lmerTest's least-squares means. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { fittedMeans } from "../../src/checks/fitted-means.ts"
import { datasets } from "../../src/data/datasets.ts"
import { fitLmm } from "../../src/frequentist/fit-lmm.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { buildDesign } from "../../src/models/formula/build-design.ts"

interface MeansTable {
  readonly estimate: readonly number[]
  readonly se: readonly number[]
  readonly df: readonly number[]
  readonly t: readonly number[]
  readonly lower: readonly number[]
  readonly upper: readonly number[]
  readonly p: readonly number[]
}

type ByMethod = Readonly<Record<"satterthwaite" | "kr", MeansTable>>

const oracle: {
  readonly data: Readonly<Record<string, Readonly<Record<string, (number | string)[]>>>>
  readonly cases: readonly {
    readonly data: string
    readonly formula: string
    readonly factors: readonly string[]
    readonly means: ByMethod
    readonly differences: ByMethod
  }[]
} = JSON.parse(readFileSync(new URL("../oracle/fitted-means.json", import.meta.url), "utf8"))

const close = (a: number | null, b: number, tolerance: number) => {
  expect(Math.abs(a! - b)).toBeLessThanOrEqual(tolerance * Math.max(1e-3, Math.abs(b)))
}

describe.each(oracle.cases)("$formula by $factors", ({ data, formula, factors, means, differences }) => {
  it.each(["satterthwaite", "kr"] as const)("%s", (ddf) => {
    // Crossed cells in the order of the fixture: the first factor changes fastest.
    const ordered = [...factors].reverse()
    const found = fittedMeans(reml(formula, oracle.data[data]!), ordered, { ddf })
    found.means.forEach((row, k) => {
      for (const key of ["estimate", "se", "lower", "upper"] as const)
        close(row[key], means[ddf][key][k]!, 1e-4)
      close(row.df, means[ddf].df[k]!, 1e-3)
    })
    expect(found.means).toHaveLength(means[ddf].df.length)
    if (factors.length > 1) return
    // Theirs are the earlier less the later level.
    found.contrasts.forEach((row, k) => {
      close(-row.estimate, differences[ddf].estimate[k]!, 1e-3)
      close(row.se, differences[ddf].se[k]!, 1e-4)
      close(row.df, differences[ddf].df[k]!, 1e-3)
      close(-row.upper!, differences[ddf].lower[k]!, 1e-3)
      close(row.p, differences[ddf].p[k]!, 1e-3)
    })
  })
})

describe("marginal means of a fit", () => {
  const fit = reml("yield ~ irrigation * variety + (1 | field)", datasets.irrigation())

  it("do not depend on the coding", () => {
    const sum = reml("yield ~ irrigation * variety + (1 | field)", datasets.irrigation(), {
      contrasts: "sum",
    })
    const others = fittedMeans(sum, "irrigation", { ddf: "kr" })
    fittedMeans(fit, "irrigation", { ddf: "kr" }).means.forEach(({ estimate, se, df }, k) => {
      close(estimate, others.means[k]!.estimate, 1e-8)
      close(se, others.means[k]!.se, 1e-6)
      close(df, others.means[k]!.df!, 1e-5)
    })
  })

  it("take offsets, values of columns and weights of contrasts", () => {
    const data = datasets.orthodont()
    const plain = reml("distance ~ age * Sex + (1 | Subject)", data)
    const at = { age: 10 }
    const weights = { half: [-0.5, 0.5] }
    const found = fittedMeans(plain, "Sex", { at, contrasts: weights, level: 0.9, ddf: "inner-outer" })
    const shifted = reml("distance ~ age * Sex + offset(age) + (1 | Subject)", data)
    fittedMeans(shifted, "Sex", { at, ddf: "inner-outer" }).means.forEach(({ estimate, df }, k) => {
      close(estimate, found.means[k]!.estimate, 1e-7)
      expect(df).toBe(found.means[k]!.df)
    })
    expect(found.contrasts).toHaveLength(1)
    close(found.contrasts[0]!.estimate, 0.5 * (found.means[1]!.estimate - found.means[0]!.estimate), 1e-8)
    const [narrow] = found.means
    expect(narrow!.upper! - narrow!.lower!).toBeLessThan(4 * narrow!.se)
  })

  it("leave out combinations that the data do not have", () => {
    const rows = Array.from({ length: 36 }, (_, i) => {
      const [a, b] = [i % 2, Math.floor(i / 2) % 3]
      return { y: Math.sin(7 * i), a: `a${a}`, b: a === 0 && b === 1 ? "b2" : `b${b}`, g: `g${i % 5}` }
    })
    const { means, contrasts } = fittedMeans(reml("y ~ a * b + (1 | g)", rows), ["a", "b"])
    expect(means.map(({ levels }) => Object.values(levels).join(""))).toEqual([
      "a0b0",
      "a0b1",
      "a0b2",
      "a1b0",
      "a1b1",
      "a1b2",
    ])
    expect(means.map(({ reason }) => reason === null)).toEqual([true, false, true, true, true, true])
    expect(means[1]!.estimate).toBeNaN()
    expect(contrasts.filter(({ reason }) => reason !== null)).toHaveLength(5)
  })

  it("refuse what is no factor, a misspelt option, and a fit without data", () => {
    expect(() => fittedMeans(fit, "irigation")).toThrow(/does not read a column "irigation"/)
    expect(() => fittedMeans(fit, "irrigation", { dff: "kr" } as never)).toThrow(/dff/)
    const alone = fitLmm(buildDesign("yield ~ variety + (1 | field)", datasets.irrigation()))
    expect(() => fittedMeans(alone, "variety")).toThrow(/without its data/)
    expect(() => fit.estimateContrasts([[1, 2]])).toThrow(/has 2 numbers/)
    expect(() => fit.estimateContrasts([], { level: 2 })).toThrow(/level 2/)
  })
})
