import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { OptionError } from "../../src/core/errors.ts"
import type { Interval } from "../../src/frequentist/confint.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { loadCsv } from "../kit/load-csv.ts"

interface ProfileCase {
  readonly data: string
  readonly formula: string
  readonly method: "REML" | "ML"
  /** In lme4's names: `sd_(Intercept)|Subject`, `cor_Days.(Intercept)|Subject`, `sigma`. */
  readonly parameters: string[]
  readonly lower: number[]
  readonly upper: number[]
  readonly fixed: string[]
  readonly fixedLower: number[]
  readonly fixedUpper: number[]
  readonly lme4Lower: number[]
  readonly lme4Upper: number[]
}

const oracle: {
  fits: ProfileCase[]
  wald: { data: string; formula: string; parameters: string[]; lower: number[]; upper: number[] }[]
} = JSON.parse(readFileSync(new URL("../oracle/lmm-intervals.json", import.meta.url), "utf8"))

function ownName(name: string): string {
  if (name === "sigma") return "sd[residual]"
  const [kind, rest] = [name.slice(0, name.indexOf("_")), name.slice(name.indexOf("_") + 1)]
  const [terms, group] = rest.split("|") as [string, string]
  const parts = kind === "cor" ? terms.split(".").reverse() : [terms]
  return `${kind}[${group},${parts.join()}]`
}

function find(intervals: readonly Interval[], name: string): Interval {
  const turned = name.replace(/\[(\w+):(\w+),/, "[$2:$1,")
  const found = intervals.find((row) => row.name === name || row.name === turned)
  if (found === undefined) expect.fail(`no interval for ${name}`)
  return found
}

const near = (actual: number | null, expected: number, tolerance: number) => {
  expect(Math.abs(actual! - expected)).toBeLessThan(tolerance)
}

describe.each(oracle.fits.map((fit) => [`${fit.formula}, ${fit.data}`, fit] as const))(
  "profile: %s",
  (_, fit) => {
    const intervals = loadCsv(`${fit.data}.csv`).then((table) => {
      return reml(fit.formula, table, { method: fit.method }).confint({ method: "profile" })
    })

    it("ends found by another optimiser's root search", async () => {
      const rows = await intervals
      expect(rows).toHaveLength(fit.parameters.length + fit.fixed.length)
      fit.parameters.forEach((name, k) => {
        const row = find(rows, ownName(name))
        const width = fit.upper[k]! - fit.lower[k]!
        near(row.lower, fit.lower[k]!, 1e-6 * width)
        near(row.upper, fit.upper[k]!, 1e-6 * width)
      })
      fit.fixed.forEach((name, k) => {
        const row = find(rows, `b[${name}]`)
        const width = fit.fixedUpper[k]! - fit.fixedLower[k]!
        near(row.lower, fit.fixedLower[k]!, 1e-6 * width)
        near(row.upper, fit.fixedUpper[k]!, 1e-6 * width)
      })
    })

    it("lme4's interpolated ends", async () => {
      const rows = await intervals
      const names = [...fit.parameters.map(ownName), ...fit.fixed.map((name) => `b[${name}]`)]
      names.forEach((name, k) => {
        const row = find(rows, name)
        const width = fit.lme4Upper[k]! - fit.lme4Lower[k]!
        near(row.lower, fit.lme4Lower[k]!, 1e-3 * width)
        near(row.upper, fit.lme4Upper[k]!, 1e-3 * width)
      })
    })
  },
)

describe.each(oracle.wald.map((fit) => [`${fit.formula}, ${fit.data}`, fit] as const))(
  "Wald: %s",
  (_, fit) => {
    it("second differences of the deviance", async () => {
      const rows = reml(fit.formula, await loadCsv(`${fit.data}.csv`), { method: "ML" }).confint()
      fit.parameters.forEach((name, k) => {
        const row = find(rows, ownName(name))
        const width = fit.upper[k]! - fit.lower[k]!
        near(row.lower, fit.lower[k]!, 2e-5 * width)
        near(row.upper, fit.upper[k]!, 2e-5 * width)
      })
    })
  },
)

describe("intervals in closed form", () => {
  it("Wald in the balanced one-way layout by REML: mean squares are independent χ²", async () => {
    const fit = reml("bright ~ 1 + (1 | operator)", await loadCsv("pulp.csv"))
    const rows = fit.confint()
    const within = fit.sigma ** 2
    const between = fit.covariances[0]!.covariance[0]!
    const meanSquare = within + 5 * between
    const z = 1.959963984540054
    const halfResidual = z / Math.sqrt(2 * 16)
    near(find(rows, "sd[residual]").upper, fit.sigma * Math.exp(halfResidual), 1e-7)
    const variance = (2 / 25) * (meanSquare ** 2 / 3 + within ** 2 / 16)
    const half = (z * 0.5 * Math.sqrt(variance)) / between
    near(find(rows, "sd[operator,(Intercept)]").lower, Math.sqrt(between) * Math.exp(-half), 1e-6)
    near(find(rows, "b[(Intercept)]").lower, 60.4 - z * fit.fixed[0]!.se, 1e-9)
  })

  it("a singular fit: no Wald interval for what vanished, profile from zero, no correlation", async () => {
    const fit = reml("Yield ~ 1 + (1 | Batch)", await loadCsv("dyestuff2.csv"))
    expect(find(fit.confint(), "sd[Batch,(Intercept)]")).toEqual({
      name: "sd[Batch,(Intercept)]",
      estimate: 0,
      lower: null,
      upper: null,
    })
    const profile = find(fit.confint({ method: "profile" }), "sd[Batch,(Intercept)]")
    expect(profile.lower).toBe(0)
    expect(profile.upper).toBeGreaterThan(1)
  })

  it("profile zeta passes through zero at the ML estimate and through the normal quantiles at the ends", async () => {
    const fit = reml("Reaction ~ Days + (Days | Subject)", await loadCsv("sleepstudy.csv"), { method: "ML" })
    const points = fit.profile({ points: 9, level: 0.9, parameters: ["sd[Subject,Days]", "b[Days]"] })
    expect(points).toHaveLength(18)
    const sd = points.filter((point) => point.name === "sd[Subject,Days]")
    near(sd[0]!.zeta, -1.6448536269514722, 1e-5)
    near(sd[8]!.zeta, 1.6448536269514722, 1e-5)
    for (let k = 1; k < sd.length; k++) expect(sd[k]!.zeta).toBeGreaterThan(sd[k - 1]!.zeta)
    const slope = points.filter((point) => point.name === "b[Days]")
    near(slope[4]!.value, fit.fixed[1]!.estimate, 1e-4)
    near(slope[4]!.zeta, 0, 1e-4)
  })

  it("a correlation that a vanishing variance would hide is followed all the way", async () => {
    const fit = reml("invest ~ value + capital + (value + capital | firm)", await loadCsv("grunfeld.csv"))
    const name = "cor[firm,(Intercept),capital]"
    const [interval] = fit.confint({ method: "profile", parameters: [name] })
    // With the sd of the intercepts at zero the deviance is 4.46 above its minimum: the end lies before that.
    expect(interval!.lower).toBe(-1)
    expect(interval!.upper).toBeGreaterThan(-0.5)
    expect(interval!.upper).toBeLessThan(0)
  })

  it("without fixed effects every method still answers", async () => {
    const fit = reml("yield ~ 0 + (1 | Block)", await loadCsv("oats.csv"))
    expect(fit.anova({ ddf: "kr" })).toEqual([])
    expect(fit.waldTest()).toBeNull()
    for (const method of ["wald", "profile", "boot"] as const) {
      const rows = fit.confint({ method, boot: { replicates: 100 } })
      expect(rows.map((row) => row.name)).toEqual(["sd[Block,(Intercept)]", "sd[residual]"])
      for (const { lower, upper } of rows) expect(lower!).toBeLessThan(upper!)
    }
    expect(fit.exactVarianceTest().p).toBeLessThan(0.001)
    expect(fit.predict()).toHaveLength(72)
  })

  it("wrong options", async () => {
    const fit = reml("bright ~ 1 + (1 | operator)", await loadCsv("pulp.csv"))
    expect(() => fit.confint({ level: 95 })).toThrowError(OptionError)
    expect(() => fit.confint({ parameters: ["sd[operater,(Intercept)]"] })).toThrowError(/not a parameter/)
    expect(fit.confint({ parameters: ["sd[residual]"] })).toHaveLength(1)
    const aborted = AbortSignal.abort()
    expect(() => fit.confint({ method: "profile", signal: aborted })).toThrowError(aborted.reason)
    expect(() => fit.confint({ method: "boot", signal: aborted })).toThrowError(aborted.reason)
  })
})
