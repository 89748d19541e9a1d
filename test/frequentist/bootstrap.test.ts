import { describe, expect, it } from "vitest"
import { OptionError } from "../../src/core/errors.ts"
import { assembleFactors, packTheta, unpackTheta } from "../../src/frequentist/covariance-factor.ts"
import { createCriterion, evaluateCriterion, evaluateTheta } from "../../src/frequentist/criterion.ts"
import { createStatisticsDrawer, createStatisticsReader } from "../../src/frequentist/draw-statistics.ts"
import { fitLmm } from "../../src/frequentist/fit-lmm.ts"
import { fitWithoutRandom } from "../../src/frequentist/likelihood-ratio.ts"
import { createSystem } from "../../src/frequentist/lmm-system.ts"
import { createLikelihood } from "../../src/frequentist/one-factor.ts"
import { createStatistics, describeOneFactor } from "../../src/frequentist/one-factor-model.ts"
import { createRefitter } from "../../src/frequentist/refit.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { createScalarLikelihood } from "../../src/frequentist/scalar-likelihood.ts"
import { orthonormaliseColumns } from "../../src/math/orthonormal-basis.ts"
import { buildDesign } from "../../src/models/formula/build-design.ts"
import { streamFor } from "../../src/random/stream.ts"
import { loadCsv } from "../kit/load-csv.ts"
import { mixedDesigns } from "../kit/mixed-designs.ts"

const oneFactorShapes = Object.entries(mixedDesigns).filter(([name]) => name.includes("one factor"))
const factorOnly = [
  ...oneFactorShapes,
  ["independent bars", mixedDesigns["independent bars on one factor"]!] as const,
]

describe.each(factorOnly)("likelihood by classes of levels: %s", (_, make) => {
  it.each(["REML", "ML"] as const)("criterion and gradient are those of the elimination, %s", (method) => {
    const design = make(3)
    const system = createSystem(design)
    const criterion = createCriterion(system, method)
    const model = describeOneFactor(system, method)!
    const statistics = createStatistics(model)
    const { basis } = orthonormaliseColumns(design.fixed.columns)
    const factor = system.factors[0]!
    createStatisticsReader(model, factor.codes, factor.columns, basis)(design.response.values, statistics)
    const likelihood = createLikelihood(model)
    const scalar = model.q === 1 ? createScalarLikelihood(model) : likelihood
    const k = model.place.length
    const gradient = new Float64Array(k)
    let constant: number | undefined
    for (const scale of [0.1, 0.7, 1.9]) {
      const theta = Float64Array.from(
        { length: k },
        (_, i) => scale * (1 + ((i * 7) % 5) / 5) * (i % 2 === 0 ? 1 : -0.4),
      )
      const wanted = evaluateTheta(criterion, theta)
      const value = likelihood.evaluate(theta, statistics, gradient)
      constant ??= wanted.value - value
      expect(Math.abs(wanted.value - value - constant)).toBeLessThan(1e-9 * Math.abs(wanted.value))
      const slopes = gradient.slice()
      expect(Math.abs(scalar.evaluate(theta, statistics, gradient) - value)).toBeLessThan(
        1e-9 * Math.abs(value),
      )
      for (let i = 0; i < k; i++) expect(Math.abs(slopes[i]! - gradient[i]!)).toBeLessThan(1e-9)
      expect(scalar.beta[0]).toBeCloseTo(likelihood.beta[0]!, 12)
      for (let i = 0; i < k; i++) {
        expect(Math.abs(gradient[i]! - wanted.gradient[i]!)).toBeLessThan(
          1e-7 * (1 + Math.abs(wanted.gradient[i]!)),
        )
      }
    }
  })

  it("statistics drawn from their law have the mean and variance of those of drawn responses", () => {
    const design = make(4)
    const fit = fitLmm(design)
    const { system } = fit.state.criterion
    const model = describeOneFactor(system, "REML")!
    const { basis } = orthonormaliseColumns(design.fixed.columns)
    const factor = system.factors[0]!
    const read = createStatisticsReader(model, factor.codes, factor.columns, basis)
    const draw = createStatisticsDrawer(model, assembleFactors(system, fit.state.factors)[0]!)
    const drawn = createStatistics(model)
    const rng = streamFor("law", 0, "test")
    const n = 4000
    const responses = fit.simulate(n, { seed: "law" })
    const centre = fit.predict(undefined, { random: "none", se: false }).map((row) => row.fit)
    const features = (s: typeof drawn): number[] => [
      s.total[0]!,
      s.projection[0]!,
      s.projection[0]! ** 2,
      s.sums[0]![0]!,
      s.sums[0]![0]! ** 2,
      s.squares.at(-1)![0]!,
      s.squares.at(-1)!.at(-1)!,
      s.squares[0]![0]! * s.total[0]!,
    ]
    const direct: number[][] = []
    const reduced: number[][] = []
    for (const response of responses) {
      const scaled = response.map((y, i) => (y - centre[i]!) / fit.sigma)
      read(scaled, drawn)
      direct.push(features(drawn))
      draw(rng, drawn)
      reduced.push(features(drawn))
    }
    direct[0]!.forEach((_, k) => {
      const moments = (rows: number[][]) => {
        const mean = rows.reduce((sum, row) => sum + row[k]!, 0) / n
        return { mean, variance: rows.reduce((sum, row) => sum + (row[k]! - mean) ** 2, 0) / n }
      }
      const a = moments(direct)
      const b = moments(reduced)
      expect(Math.abs(a.mean - b.mean)).toBeLessThan(4.5 * Math.sqrt((a.variance + b.variance) / n))
    })
  })
})

describe("refits", () => {
  it.each([
    ["sleepstudy", "Reaction ~ Days + (Days | Subject)"],
    ["sleepstudy", "Reaction ~ Days + (Days || Subject)"],
    ["radon", "log_radon ~ floor + (floor | county)"],
    ["penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)"],
    ["pastes", "strength ~ 1 + (1 | batch/cask)"],
  ])(
    "%s, %s: to the response of the fit, the fit; to one of its draws, what a fit from scratch finds",
    async (data, formula) => {
      for (const method of ["REML", "ML"] as const) {
        const fit = reml(formula, await loadCsv(`${data}.csv`), { method })
        const refitter = createRefitter(fit)
        const again = refitter.fit(fit.design.response.values)
        expect(Math.abs(again.criterion - fit.criterion)).toBeLessThan(1e-8 * Math.abs(fit.criterion))
        expect(Math.abs(again.sigma - fit.sigma)).toBeLessThan(1e-5 * fit.sigma)
        fit.fixed.forEach(({ estimate, se }, j) => {
          expect(Math.abs(again.fixed[j]! - estimate)).toBeLessThan(1e-4 * se)
        })
        for (const values of fit.simulate(8, { seed: "refit" })) {
          const scratch = fitLmm({ ...fit.design, response: { ...fit.design.response, values } }, { method })
          const { criterion } = refitter.fit(values)
          expect(criterion - scratch.criterion).toBeLessThan(1e-6)
          expect(criterion - scratch.criterion).toBeGreaterThan(-1e-6)
        }
      }
    },
  )

  it("weights count", async () => {
    const table = await loadCsv("sleepstudy.csv")
    const weights = Array.from({ length: table.rows }, (_, i) => (i % 3) + 1)
    const fit = reml("Reaction ~ Days + (Days | Subject)", table, { weights })
    const { criterion, fixed } = createRefitter(fit).fit(fit.design.response.values)
    expect(Math.abs(criterion - fit.criterion)).toBeLessThan(1e-6)
    expect(fixed[0]).toBeCloseTo(fit.fixed[0]!.estimate, 4)
  })

  it("draws and responses give the same distribution of the estimates", async () => {
    const fit = reml("Reaction ~ Days + (Days | Subject)", await loadCsv("sleepstudy.csv"))
    const n = 1500
    const { values, notConverged } = fit.bootstrap({ replicates: n, seed: "distribution" })
    expect(notConverged).toBe(0)
    const refitter = createRefitter(fit)
    const { system } = fit.state.criterion
    const slow = fit.simulate(n, { seed: "distribution" }).map((response) => {
      const refit = refitter.fit(response)
      const [t] = unpackTheta(system.terms, refit.theta)
      const { scaling } = system.terms[0]!
      return [refit.sigma, refit.fixed[1]!, (refit.sigma * Math.hypot(t![2]!, t![3]!)) / scaling[3]!]
    })
    ;["sd[residual]", "b[Days]", "sd[Subject,Days]"].forEach((name, k) => {
      const fast = values.get(name)!
      const mean = (list: ArrayLike<number>) => Array.from(list).reduce((sum, value) => sum + value, 0) / n
      const other = slow.map((row) => row[k]!)
      const variance = mean(Array.from(fast, (value) => (value - mean(fast)) ** 2))
      expect(Math.abs(mean(fast) - mean(other))).toBeLessThan(4.5 * Math.sqrt((2 * variance) / n))
      const otherVariance = mean(other.map((value) => (value - mean(other)) ** 2))
      expect(Math.abs(Math.log(variance / otherVariance))).toBeLessThan(4.5 * Math.sqrt(4 / n))
    })
  })
})

describe("bootstrap likelihood-ratio test", () => {
  it("pulp: share at zero and p of the exact distribution", async () => {
    const table = await loadCsv("pulp.csv")
    const replicates = 10000
    const ml = reml("bright ~ 1 + (1 | operator)", table, { method: "ML" })
    const test = ml.bootstrapLrt(undefined, { replicates, seed: "pulp" })
    expect(test.statistic.toFixed(6)).toBe("2.568371")
    const share = 0.7014771
    expect(Math.abs(test.zeroShare - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / replicates))
    const p = 0.0226089
    expect(Math.abs(test.p - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / replicates))
    const again = ml.bootstrapLrt(undefined, { replicates: 500, seed: "pulp" })
    expect([...again.statistics]).toEqual([...test.statistics.slice(0, 500)])
    // Through responses, because the fixed part given is another design.
    const plain = fitWithoutRandom(buildDesign("bright ~ 1", table), "ML")
    expect(ml.bootstrapLrt(plain, { replicates: 200, seed: "pulp" }).statistic).toBeCloseTo(test.statistic, 8)
  })

  it("against a smaller mixed model, and one with fewer fixed effects", async () => {
    const table = await loadCsv("sleepstudy.csv")
    const ml = (formula: string) => reml(formula, table, { method: "ML" })
    const large = ml("Reaction ~ Days + (Days | Subject)")
    const slopes = large.bootstrapLrt(ml("Reaction ~ Days + (1 | Subject)"), { replicates: 300 })
    expect(slopes.p).toBeCloseTo(1 / 301, 12)
    expect(slopes.statistic).toBeCloseTo(42.139, 2)
    const days = large.bootstrapLrt(ml("Reaction ~ 1 + (Days | Subject)"), { replicates: 300 })
    expect(days.statistic).toBeCloseTo(23.537, 2)
    expect(days.zeroShare).toBe(0)
    // χ²₁ to first order, a little wider.
    const mean = days.statistics.reduce((sum, value) => sum + value, 0) / 300
    expect(Math.abs(mean - 1.1)).toBeLessThan(4.5 * Math.sqrt(2.6 / 300))
    const flat = fitWithoutRandom(buildDesign("Reaction ~ 1", table), "ML")
    expect(large.bootstrapLrt(flat, { replicates: 50 }).p).toBeCloseTo(1 / 51, 12)
  })

  it("crossed factors", async () => {
    const table = await loadCsv("penicillin.csv")
    const large = reml("diameter ~ 1 + (1 | plate) + (1 | sample)", table)
    const test = large.bootstrapLrt(reml("diameter ~ 1 + (1 | plate)", table), { replicates: 40 })
    expect(test.p).toBeCloseTo(1 / 41, 12)
    expect(test.zeroShare).toBeGreaterThan(0.3)
  })

  it("intervals: percentile and basic mirror each other, normal has the spread", async () => {
    const fit = reml("Reaction ~ Days + (Days | Subject)", await loadCsv("sleepstudy.csv"))
    const boot = { replicates: 2000, seed: "interval" }
    const of = (interval: "percentile" | "basic" | "normal") => {
      return fit.confint({ method: "boot", boot: { ...boot, interval }, parameters: ["b[Days]"] })[0]!
    }
    const [percentile, basic, normal] = [of("percentile"), of("basic"), of("normal")]
    const estimate = fit.fixed[1]!.estimate
    expect(percentile.lower! + basic.upper!).toBeCloseTo(2 * estimate, 9)
    expect(percentile.upper! + basic.lower!).toBeCloseTo(2 * estimate, 9)
    const half = 1.96 * fit.fixed[1]!.se
    expect(Math.abs(normal.upper! - estimate - half)).toBeLessThan(half * 4 * Math.sqrt(1 / 4000 + 1 / 2000))
  })

  it("reports progress, stops when told, and wants a number of replicates", async () => {
    const fit = reml("bright ~ 1 + (1 | operator)", await loadCsv("pulp.csv"))
    const seen: number[] = []
    fit.bootstrap({ replicates: 600, onProgress: (done) => seen.push(done) })
    expect(seen).toEqual([250, 500, 600])
    const controller = new AbortController()
    const stop = () =>
      fit.bootstrap({
        replicates: 600,
        signal: controller.signal,
        onProgress: () => controller.abort("enough"),
      })
    expect(stop).toThrowError("enough")
    expect(() => fit.bootstrap({ replicates: 0 })).toThrowError(OptionError)
  })
})

describe("no random effects", () => {
  it.each(["REML", "ML"] as const)(
    "the criterion of the linear model is that at θ = 0, %s",
    async (method) => {
      const table = await loadCsv("sleepstudy.csv")
      const weights = Float64Array.from({ length: table.rows }, (_, i) => (i % 3) + 1)
      const design = buildDesign("Reaction ~ Days + (Days | Subject)", table)
      for (const w of [null, weights]) {
        const system = createSystem(design, w)
        const zero = unpackTheta(system.terms, packTheta(system.terms, [new Float64Array(4)]))
        const { value } = evaluateCriterion(createCriterion(system, method), zero)
        expect(fitWithoutRandom(design, method, w).criterion).toBeCloseTo(value, 8)
      }
    },
  )
})
