import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { LmmFit } from "../../src/frequentist/lmm-fit.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { findCsv, loadCsv } from "../kit/load-csv.ts"

interface OracleRow {
  readonly grp: string
  readonly var1?: string
  readonly var2?: string
  readonly vcov: number
  readonly sdcor: number
}

interface OracleFit {
  readonly data: string
  readonly formula: string
  readonly method: "REML" | "ML"
  readonly contrasts: "treatment" | "sum"
  readonly nobs: number
  readonly criterion: number
  readonly logLik: number
  readonly theta: Record<string, number>
  readonly sigma: number
  readonly fixed: { readonly names: string | string[]; estimate: number | number[]; se: number | number[] }
  readonly varcorr: readonly OracleRow[]
  readonly ranef: Record<string, readonly Record<string, number | string>[]>
}

const oracle: Record<string, OracleFit> = JSON.parse(
  readFileSync(new URL("../oracle/lmm-lme4.json", import.meta.url), "utf8"),
)
const singular = new Set(["dyestuff2"])
const here = Object.entries(oracle).filter(([, fit]) => findCsv(fit.data) !== undefined)
const absent = Object.keys(oracle).filter((name) => !here.some(([present]) => present === name))

describe.each(here)("%s", (name, expected) => {
  const fitted = loadCsv(expected.data).then((table) => {
    return reml(expected.formula, table, { method: expected.method, contrasts: expected.contrasts })
  })
  // Singular fits: 1e-3 absolute; the others 1e-4 relative.
  const near = (actual: number, wanted: number) => {
    const allowed = singular.has(name) ? 1e-3 : 1e-4 * Math.abs(wanted)
    expect(Math.abs(actual - wanted), `${actual} against ${wanted}`).toBeLessThanOrEqual(allowed)
  }

  it("criterion, convergence, number of rows", async () => {
    const fit = await fitted
    expect(fit.nobs).toBe(expected.nobs)
    expect(fit.converged, fit.log.join("; ")).toBe(true)
    expect(fit.singular).toBe(singular.has(name))
    expect(fit.kktResidual).toBeLessThan(1e-3)
    expect(Math.abs(fit.criterion - expected.criterion)).toBeLessThan(1e-8 * Math.abs(expected.criterion))
    expect(Math.abs(fit.logLik - expected.logLik)).toBeLessThan(1e-8 * Math.abs(expected.logLik))
  })

  it("fixed effects and standard errors", async () => {
    const fit = await fitted
    const names = [expected.fixed.names].flat()
    expect(fit.fixed.map((row) => row.name.replaceAll(" ", ""))).toEqual(
      names.map((n) => n.replaceAll(" ", "")),
    )
    const estimates = [expected.fixed.estimate].flat()
    const ses = [expected.fixed.se].flat()
    fit.fixed.forEach((row, j) => {
      // An estimate that happens to be near zero is right to its standard error, not to itself.
      expect(Math.abs(row.estimate - estimates[j]!)).toBeLessThan(
        1e-4 * Math.max(ses[j]!, Math.abs(estimates[j]!)),
      )
      near(row.se, ses[j]!)
    })
  })

  it("theta, sigma and variance components", async () => {
    const fit = await fitted
    near(fit.sigma, expected.sigma)
    const theta = Object.values(expected.theta)
    expect(fit.theta).toHaveLength(theta.length)
    const largest = Math.max(...theta)
    theta.forEach((value, k) => {
      expect(Math.abs(fit.theta[k]! - value)).toBeLessThan(
        1e-4 * Math.max(largest, singular.has(name) ? 10 : 0),
      )
    })
    const rows = [...fit.varcorr]
    expect(rows).toHaveLength(expected.varcorr.length)
    expected.varcorr.forEach((row, k) => {
      const actual = rows[k]!
      if ("cor" in actual) {
        near(actual.cor, row.sdcor)
        near(actual.cov, row.vcov)
      } else near(actual.sd, row.sdcor)
    })
  })

  it("BLUPs of the first levels", async () => {
    const fit = await fitted
    const ranef = fit.ranef()
    for (const [group, rows] of Object.entries(expected.ranef)) {
      const known = matchGroup(group, Object.keys(ranef))
      const actual = ranef[known]!
      for (const row of rows) {
        const level = actual.find((entry) => sameParts(entry.level, String(row.level)))
        expect(level, `${group} ${row.level}`).toBeDefined()
        for (const [term, value] of Object.entries(row)) {
          if (term === "level" || term === "_row") continue
          const key = Object.keys(level!).find((k) => k.replaceAll(" ", "") === term.replaceAll(" ", ""))!
          expect(Math.abs(Number(level![key]) - Number(value))).toBeLessThan(
            1e-4 * scaleOfEffect(fit, known, key),
          )
        }
      }
    }
  })
})

it(`all ${Object.keys(oracle).length} fits compared, or left out because their data are not here: ${
  absent.join(", ") || "none"
}`, () => {
  // Only sets that may not ship can be missing.
  const mayBeAbsent = ["eggs.csv", "psid.csv", "pig.csv"]
  for (const name of absent) expect(mayBeAbsent).toContain(oracle[name]!.data)
})

/** The standard deviation of the effect; sigma where that is zero. */
function scaleOfEffect(fit: LmmFit, group: string, term: string): number {
  for (const row of fit.varcorr) {
    if ("sd" in row && "term" in row && row.group === group && row.term === term && row.sd > 0) return row.sd
  }
  return fit.sigma
}

/** R may print the factors of an interaction in another order: `state:region` for `region/state`. */
function matchGroup(group: string, known: readonly string[]): string {
  return known.find((candidate) => sameParts(candidate, group)) ?? group
}

function sameParts(a: string, b: string): boolean {
  return a.split(":").sort().join(":") === b.split(":").sort().join(":")
}
