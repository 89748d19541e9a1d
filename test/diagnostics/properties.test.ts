import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { autocorrelation } from "../../src/diagnostics/autocorrelation.ts"
import { averageAutocovariance, lazyAutocovariance } from "../../src/diagnostics/autocovariance.ts"
import { poolChains } from "../../src/diagnostics/chains.ts"
import { essBulk } from "../../src/diagnostics/ess-bulk.ts"
import { essTail } from "../../src/diagnostics/ess-tail.ts"
import { gewekeZ, largestGewekeZ } from "../../src/diagnostics/geweke.ts"
import { integratedAutocorrelationTime } from "../../src/diagnostics/integrated-autocorrelation-time.ts"
import { mean, variance } from "../../src/diagnostics/moments.ts"
import { foldOrdered, orderValues } from "../../src/diagnostics/ordered.ts"
import { quantile } from "../../src/diagnostics/quantile.ts"
import { diagnostics } from "../../src/diagnostics/registry.ts"
import { rhat } from "../../src/diagnostics/rhat.ts"
import { summarise } from "../../src/diagnostics/summarise.ts"
import { relativeError } from "./fixtures.ts"
import { normals } from "./random.ts"

/** AR(1) chains about 0 with sd 1. */
function ar1(chains: number, length: number, phi: number, seed: number): Float64Array[] {
  const normal = normals(seed)
  return Array.from({ length: chains }, () => {
    let x = normal()
    return Float64Array.from({ length }, () => (x = phi * x + Math.sqrt(1 - phi * phi) * normal()))
  })
}

const shapes = fc.record({
  chains: fc.integer({ min: 1, max: 4 }),
  length: fc.integer({ min: 12, max: 90 }),
  phi: fc.constantFrom(0, 0.4, 0.9),
  seed: fc.integer({ min: 1, max: 1e6 }),
})

/** Each chain is judged on its own, so lengths may differ. */
const perChain = new Set(["gewekeZ", "essSpectral", "stationarityP", "dependenceFactor"])

describe("every diagnostic", () => {
  it("does not depend on the order of the chains, but for rounding", () => {
    fc.assert(
      fc.property(shapes, ({ chains, length, phi, seed }) => {
        const draws = ar1(chains, length, phi, seed)
        for (const { compute } of diagnostics) {
          expect(relativeError(compute([...draws].reverse()), compute(draws), 1e-3)).toBeLessThan(1e-9)
        }
      }),
      { seed: 11, numRuns: 40 },
    )
  })

  it("follows a change of units, however small", () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(-60, -20, 3, 40), ({ chains, length, phi, seed }, power) => {
        // Powers of two: scaling is exact, and no result may depend on an absolute tolerance.
        const unit = 2 ** power
        const draws = ar1(chains, length, phi, seed)
        const scaled = draws.map((chain) => chain.map((value) => unit * value))
        for (const { jsonName, compute } of diagnostics) {
          const factor = jsonName.startsWith("mcse") ? unit : 1
          expect(relativeError(compute(scaled), factor * compute(draws))).toBeLessThan(1e-9)
        }
      }),
      { seed: 12, numRuns: 40 },
    )
  })

  it("is NaN for chains of unequal length, no chains and no draws", () => {
    const uneven = [...ar1(1, 100, 0, 1), ...ar1(1, 99, 0, 2)]
    for (const { name, compute } of diagnostics) {
      if (!perChain.has(name)) expect(compute(uneven)).toBeNaN()
      expect(compute([])).toBeNaN()
      expect(compute([new Float64Array(0)])).toBeNaN()
    }
  })

  it("is NaN for 1 to 3 draws a chain, whatever the number of chains", () => {
    for (const length of [1, 2, 3]) {
      for (const chains of [1, 2, 4]) {
        for (const { name, compute } of diagnostics) {
          // Nested R-hat is made for chains of few draws.
          if (name !== "rhatNested") expect(compute(ar1(chains, length, 0, 3))).toBeNaN()
        }
      }
    }
  })

  it("has names of its own", () => {
    expect(new Set(diagnostics.map((d) => d.name)).size).toBe(diagnostics.length)
    expect(diagnostics.map((d) => d.jsonName)).toEqual([
      "rhat",
      "ess_bulk",
      "ess_tail",
      "ess_mean",
      "ess_sd",
      "ess_median",
      "mcse_mean",
      "mcse_sd",
      "mcse_q5",
      "mcse_q50",
      "mcse_q95",
      "iact",
      "geweke_z",
      "rhat_nested",
      "ess_spectral",
      "stationarity_p",
      "dependence_factor",
    ])
  })
})

describe("rank-based diagnostics", () => {
  it("do not change under a monotone transformation, but for the folding of R-hat", () => {
    const draws = ar1(3, 150, 0.6, 5)
    const transformed = draws.map((chain) => chain.map((value) => Math.exp(3 * value)))
    expect(essBulk(transformed)).toBe(essBulk(draws))
    expect(essTail(transformed)).toBe(essTail(draws))
  })

  it("see a difference in scale", () => {
    const [a, b] = ar1(2, 1000, 0, 6)
    expect(rhat([a!, b!])).toBeLessThan(1.01)
    expect(rhat([a!, b!.map((value) => 3 * value)])).toBeGreaterThan(1.1)
  })
})

describe("effective sample sizes", () => {
  it.each([-0.4, 0, 0.5, 0.9])("tell the autocorrelation time of AR(1) with coefficient %d", (phi) => {
    const times = Array.from({ length: 30 }, (_, k) =>
      integratedAutocorrelationTime(ar1(4, 1000, phi, 100 + k)),
    )
    const values = Float64Array.from(times)
    const expected = (1 + phi) / (1 - phi)
    // Cutting off the sum biases the estimate by a few per cent; the mean of 30 is known to about one.
    const error = Math.sqrt(variance(values) / values.length)
    expect(Math.abs(mean(values) - expected)).toBeLessThan(4 * error + 0.04 * expected)
  })
})

describe("autocorrelation", () => {
  it("is the sum of products", () => {
    fc.assert(
      fc.property(shapes, ({ length, phi, seed }) => {
        const [chain] = ar1(1, length, phi, seed)
        const centred = chain!.map((value) => value - mean(chain!))
        const sum = (lag: number): number =>
          centred.subarray(lag).reduce((total, value, i) => total + value * centred[i]!, 0)
        const found = autocorrelation(chain!, length - 1)
        for (let lag = 0; lag < length; lag++)
          expect(Math.abs(found[lag]! - sum(lag) / sum(0))).toBeLessThan(1e-13)
      }),
      { seed: 13, numRuns: 40 },
    )
  })

  it("stops at the last lag there is", () => {
    expect(autocorrelation(Float64Array.of(1, 2, 4), 10)).toHaveLength(3)
    expect(autocorrelation(Float64Array.of(1, 2, 4), 1)).toHaveLength(2)
    expect(autocorrelation(new Float64Array(0), 5)).toHaveLength(0)
  })

  it("is NaN for a chain that never moves", () => {
    expect([...autocorrelation(new Float64Array(5).fill(0.1), 2)]).toEqual([NaN, NaN, NaN])
  })
})

describe("averageAutocovariance", () => {
  it("averages an odd number of series", () => {
    const series = ar1(3, 50, 0.5, 7)
    const single = series.map((one) => averageAutocovariance([one]))
    const average = averageAutocovariance(series)
    for (let lag = 0; lag < 50; lag++) {
      const expected = single.reduce((sum, one) => sum + one[lag]! / 3, 0)
      expect(Math.abs(average[lag]! - expected)).toBeLessThan(1e-14)
    }
  })
})

describe("lazyAutocovariance", () => {
  it.each([0, 0.5, 0.95])("is the same at every lag, in any order (AR %d)", (phi) => {
    for (const length of [3, 4, 7, 60, 61]) {
      const series = ar1(3, length, phi, 8)
      const all = averageAutocovariance(series)
      const at = lazyAutocovariance(
        series,
        Float64Array.from(series, (one) => mean(one)),
      )
      for (let lag = 0; lag < length; lag++)
        expect(Math.abs(at(lag) - all[lag]!)).toBeLessThan(1e-13 * Math.max(1, all[0]!))
      expect(Math.abs(at(2) - all[2]!)).toBeLessThan(1e-13)
    }
  })
})

describe("orderValues", () => {
  const anyDoubles = fc.array(
    fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, Infinity, -Infinity, Number.NaN)),
    {
      maxLength: 200,
    },
  )

  it("sorts as Float64Array does, stably, and knows where each value was", () => {
    fc.assert(
      fc.property(anyDoubles, (list) => {
        const values = Float64Array.from(list)
        const { sorted, order } = orderValues(values)
        expect([...sorted]).toEqual([...values.slice().sort()])
        expect([...sorted]).toEqual(Array.from(order, (i) => values[i]))
        expect([...order].sort((a, b) => a - b)).toEqual(list.map((_, i) => i))
        for (let k = 1; k < order.length; k++) {
          if (Object.is(sorted[k], sorted[k - 1])) expect(order[k]!).toBeGreaterThan(order[k - 1]!)
        }
      }),
      { seed: 14, numRuns: 300 },
    )
  })

  it("sorts values that agree in their first twenty bits, whatever room was used before", () => {
    const normal = normals(16)
    const values = Float64Array.from({ length: 500 }, () => 1e9 + 1e-3 * normal())
    orderValues(new Float64Array(700).fill(1))
    const { sorted, order } = orderValues(values)
    expect([...sorted]).toEqual([...values.slice().sort()])
    expect([...sorted]).toEqual(Array.from(order, (i) => values[i]))
  })

  it("puts NaN of either sign last", () => {
    const values = Float64Array.of(Number.NaN, 1, Infinity, -Infinity)
    new Uint32Array(values.buffer)[1] = 0xfff80000
    new Uint8Array(values.buffer)[7] = 0xff
    expect(values[0]).toBeNaN()
    expect([...orderValues(values).sorted]).toEqual([-Infinity, 1, Infinity, Number.NaN])
  })

  it("folds as sorting the distances does", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 })), {
          minLength: 1,
          maxLength: 60,
        }),
        (list) => {
          const values = Float64Array.from(list)
          const median = quantile(values, 0.5)
          fc.pre(Number.isFinite(median))
          const { sorted, order } = foldOrdered(orderValues(values), median)
          const distances = values.map((value) => Math.abs(value - median))
          expect([...sorted]).toEqual([...distances.slice().sort()])
          expect([...sorted]).toEqual(Array.from(order, (i) => distances[i]))
        },
      ),
      { seed: 15, numRuns: 300 },
    )
  })
})

describe("moments and quantiles", () => {
  it("are exact for equal values", () => {
    const values = new Float64Array(1000).fill(0.1)
    expect(mean(values)).toBe(0.1)
    expect(variance(values)).toBe(0)
    const [summary] = summarise([{ name: "x", chains: [values, values] }])
    expect(summary).toMatchObject({ mean: 0.1, sd: 0, q5: 0.1, q50: 0.1, q95: 0.1, rhat: NaN, essBulk: NaN })
  })

  it("keep their figures far from zero", () => {
    const values = Float64Array.from({ length: 999 }, (_, i) => 1e9 + (i % 3))
    expect(mean(values)).toBe(1e9 + 1)
    expect(relativeError(variance(values), (2 / 3) * (999 / 998))).toBeLessThan(1e-14)
  })

  it("interpolate between order statistics", () => {
    const values = Float64Array.of(4, 1, 3, 2)
    expect([0, 0.5, 1, 0.25].map((p) => quantile(values, p))).toEqual([1, 2.5, 4, 1.75])
    expect([-0.1, 1.1, NaN].map((p) => quantile(values, p))).toEqual([NaN, NaN, NaN])
    expect(quantile(Float64Array.of(1, NaN), 0)).toBeNaN()
    expect(quantile(new Float64Array(0), 0.5)).toBeNaN()
    expect([...values]).toEqual([4, 1, 3, 2])
  })
})

describe("Geweke's diagnostic", () => {
  it("takes the windows it is given", () => {
    const [chain] = ar1(1, 200, 0, 8)
    expect(gewekeZ(chain!, { firstFraction: 0.2, lastFraction: 0.3 })).not.toBe(gewekeZ(chain!))
  })

  it("reports the chain farthest from 0, with its sign", () => {
    const [a, b] = ar1(2, 200, 0, 9)
    const drift = a!.map((value, i) => value + i / 50)
    expect(gewekeZ(drift)).toBeLessThan(-2)
    expect(largestGewekeZ([b!, drift, a!])).toBe(gewekeZ(drift))
  })

  it("is NaN where two draws would have to give a variance", () => {
    const [chain] = ar1(1, 12, 0, 8)
    expect(gewekeZ(chain!)).not.toBeNaN()
    expect(gewekeZ(chain!.subarray(1))).toBeNaN()
  })

  it("is NaN for a chain that stands still", () => {
    expect(gewekeZ(new Float64Array(100).fill(2))).toBeNaN()
  })
})

describe("poolChains", () => {
  it("copies chain after chain", () => {
    expect([...poolChains([Float64Array.of(1, 2), Float64Array.of(3)])]).toEqual([1, 2, 3])
  })
})
