/** The parametric bootstrap of a mixed model. */

import { quantileOfSorted } from "../diagnostics/quantile.ts"
import { normalQuantile } from "../math/normal-quantile.ts"
import type { Seed, Stream } from "../random/stream.ts"
import { CHUNK, checkReplicates, chunkStream, createReplicator } from "./bootstrap-chunk.ts"
import type { Comparable } from "./comparable.ts"
import { fitWithoutRandom, likelihoodRatioTest } from "./likelihood-ratio.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import { createStatisticReplicator } from "./lrt-replicates.ts"
import type { NamedParameter } from "./parameter-names.ts"
import { listParameters } from "./parameter-names.ts"

export interface BootstrapOptions {
  /** 1,000 when left out. */
  readonly replicates?: number
  /** "gibbsite" when left out; the same seed gives the same replicates. */
  readonly seed?: Seed
  readonly signal?: AbortSignal
  /** Called now and then with the number of replicates done. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface BootstrapParameters {
  readonly replicates: number
  /** Replicates whose search did not converge; they count all the same. */
  readonly notConverged: number
  readonly seconds: number
  /** By parameter name, one number a replicate; a correlation with a vanished variance is NaN. */
  readonly values: ReadonlyMap<string, Float64Array>
}

/**
 * Refits the model to responses drawn from it. The response enters a fit only through (Z'y, X'y, y'y); with one grouping
 * factor these are drawn from their joint law instead of the response, and levels with equal blocks are one.
 *
 * @throws OptionError for a number of replicates that is no positive integer
 * @throws the signal's reason when it is aborted
 */
export function bootstrapParameters(fit: LmmEstimate, options: BootstrapOptions = {}): BootstrapParameters {
  const began = performance.now()
  const replicates = checkReplicates(options.replicates ?? 1000)
  const parameters = listParameters(fit)
  const width = parameters.length
  const rows = new Float64Array(replicates * width)
  const replicate = createReplicator(fit, options.signal)
  let notConverged = 0
  runReplicates(replicates, options, (rng, index) => {
    if (!replicate(rng, rows, index * width).converged) notConverged++
  })
  return {
    ...tabulateReplicates(parameters, rows),
    notConverged,
    seconds: (performance.now() - began) / 1000,
  }
}

/** @param rows replicates × parameters, row-major */
export function tabulateReplicates(
  parameters: readonly NamedParameter[],
  rows: Float64Array,
): Pick<BootstrapParameters, "replicates" | "values"> {
  const width = parameters.length
  const replicates = rows.length / width
  const columns = parameters.map(({ name }, j): [string, Float64Array] => {
    return [name, Float64Array.from({ length: replicates }, (_, i) => rows[i * width + j]!)]
  })
  return { replicates, values: new Map(columns) }
}

export type BootstrapIntervalKind = "percentile" | "basic" | "normal"

/**
 * Davison & Hinkley (1997), sections 5.2 and 5.3: quantiles of the replicates; these reflected at the estimate; the
 * estimate less its bias, ± normal quantiles of the standard deviation.
 *
 * @returns NaN twice when no replicate has a value
 */
export function intervalOf(
  { estimate }: NamedParameter,
  draws: Float64Array,
  level: number,
  kind: BootstrapIntervalKind,
): readonly [number, number] {
  const sorted = draws.filter((value) => !Number.isNaN(value)).sort()
  const n = sorted.length
  if (n === 0) return [Number.NaN, Number.NaN]
  if (kind === "normal") {
    const mean = sorted.reduce((sum, value) => sum + value, 0) / n
    const sd = Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
    const centre = 2 * estimate - mean
    const half = normalQuantile(0.5 + 0.5 * level) * sd
    return [centre - half, centre + half]
  }
  const low = quantileOfSorted(sorted, 0.5 - 0.5 * level)
  const high = quantileOfSorted(sorted, 0.5 + 0.5 * level)
  return kind === "percentile" ? [low, high] : [2 * estimate - high, 2 * estimate - low]
}

export interface BootstrapLrt {
  readonly replicates: number
  readonly seconds: number
  readonly statistic: number
  /** (1 + replicates with a statistic at least as large) / (1 + replicates). */
  readonly p: number
  /** Share of the replicates with a statistic of zero. */
  readonly zeroShare: number
  /** The statistics of the replicates. */
  readonly statistics: Float64Array
}

/** A statistic below this is zero. */
const ZERO = 1e-7

/**
 * Likelihood-ratio test against the bootstrap distribution of the statistic under the smaller model (Davison & Hinkley
 * 1997, section 4.2.3).
 *
 * @param smaller a mixed model's fit, or a linear model's (`fitWithoutRandom`); the linear model with the fixed effects of
 *   `larger` when left out
 * @throws ModelError when the fits cannot be compared, OptionError as `bootstrapParameters` does
 */
export function bootstrapLrt(
  larger: LmmEstimate,
  smaller?: Comparable | LmmEstimate,
  options: BootstrapOptions = {},
): BootstrapLrt {
  const began = performance.now()
  const replicates = checkReplicates(options.replicates ?? 1000)
  const null_ =
    smaller ?? fitWithoutRandom(larger.design, larger.method, larger.weights, larger.residualKnown)
  const { statistic } = likelihoodRatioTest(null_, larger)
  const statistics = new Float64Array(replicates)
  const replicate = createStatisticReplicator(larger, null_, options.signal)
  runReplicates(replicates, options, (rng, index) => replicate(rng, statistics, index))
  return summariseStatistics(statistic, statistics, began)
}

/** @param began when the run did, as `performance.now()` has it */
export function summariseStatistics(
  statistic: number,
  statistics: Float64Array,
  began: number,
): BootstrapLrt {
  const replicates = statistics.length
  const reached = statistics.reduce((count, value) => count + (value >= statistic - ZERO ? 1 : 0), 0)
  const zero = statistics.reduce((count, value) => count + (value < ZERO ? 1 : 0), 0)
  return {
    replicates,
    seconds: (performance.now() - began) / 1000,
    statistic,
    p: (1 + reached) / (1 + replicates),
    zeroShare: zero / replicates,
    statistics,
  }
}

function runReplicates(
  replicates: number,
  { seed, signal, onProgress }: BootstrapOptions,
  run: (rng: Stream, index: number) => void,
): void {
  for (let first = 0; first < replicates; first += CHUNK) {
    const rng = chunkStream(seed, first / CHUNK)
    const end = Math.min(replicates, first + CHUNK)
    for (let index = first; index < end; index++) {
      signal?.throwIfAborted()
      run(rng, index)
    }
    onProgress?.(end, replicates)
  }
}
