/** Structured random terms and residuals against nlme. */
import { readFileSync } from "node:fs"
import path from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import type { TableInput } from "../../src/data/to-table.ts"
import type { LmmFit } from "../../src/frequentist/lmm-fit.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { denseStructuredCriterion } from "../kit/dense-structures.ts"

interface Case {
  readonly name: string
  readonly data: string
  readonly formula: string
  readonly options: { readonly residual?: string; readonly weights?: string; readonly method?: "ML" }
  readonly method: "REML" | "ML"
  readonly logLik: number
  readonly fixed: readonly number[]
  readonly se: readonly number[]
  readonly sigma: number
  readonly random: Readonly<Record<string, readonly (readonly number[])[] | number>> | null
  readonly residual: Readonly<Record<string, number | Readonly<Record<string, number>>>>
  readonly normalized: readonly number[]
  readonly pearson: readonly number[]
}

const oracle = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../oracle/lmm-structures.json"), "utf8"),
) as {
  readonly data: Readonly<Record<string, Readonly<Record<string, (number | string)[]>>>>
  readonly cases: readonly Case[]
}

const shipped: Readonly<Record<string, () => TableInput>> = {
  machines: datasets.machines,
  oats: datasets.oats,
  orthodont: datasets.orthodont,
  ovary: datasets.ovary,
  panel_ar1: datasets.panelAr1,
}

function dataOf(name: string): TableInput {
  return oracle.data[name] ?? shipped[name]!()
}

/** nlme's own searches end at a relative 1e-6 or so of the parameters, its long panel at less. */
function relative(actual: number, expected: number, floor = 0): number {
  return Math.abs(actual - expected) / Math.max(Math.abs(expected), floor)
}

describe.each(oracle.cases)("$name", (entry) => {
  let fit: LmmFit
  beforeAll(() => {
    fit = reml(entry.formula, dataOf(entry.data), entry.options)
  })

  it("reaches nlme's likelihood", () => {
    expect(fit.converged).toBe(true)
    expect(fit.method).toBe(entry.method)
    expect(relative(fit.logLik, entry.logLik)).toBeLessThan(1e-7)
  })

  it("agrees in the estimates", () => {
    fit.fixed.forEach(({ estimate, se }, j) => {
      expect(relative(estimate, entry.fixed[j]!, entry.se[j]!)).toBeLessThan(1e-4)
      // lme divides by n for ML standard errors, as this does; gls by n − p in both cases.
      const scale = entry.random === null && entry.method === "ML" ? divisor(fit) : 1
      expect(relative(se, entry.se[j]! / scale)).toBeLessThan(1e-4)
    })
    // σ is that of the first stratum, which nlme takes from the rows as it has sorted them.
    for (const [kind, value] of Object.entries(entry.residual)) {
      const found = fit.residual?.[kind]
      if (typeof value === "number") expect(relative(found as number, value, 0.1)).toBeLessThan(1e-4)
      else {
        const ratios = found as Record<string, number>
        expect(Object.keys(ratios).sort()).toEqual(Object.keys(value).sort())
        for (const [stratum, ratio] of Object.entries(value)) {
          expect(relative(fit.sigma * ratios[stratum]!, entry.sigma * ratio)).toBeLessThan(1e-4)
        }
      }
    }
    if (entry.residual.varIdent === undefined) expect(relative(fit.sigma, entry.sigma)).toBeLessThan(1e-4)
  })

  it("agrees in the covariance matrix of the random effects", () => {
    const [matrix] = Object.values(entry.random ?? {})
    if (matrix === undefined) {
      expect(fit.covariances).toEqual([])
      return
    }
    const expected = typeof matrix === "number" ? [[matrix]] : matrix
    const size = Math.max(...expected.map((row, a) => row[a]!))
    const found = wholeCovariance(fit)
    expected.forEach((row, a) => {
      row.forEach((value, b) => {
        expect(Math.abs(found[a]![b]! - value) / size).toBeLessThan(2e-4)
      })
    })
  })

  it("agrees in Pearson and normalized residuals", () => {
    // nlme's normalized residuals of gls and lme stand in the order of its groups where data are not sorted.
    if (entry.data === "gaps") return
    // The root of an exchangeable correlation matrix is symmetric here and triangular there.
    if (entry.residual.cs !== undefined) return
    const normalized = fit.residualsOf("normalized")
    const scaled = fit.residualsOf("scaled")
    entry.normalized.forEach((value, i) => {
      expect(Math.abs(normalized[i]! - value)).toBeLessThan(1e-3)
    })
    entry.pearson.forEach((value, i) => {
      expect(Math.abs(scaled[i]! - value)).toBeLessThan(1e-3)
    })
  })
})

function divisor({ nobs, fixed }: LmmFit): number {
  return Math.sqrt(nobs / (nobs - fixed.length))
}

/** The covariance matrix of one group's coefficients; independent bars stand side by side. */
function wholeCovariance({ covariances }: LmmFit): number[][] {
  const q = covariances.reduce((sum, { terms }) => sum + terms.length, 0)
  const whole = Array.from({ length: q }, () => new Array<number>(q).fill(0))
  let at = 0
  for (const { terms, covariance } of covariances) {
    const width = terms.length
    for (let a = 0; a < width; a++) {
      for (let b = 0; b < width; b++) whole[at + a]![at + b] = covariance[a * width + b]!
    }
    at += width
  }
  return whole
}

describe("the criterion by the n × n covariance matrix", () => {
  const combined: readonly [
    string,
    string,
    string,
    { residual?: string; weights?: string; method?: "ML" },
  ][] = [
    ["nested groups", "oats", "yield ~ nitro + (1 | Block/Variety)", { residual: "cs(1 | Block:Variety)" }],
    [
      "crossed and weighted",
      "machines",
      "score ~ Machine + (1 | Worker)",
      { weights: "varIdent(Machine)", method: "ML" },
    ],
    [
      "cs beside AR(1)",
      "machines",
      "score ~ Machine + cs(0 + Machine | Worker)",
      { residual: "ar1(1 | Worker:Machine)" },
    ],
    [
      "identity and power",
      "orthodont",
      "distance ~ age + identity(1 + age | Subject)",
      { weights: "varPower(age)" },
    ],
    ["AR(1) over times with gaps", "gaps", "distance ~ age + (1 | Subject)", { residual: "ar1(age)" }],
  ]
  it.each(combined)("%s", (_, name, formula, options) => {
    const fit = reml(formula, dataOf(name), options)
    expect(fit.kktResidual).toBeLessThan(1e-3)
    expect(Math.abs(denseStructuredCriterion(fit, dataOf(name), options) - fit.criterion)).toBeLessThan(
      1e-8 * Math.abs(fit.criterion),
    )
  })
})
