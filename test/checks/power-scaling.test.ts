import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { logPrior } from "../../src/checks/log-prior.ts"
import { powerScaling, powerScalingOf } from "../../src/checks/power-scaling.ts"
import { DataError, OptionError } from "../../src/core/errors.ts"
import { cumulativeJensenShannon } from "../../src/diagnostics/jensen-shannon.ts"
import { orderValues } from "../../src/diagnostics/ordered.ts"
import { lookupDistribution } from "../../src/distributions/registry.ts"
import { normalQuantile } from "../../src/math/normal-quantile.ts"
import { lmm } from "../../src/samplers/model.ts"
import { relativeError } from "../diagnostics/fixtures.ts"

interface Stored {
  readonly chains: number
  readonly draws: Record<string, number[]>
  readonly logPrior: number[]
  readonly logLikelihood: number[]
  readonly prior: { value: number[]; k: number[] }
  readonly likelihood: { value: number[]; k: number[] }
  readonly distance: { x: number[]; weights: number[]; value: number }
  readonly normal: { delta: number; n: number; value: number }
}
const stored: Stored = JSON.parse(
  readFileSync(new URL("../oracle/power-scaling.json", import.meta.url), "utf8"),
)
const input = {
  draws: new Map(Object.entries(stored.draws).map(([name, values]) => [name, Float64Array.from(values)])),
  logPrior: Float64Array.from(stored.logPrior),
  logLikelihood: Float64Array.from(stored.logLikelihood),
  chains: stored.chains,
}

describe("the cumulative Jensen–Shannon distance", () => {
  const { x, weights, value } = stored.distance
  const { sorted, order } = orderValues(Float64Array.from(x))
  const ordered = Float64Array.from(order, (i) => weights[i]!)

  it("is that of the fixture, whatever the units and the sign", () => {
    const flipped = sorted.map((one) => -3e5 * one + 7).reverse()
    expect(relativeError(cumulativeJensenShannon(sorted, ordered), value)).toBeLessThan(1e-10)
    expect(relativeError(cumulativeJensenShannon(flipped, ordered.slice().reverse()), value)).toBeLessThan(
      1e-9,
    )
  })

  it("is 0 for equal weights, and does not exist for draws that are all equal", () => {
    expect(cumulativeJensenShannon(Float64Array.of(1, 2, 4), new Float64Array(3).fill(1 / 3))).toBeLessThan(
      1e-8,
    )
    expect(cumulativeJensenShannon(Float64Array.of(2, 2, 2), Float64Array.of(0.1, 0.2, 0.7))).toBeNaN()
    expect(cumulativeJensenShannon(Float64Array.of(1, 2, NaN), Float64Array.of(0.1, 0.2, 0.7))).toBeNaN()
  })

  it("of two normal distributions is the integral", () => {
    const { delta, n, value: exact } = stored.normal
    const draws = Float64Array.from({ length: n }, (_, i) => normalQuantile((i + 0.5) / n))
    const ratios = draws.map((x) => Math.exp(delta * x))
    const total = ratios.reduce((a, b) => a + b, 0)
    const found = cumulativeJensenShannon(
      draws,
      ratios.map((ratio) => ratio / total),
    )
    expect(relativeError(found, exact)).toBeLessThan(2e-3)
  })
})

describe("power-scaling of draws", () => {
  it("sensitivities are those of the published formulas", () => {
    const { rows, paretoK } = powerScalingOf(input)
    rows.forEach((row, i) => {
      expect(relativeError(row.prior, stored.prior.value[i]!)).toBeLessThan(1e-8)
      expect(relativeError(row.likelihood, stored.likelihood.value[i]!)).toBeLessThan(1e-8)
    })
    expect(relativeError(paretoK.prior, Math.max(...stored.prior.k))).toBeLessThan(1e-7)
    expect(relativeError(paretoK.likelihood, Math.max(...stored.likelihood.k))).toBeLessThan(1e-7)
    expect(rows.map(({ diagnosis }) => diagnosis)).toEqual([
      "potential prior-data conflict",
      "potential prior-data conflict",
      "-",
    ])
  })

  it("says why it cannot", () => {
    const few = { ...input, logLikelihood: new Float64Array(4) }
    expect(() => powerScalingOf(few)).toThrow(DataError)
    const broken = input.logLikelihood.with(2, -Infinity)
    expect(() => powerScalingOf({ ...input, logLikelihood: broken })).toThrow("draw 3 is -Infinity")
    expect(() => powerScalingOf(input, { lowerAlpha: 1.2 })).toThrow(OptionError)
  })
})

describe("power-scaling of a posterior", () => {
  const data = {
    y: [1.2, 0.4, -0.3, 0.8, 1.9, 0.1, -0.6, 0.7, 1.1],
    x: [-1.2, 0.3, 0.9, -0.5, 1.1, -0.8, 0.2, -0.4, 1.4],
    g: ["a", "a", "a", "b", "b", "b", "d", "d", "d"],
  }
  const options = { chains: 2, draws: 500, warmup: 200, seed: 1, workers: 1 } as const

  it("tells a prior that fights the data from one that does not matter", async () => {
    const priors = [
      "Intercept ~ normal(-2, 0.5)",
      "b ~ normal(0, 100)",
      "sd(g) ~ fixed(0.5)",
      "sd(residual) ~ fixed(0.8)",
    ]
    const posterior = await sample(lmm("y ~ x + (1 | g)", data, { priors }), options)
    const { rows, warnings } = powerScaling(posterior)
    const row = (name: string) => rows.find((one) => one.name === name)!
    expect(row("b[(Intercept)]").diagnosis).toBe("potential prior-data conflict")
    expect(row("b[x]").prior).toBeLessThan(row("b[(Intercept)]").prior / 2)
    expect(rows.some(({ name }) => name.startsWith("u["))).toBe(false)
    expect(warnings[0]).toContain("in conflict over b[(Intercept)]")
    expect(powerScaling(posterior, { variables: ["b[x]"] }).rows).toHaveLength(1)
  })

  it("the log prior is that of the stated distributions", async () => {
    const priors = [
      "Intercept ~ normal(0.5, 2)",
      "cov(g) ~ huangWand(3, [1, 2])",
      "sd(residual) ~ halfT(3, 1)",
    ]
    const posterior = await sample(lmm("y ~ x + (x | g)", data, { priors }), { ...options, draws: 10 })
    const { values, parameters, flat } = logPrior(posterior, (name) => posterior.draws(name))
    expect([...parameters].sort()).toEqual(["b[(Intercept)]", "cov[g]", "sd[residual]"])
    expect(flat).toEqual(["b[x]"])
    const of = (family: string) => lookupDistribution(family)
    for (const s of [0, 7, 19]) {
      const at = (name: string) => posterior.draws(name)[s]!
      const covariance = Float64Array.of(
        at("var[g,(Intercept)]"),
        at("cov[g,(Intercept),x]"),
        at("cov[g,(Intercept),x]"),
        at("var[g,x]"),
      )
      const huangWand = of("huangWand")
      const [normal, halfT] = [of("normal"), of("halfT")]
      if (huangWand.kind === "scalar" || normal.kind !== "scalar" || halfT.kind !== "scalar")
        throw new Error("kinds")
      const expected =
        normal.logDensity(at("b[(Intercept)]"), [0.5, 4]) +
        halfT.logDensity(at("sd[residual]"), [3, 1]) +
        // Per sd and correlation: times Π sd², but for a constant.
        huangWand.logDensity(covariance, 2, [3, 1, 2]) +
        2 * Math.log(at("sd[g,(Intercept)]") * at("sd[g,x]"))
      expect(relativeError(values[s]!, expected)).toBeLessThan(1e-12)
    }
  })

  it("a flat prior does not count", async () => {
    const posterior = await sample(lmm("y ~ x + (1 | g)", data), options)
    const { warnings } = powerScaling(posterior)
    expect(warnings.at(-1)).toBe("Flat priors cannot be scaled: those of b[(Intercept)], b[x] do not count.")
  })
})
