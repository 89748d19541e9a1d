/** Draws against an exact marginal distribution: how many MCSE the mean, sd and quantiles of a sample are off. */
import { poolChains, splitChains } from "../../src/diagnostics/chains.ts"
import { essMean } from "../../src/diagnostics/ess-mean.ts"
import { essBelow } from "../../src/diagnostics/ess-quantile.ts"
import { quantileError } from "../../src/diagnostics/mcse-quantile.ts"
import { sdError } from "../../src/diagnostics/mcse-sd.ts"
import { mean, variance } from "../../src/diagnostics/moments.ts"
import { quantileOfSorted } from "../../src/diagnostics/quantile.ts"
import type { Marginal } from "./one-way-quadrature.ts"

export interface Deviation {
  readonly figure: string
  /** (estimate − exact) / MCSE. */
  readonly z: number
  /** Effective sample size behind the estimate. */
  readonly ess: number
}

/** Which moments of a marginal exist up to the order that its estimate's MCSE needs. */
export interface Moments {
  readonly mean: boolean
  readonly sd: boolean
}

/** Deviations of mean, sd and the 5, 50 and 95 % quantiles; moments only where they and their errors exist. */
export function deviationsFrom(
  exact: Marginal,
  chains: readonly Float64Array[],
  moments: Moments = { mean: true, sd: true },
): Deviation[] {
  const pooled = poolChains(chains)
  const halves = splitChains(chains)
  const centre = mean(pooled)
  const sd = Math.sqrt(variance(pooled))
  const sorted = pooled.slice().sort()
  const ess = essMean(chains)
  const result: Deviation[] = []
  if (moments.mean) result.push({ figure: "mean", z: (centre - exact.mean) / (sd / Math.sqrt(ess)), ess })
  if (moments.sd) result.push({ figure: "sd", z: (sd - exact.sd) / sdError(halves, pooled, centre), ess })
  for (const p of [0.05, 0.5, 0.95]) {
    const estimate = quantileOfSorted(sorted, p)
    const ess = essBelow(halves, estimate)
    const z = (estimate - exact.quantile(p)) / quantileError(sorted, p, ess)
    result.push({ figure: `q${100 * p}`, z, ess })
  }
  return result
}
