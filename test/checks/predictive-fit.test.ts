import { readFileSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compareModels } from "../../src/checks/compare-models.ts"
import { DataError, OptionError } from "../../src/core/errors.ts"
import { dic } from "../../src/diagnostics/dic.ts"
import { fitGeneralizedPareto, generalizedParetoQuantile } from "../../src/diagnostics/generalized-pareto.ts"
import { estimateSum, logSumExp, type PredictiveFit } from "../../src/diagnostics/log-likelihood.ts"
import { paretoKLimit, paretoSmooth } from "../../src/diagnostics/pareto-smoothing.ts"
import { looPit, psisLoo, relativeEfficiencies } from "../../src/diagnostics/psis-loo.ts"
import { waic } from "../../src/diagnostics/waic.ts"
import { relativeError } from "../diagnostics/fixtures.ts"
import { normals } from "../diagnostics/random.ts"

type Encoded = number | "NaN" | "Inf" | "-Inf"

interface Stored {
  readonly y: number[]
  readonly cases: {
    readonly name: string
    readonly chains: number
    readonly logLikelihood: number[][]
    readonly replicated: number[][]
    readonly relativeEfficiency: Encoded[]
    readonly paretoK: Encoded[]
    readonly ess: Encoded[]
    readonly elpd: Encoded[]
    readonly parameters: Encoded[]
    /** elpd, its se, p, its se, looic, its se. */
    readonly estimates: Encoded[]
    readonly mcse: Encoded
    readonly logWeights: Encoded[]
    readonly pit: Encoded[]
    readonly waic: Encoded[]
    readonly waicElpd: Encoded[]
  }[]
  readonly compared: {
    readonly logLikelihoods: Record<string, number[][]>
    readonly order: string[]
    readonly elpdDifference: Encoded[]
    readonly seDifference: Encoded[]
  }
  readonly generalizedPareto: {
    readonly exceedances: number[]
    readonly shape: number
    readonly scale: number
  }
}

const stored: Stored = JSON.parse(
  readFileSync(new URL("../oracle/predictive-fit.json", import.meta.url), "utf8"),
)
const decode = (value: Encoded): number => Number(String(value).replace("Inf", "Infinity"))
const rows = (matrix: readonly (readonly number[])[]): Float64Array[] =>
  matrix.map((row) => Float64Array.from(row))

/** Relative to the larger of the value and `floor`. */
function expectNear(found: Iterable<number>, expected: readonly Encoded[], floor = 1e-300): void {
  const values = [...found]
  expect(values).toHaveLength(expected.length)
  for (const [i, value] of values.entries()) {
    expect(relativeError(value, decode(expected[i]!), floor)).toBeLessThan(1e-8)
  }
}

const sums = ({ elpd, effectiveParameters, informationCriterion }: PredictiveFit): number[] =>
  [elpd, effectiveParameters, informationCriterion].flatMap(({ value, se }) => [value, se])

describe.each(stored.cases)("$name", (one) => {
  const logLikelihood = rows(one.logLikelihood)
  const copy = rows(one.logLikelihood)

  it("PSIS-LOO is loo's", () => {
    const found = psisLoo(logLikelihood, { chains: one.chains })
    expectNear(found.relativeEfficiency, one.relativeEfficiency)
    expectNear(found.paretoK, one.paretoK, 1)
    expectNear(found.ess, one.ess)
    expectNear(found.pointwise.elpd, one.elpd)
    expectNear(found.pointwise.effectiveParameters, one.parameters, 1)
    expectNear(sums(found), one.estimates)
    const reliable = found.paretoK.every((k) => k <= found.paretoKLimit)
    if (reliable) expectNear([found.mcse], [one.mcse])
    else expect(found.mcse).toBeNaN()
    expect(found.warnings).toHaveLength(reliable ? 0 : 1)
  })

  it("the smoothed weights are loo's", () => {
    const last = logLikelihood[11]!
    const { logWeights } = paretoSmooth(
      last.map((value) => -value),
      decode(one.relativeEfficiency[11]!),
    )
    expectNear(logWeights, one.logWeights, 1)
  })

  it("WAIC is loo's", () => {
    const found = waic(logLikelihood)
    expectNear(found.pointwise.elpd, one.waicElpd)
    expectNear(sums(found), one.waic)
  })

  it("leaves the log likelihood as it is", () => {
    psisLoo(logLikelihood, { chains: one.chains })
    waic(logLikelihood)
    expect(logLikelihood).toEqual(copy)
  })
})

describe("looPit", () => {
  const [one] = stored.cases
  const logLikelihood = rows(one!.logLikelihood)
  const observed = Float64Array.from(stored.y)

  it("is the sum of loo's weights", () => {
    const { atMost, below } = looPit(observed, rows(one!.replicated), logLikelihood, { chains: one!.chains })
    expectNear(atMost, one!.pit, 1e-3)
    expect(below).toEqual(atMost)
  })

  it("tells apart p(ỹ < y) and p(ỹ ≤ y) of discrete data", () => {
    const replicated = logLikelihood.map((row) => row.map((_, s) => s % 3))
    const ones = new Float64Array(12).fill(1)
    const equal = logLikelihood.map((row) => new Float64Array(row.length))
    const { atMost, below } = looPit(ones, replicated, equal, { chains: 4 })
    for (let i = 0; i < 12; i++) {
      expect(atMost[i]).toBeCloseTo(2 / 3, 12)
      expect(below[i]).toBeCloseTo(1 / 3, 12)
    }
    const all = looPit(
      ones.map(() => 9),
      replicated,
      logLikelihood,
      { chains: 4 },
    )
    expect(all.atMost.every((p) => p > 1 - 1e-12 && p <= 1)).toBe(true)
  })

  it("refuses replications of another shape", () => {
    expect(() => looPit(observed, rows(one!.replicated).slice(1), logLikelihood, { chains: 4 })).toThrow(
      OptionError,
    )
  })
})

describe("compareModels", () => {
  const { logLikelihoods, order, elpdDifference, seDifference } = stored.compared
  const fits = Object.fromEntries(
    Object.entries(logLikelihoods).map(([name, matrix]) => [
      name,
      psisLoo(rows(matrix), { chains: 1, relativeEfficiency: new Float64Array(12).fill(1) }),
    ]),
  )

  it("is loo's, the best first", () => {
    const table = compareModels(fits)
    expect(table.map(({ name }) => name)).toEqual(order)
    expectNear(
      table.map((row) => row.elpdDifference),
      elpdDifference,
    )
    expectNear(
      table.map((row) => row.seDifference),
      seDifference,
    )
    expect([table[0]!.elpdDifference, table[0]!.seDifference]).toEqual([0, 0])
  })

  it("refuses what cannot be compared", () => {
    const [a] = Object.values(logLikelihoods).map(rows)
    expect(() => compareModels({})).toThrow("found no models")
    expect(() => compareModels({ a: fits.a!, b: waic(a!) })).toThrow(
      "found waic of 12 observations, expected psis-loo of 12 observations as of a",
    )
    expect(() => compareModels({ a: waic(a!), b: waic(a!.slice(1)) })).toThrow("waic of 11 observations")
  })
})

describe("dic", () => {
  it("is mean deviance plus effective parameters, and about right for a normal mean", () => {
    // One parameter with its exact posterior: p_D and p_V are 1 but for Monte Carlo error.
    const normal = normals(5)
    const y = Array.from({ length: 30 }, normal)
    const centre = y.reduce((sum, value) => sum + value, 0) / 30
    const logDensity = (value: number, mu: number): number =>
      -0.5 * Math.log(2 * Math.PI) - (value - mu) ** 2 / 2
    const mus = Array.from({ length: 4000 }, () => centre + normal() / Math.sqrt(30))
    const found = dic(
      y.map((value) => Float64Array.from(mus, (mu) => logDensity(value, mu))),
      Float64Array.from(y, (value) => logDensity(value, centre)),
    )
    // The deviance is a constant plus χ² of one degree: sd √2 of the mean's terms; var 2, of sd √(60 − 4) / √4000 by its
    // fourth cumulants.
    expect(Math.abs(found.effectiveParameters - 1)).toBeLessThan(4 * Math.sqrt(2 / 4000))
    expect(Math.abs(found.halfVariance - 1)).toBeLessThan(2 * Math.sqrt(56 / 4000))
    expect(found.dic).toBeCloseTo(found.devianceAtEstimate + 2 * found.effectiveParameters, 10)
  })
})

describe("generalized Pareto", () => {
  const { exceedances, shape, scale } = stored.generalizedPareto

  it("is fitted as loo fits it", () => {
    const found = fitGeneralizedPareto(Float64Array.from(exceedances))
    expectNear([found.shape, found.scale], [shape, scale])
  })

  it.each([-0.5, 0, 0.3, 1.2])("quantiles of shape %d solve the distribution function", (k) => {
    const pareto = { shape: k, scale: 2.5 }
    for (const p of [0.01, 0.5, 0.99]) {
      const x = generalizedParetoQuantile(p, pareto)
      const below = k === 0 ? 1 - Math.exp(-x / 2.5) : 1 - (1 + (k * x) / 2.5) ** (-1 / k)
      expect(Math.abs(below - p)).toBeLessThan(1e-13)
    }
  })

  it("finds the shape of its own quantiles", () => {
    for (const k of [0.1, 0.5, 0.9]) {
      const grid = Float64Array.from({ length: 4000 }, (_, j) =>
        generalizedParetoQuantile((j + 0.5) / 4000, { shape: k, scale: 3 }),
      )
      const found = fitGeneralizedPareto(grid)
      expect(Math.abs(found.shape - k)).toBeLessThan(0.02)
      expect(Math.abs(found.scale - 3)).toBeLessThan(0.1)
    }
  })

  it("has no fit where a quarter of the exceedances are 0", () => {
    expect(fitGeneralizedPareto(Float64Array.of(0, 0, 0, 0, 0, 1)).shape).toBe(Infinity)
  })
})

describe("paretoSmooth", () => {
  it("does not depend on a constant, sums to 1 and keeps the order of the ratios", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer(),
        fc.constantFrom(-700, 0, 50),
        (draws, seed, shift) => {
          const normal = normals(seed)
          const ratios = Float64Array.from({ length: draws }, () => 2 * normal())
          const { logWeights, paretoK } = paretoSmooth(ratios)
          expect(Math.abs(logSumExp(logWeights))).toBeLessThan(1e-12)
          const shifted = paretoSmooth(ratios.map((ratio) => ratio + shift))
          if (Number.isFinite(paretoK)) expect(Math.abs(shifted.paretoK - paretoK)).toBeLessThan(1e-8)
          else expect(shifted.paretoK).toBe(paretoK)
          const order = [...ratios.keys()].sort((a, b) => ratios[a]! - ratios[b]!)
          for (let s = 1; s < draws; s++) {
            expect(logWeights[order[s]!]!).toBeGreaterThanOrEqual(logWeights[order[s - 1]!]! - 1e-12)
          }
        },
      ),
      { seed: 3, numRuns: 60 },
    )
  })

  it("leaves equal ratios alone", () => {
    const { logWeights, paretoK } = paretoSmooth(new Float64Array(100).fill(3))
    expect(paretoK).toBe(Infinity)
    expect(logWeights.every((weight) => Math.abs(weight + Math.log(100)) < 1e-13)).toBe(true)
  })

  it("limits k by the number of draws", () => {
    expect(paretoKLimit(100)).toBeCloseTo(0.5, 12)
    expect(paretoKLimit(1e5)).toBe(0.7)
  })
})

describe("bad log likelihoods", () => {
  const sound = Float64Array.of(-1, -2, -3, -4)

  it.each([
    [[], "found no log likelihoods"],
    [[new Float64Array(0)], "found no log likelihoods"],
    [
      [sound, sound.subarray(1)],
      "log likelihood of observation 2: found 3 draws, expected 4 as of the first",
    ],
    [
      [sound, Float64Array.of(-1, NaN, -1, -1)],
      "observation 2: found NaN at draw 2, expected finite numbers",
    ],
    [[Float64Array.of(-1, -1, -1, -Infinity)], "observation 1: found -Infinity at draw 4"],
  ])("%j", (matrix, message) => {
    for (const action of [() => psisLoo(matrix, { chains: 1 }), () => waic(matrix)]) {
      expect(action).toThrow(DataError)
      try {
        action()
      } catch (error) {
        expect(error instanceof DataError && error.oneLine()).toContain(message)
      }
    }
  })

  it("refuses options that do not fit", () => {
    expect(() => psisLoo([sound], { chains: 3 })).toThrow(
      "found 4 draws, expected a multiple of the 3 chains",
    )
    expect(() => psisLoo([sound], { chains: 1, relativeEfficiency: Float64Array.of(1, 1) })).toThrow(
      OptionError,
    )
    expect(() => psisLoo([sound], { chains: 1, relativeEfficiency: Float64Array.of(0) })).toThrow(OptionError)
  })

  it("a likelihood that does not vary has efficiency 1", () => {
    expect(relativeEfficiencies([new Float64Array(40).fill(-2000)], 2)).toEqual(Float64Array.of(1))
  })

  it("a single observation has no standard error", () => {
    expect(estimateSum(Float64Array.of(3))).toEqual({ value: 3, se: NaN })
  })
})
