/** Draws against an exact marginal distribution: how many MCSE the mean, sd and quantiles of a sample are off. */
import { essMean } from "../../src/diagnostics/ess-mean.ts"
import { essQuantile } from "../../src/diagnostics/ess-quantile.ts"
import { mcseMean } from "../../src/diagnostics/mcse-mean.ts"
import { mcseQuantile } from "../../src/diagnostics/mcse-quantile.ts"
import { mcseSd } from "../../src/diagnostics/mcse-sd.ts"
import { mean, variance } from "../../src/diagnostics/moments.ts"
import { quantile } from "../../src/diagnostics/quantile.ts"
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
  const pooled = Float64Array.from(chains.flatMap((chain) => Array.from(chain)))
  const result: Deviation[] = []
  if (moments.mean) {
    result.push({ figure: "mean", z: (mean(pooled) - exact.mean) / mcseMean(chains), ess: essMean(chains) })
  }
  if (moments.sd) {
    const sd = Math.sqrt(variance(pooled))
    result.push({ figure: "sd", z: (sd - exact.sd) / mcseSd(chains), ess: essMean(chains) })
  }
  for (const p of [0.05, 0.5, 0.95]) {
    const z = (quantile(pooled, p) - exact.quantile(p)) / mcseQuantile(chains, p)
    result.push({ figure: `q${100 * p}`, z, ess: essQuantile(chains, p) })
  }
  return result
}
