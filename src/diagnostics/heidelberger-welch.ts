/**
 * Heidelberger and Welch's diagnostic of one chain: whether it is stationary, from which draw on, and whether its mean is
 * then known well enough.
 *
 * Heidelberger & Welch (1983), Operations Research 31, 1109–1144: the Cramér–von Mises test of the Brownian bridge that
 * the cumulated chain should be (section 2), on the chain less its first 0 %, 10 %, … up to half, and the half-width of
 * the confidence interval of the mean. Windows and spectrum as `heidel.diag` of the R package `coda`.
 */

import { type Chains, isConstant } from "./chains.ts"
import { cramerVonMisesTail } from "./cramer-von-mises.ts"
import { mean } from "./moments.ts"
import { spectrumAtZero } from "./spectrum-at-zero.ts"

export interface HeidelbergerWelchOptions {
  /** The half-width may be this share of the mean. */
  readonly relativeHalfWidth?: number
  /** Level of the stationarity test. */
  readonly level?: number
}

export interface HeidelbergerWelch {
  /** Whether some part passes the test of stationarity; null where it cannot be made. */
  readonly stationary: boolean | null
  /** The first draw of that part, counted from 1; NaN where none passes. */
  readonly start: number
  /** Of the test on the last part tried; NaN where it cannot be made. */
  readonly pValue: number
  /** Whether the half-width is small enough; null where the chain is not stationary. */
  readonly precise: boolean | null
  /** The mean of the stationary part; NaN where there is none. */
  readonly mean: number
  /** Half-width of the 95 % interval of that mean; NaN where there is none. */
  readonly halfWidth: number
  /** Why there is no p value, or null. */
  readonly reason: string | null
}

/** Half a chain of fewer draws has no spectrum to speak of. */
const SHORTEST_CHAIN = 10
const NORMAL_975 = 1.96

/** @param chain the draws, unchanged */
export function heidelbergerWelch(
  chain: Float64Array,
  { relativeHalfWidth = 0.1, level = 0.05 }: HeidelbergerWelchOptions = {},
): HeidelbergerWelch {
  const n = chain.length
  const none = { start: NaN, precise: null, mean: NaN, halfWidth: NaN }
  const reason = defect(chain)
  if (reason !== null) return { stationary: null, pValue: NaN, ...none, reason }

  const spectrum = spectrumAtZero(chain.subarray(Math.ceil(n / 2) - 1))
  let pValue = NaN
  for (const start of windowStarts(n)) {
    const rest = chain.subarray(start - 1)
    const centre = mean(rest)
    pValue = cramerVonMisesTail(bridgeStatistic(rest, centre, spectrum))
    if (!(pValue > level)) continue
    const halfWidth = NORMAL_975 * Math.sqrt(spectrumAtZero(rest) / rest.length)
    const precise = Math.abs(halfWidth / centre) <= relativeHalfWidth
    return { stationary: true, start, pValue, precise, mean: centre, halfWidth, reason: null }
  }
  return { stationary: false, pValue, ...none, reason: null }
}

/** The smallest p value of the stationarity test among the chains; NaN where that of any chain is. */
export function smallestStationarityP(chains: Chains): number {
  return chains.length === 0 ? NaN : Math.min(...chains.map((chain) => heidelbergerWelch(chain).pValue))
}

/** Why a chain has no p value, or null. */
function defect(chain: Float64Array): string | null {
  if (chain.length < SHORTEST_CHAIN) return `${chain.length} draws, expected at least ${SHORTEST_CHAIN}`
  if (!chain.every(Number.isFinite)) return "a draw is not finite"
  const half = chain.subarray(Math.ceil(chain.length / 2) - 1)
  if (isConstant(half)) return "the chain stands still in its last half"
  return Number.isNaN(spectrumAtZero(half)) ? "the last half has no spectrum" : null
}

/** First draws of the windows, from 1: every tenth of the chain, up to half of it. */
function windowStarts(n: number): number[] {
  const step = n / 10
  const count = Math.floor((n / 2 - 1) / step + 1e-10) + 1
  // Without the small amount, rounding would carry a whole number to the next.
  return Array.from({ length: count }, (_, i) => Math.ceil(1 + i * step - 1e-7))
}

/** ∫ B² of the bridge B(t) = (S_[nt] − [nt] ȳ) / √(n s), S the cumulated draws and s the spectral density. */
function bridgeStatistic(values: Float64Array, centre: number, spectrum: number): number {
  const n = values.length
  let cumulated = 0
  let sum = 0
  for (let i = 0; i < n; i++) {
    cumulated += values[i]! - centre
    sum += cumulated * cumulated
  }
  return sum / spectrum / n / n
}
