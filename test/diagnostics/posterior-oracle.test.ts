import { describe, expect, it } from "vitest"
import { autocorrelation } from "../../src/diagnostics/autocorrelation.ts"
import { poolChains } from "../../src/diagnostics/chains.ts"
import { essBulk } from "../../src/diagnostics/ess-bulk.ts"
import { essMean } from "../../src/diagnostics/ess-mean.ts"
import { essQuantile } from "../../src/diagnostics/ess-quantile.ts"
import { essSd } from "../../src/diagnostics/ess-sd.ts"
import { essTail } from "../../src/diagnostics/ess-tail.ts"
import { gewekeZ } from "../../src/diagnostics/geweke.ts"
import { mcseMean } from "../../src/diagnostics/mcse-mean.ts"
import { mcseQuantile } from "../../src/diagnostics/mcse-quantile.ts"
import { mcseSd } from "../../src/diagnostics/mcse-sd.ts"
import { mean, standardDeviation } from "../../src/diagnostics/moments.ts"
import { quantile } from "../../src/diagnostics/quantile.ts"
import { rhat } from "../../src/diagnostics/rhat.ts"
import { summarise } from "../../src/diagnostics/summarise.ts"
import { cases, probabilities, relativeError } from "./fixtures.ts"

const functions: Readonly<Record<string, (chains: readonly Float64Array[]) => number>> = {
  mean: (chains) => mean(poolChains(chains)),
  sd: (chains) => standardDeviation(poolChains(chains)),
  rhat,
  essBulk,
  essTail,
  essMean,
  essSd,
  mcseMean,
  mcseSd,
}

describe.each(cases)("$name", ({ chains, figures, ...expected }) => {
  const copy = chains.map((chain) => chain.slice())

  it.each(Object.entries(functions))("%s is posterior's", (name, compute) => {
    expect(relativeError(compute(chains), figures[name]!)).toBeLessThan(1e-8)
  })

  it.each(probabilities.map((p, i) => [p, i] as const))("quantile %d and its errors are R's", (p, i) => {
    // The fixture holds 15 figures.
    expect(relativeError(quantileOf(chains, p), expected.quantile[i]!)).toBeLessThan(1e-14)
    expect(relativeError(essQuantile(chains, p), expected.essQuantile[i]!)).toBeLessThan(1e-8)
    expect(relativeError(mcseQuantile(chains, p), expected.mcseQuantile[i]!)).toBeLessThan(1e-8)
  })

  it("the autocorrelation of the first chain is posterior's", () => {
    const found = autocorrelation(chains[0]!, 11)
    expect(found).toHaveLength(expected.autocorrelation.length)
    // Absolute: an autocorrelation may be arbitrarily near 0.
    for (const [lag, value] of expected.autocorrelation.entries()) {
      expect(relativeError(found[lag]!, value, 1)).toBeLessThan(1e-12)
    }
  })

  it("Geweke's z is coda's", () => {
    // Below 20 draws the first window holds one or two draws.
    for (const [c, z] of expected.geweke.entries()) {
      if (chains[c]!.length >= 20) expect(relativeError(gewekeZ(chains[c]!), z)).toBeLessThan(1e-8)
    }
  })

  it("the summary repeats the single functions, bit for bit", () => {
    const [summary] = summarise([{ name: "x", chains }])
    const { name, reason, defect, ...found } = summary!
    expect(name).toBe("x")
    expect(found).toEqual({
      ...Object.fromEntries(
        ["mean", "sd", "mcseMean", "mcseSd", "rhat", "essBulk", "essTail"].map((figure) => [
          figure,
          functions[figure]!(chains),
        ]),
      ),
      q5: quantileOf(chains, 0.05),
      q50: quantileOf(chains, 0.5),
      q95: quantileOf(chains, 0.95),
      mcseQ5: mcseQuantile(chains, 0.05),
      mcseQ50: mcseQuantile(chains, 0.5),
      mcseQ95: mcseQuantile(chains, 0.95),
    })
    if (Object.values(found).some(Number.isNaN)) expect(reason).not.toBeNull()
  })

  it("leaves the draws as they are", () => {
    summarise([{ name: "x", chains }])
    for (const compute of Object.values(functions)) compute(chains)
    expect(chains).toEqual(copy)
  })
})

function quantileOf(chains: readonly Float64Array[], p: number): number {
  return quantile(poolChains(chains), p)
}
