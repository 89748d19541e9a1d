/** The parametric bootstrap of a mixed model. */

import { OptionError } from "../core/errors.ts"
import { quantileOfSorted } from "../diagnostics/quantile.ts"
import { normalQuantile } from "../math/normal-quantile.ts"
import { drawNormal } from "../random/normal.ts"
import type { Seed, Stream } from "../random/stream.ts"
import { streamFor } from "../random/stream.ts"
import { fromInternal, unpackTheta } from "./covariance-factor.ts"
import type { Comparable } from "./likelihood-ratio.ts"
import { fitWithoutRandom, likelihoodRatioTest } from "./likelihood-ratio.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { NamedParameter } from "./parameter-names.ts"
import { listParameters } from "./parameter-names.ts"
import type { Refit } from "./refit.ts"
import { createRefitter } from "./refit.ts"
import { responseDrawer } from "./simulate.ts"

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

/** Streams are by chunk, so that chunks could be run anywhere. */
const CHUNK = 250

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
  const columns = parameters.map(() => new Float64Array(replicates))
  const refitter = createRefitter(fit, options.signal)
  const { system } = fit.state.criterion
  let notConverged = 0
  runReplicates(replicates, options, (rng, index) => {
    const refit = refitter.fitDraw(rng)
    if (!refit.converged) notConverged++
    const factors = unpackTheta(system.terms, refit.theta)
    const roots = factors.map((t, k) => fromInternal(system.terms[k]!, t, system.terms[k]!.width))
    parameters.forEach((parameter, j) => {
      columns[j]![index] = valueAt(fit, refit, roots, parameter)
    })
  })
  return {
    replicates,
    notConverged,
    seconds: (performance.now() - began) / 1000,
    values: new Map(parameters.map(({ name }, j) => [name, columns[j]!])),
  }
}

function valueAt(
  fit: LmmEstimate,
  refit: Refit,
  roots: readonly Float64Array[],
  parameter: NamedParameter,
): number {
  if (parameter.kind === "fixed") return parameter.estimate + refit.fixed[parameter.index]!
  if (parameter.kind === "residual") return refit.sigma
  if (parameter.kind === "structure") return refit.structure[parameter.index]!
  const { term, a } = parameter
  const q = fit.covariances[term]!.terms.length
  const root = roots[term]!
  const inner = (i: number, j: number) => {
    let sum = 0
    for (let k = 0; k < q; k++) sum += root[i * q + k]! * root[j * q + k]!
    return sum
  }
  if (parameter.kind === "sd") return refit.sigma * Math.sqrt(inner(a, a))
  const { b } = parameter
  return inner(a, b) / Math.sqrt(inner(a, a) * inner(b, b))
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
  const null_ = smaller ?? fitWithoutRandom(larger.design, larger.method, larger.weights)
  const { statistic } = likelihoodRatioTest(null_, larger)
  const statistics = new Float64Array(replicates)
  const draw = createStatisticSource(larger, null_, options.signal)
  runReplicates(replicates, options, (rng, index) => {
    statistics[index] = Math.max(0, draw(rng))
  })
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

function createStatisticSource(
  larger: LmmEstimate,
  smaller: Comparable | LmmEstimate,
  signal: AbortSignal | undefined,
): (rng: Stream) => number {
  const refitter = createRefitter(larger, signal)
  const sameFixed = smaller.design.fixed.columns.length === larger.design.fixed.columns.length
  const { fitNullDraw } = refitter
  if (!("state" in smaller)) {
    if (sameFixed && fitNullDraw !== null) {
      return (rng) => {
        const { criterion } = fitNullDraw(rng)
        return refitter.nullCriterion() - criterion
      }
    }
    const { design, method, weights } = smaller
    const response = new Float64Array(larger.nobs)
    return (rng) => {
      for (let i = 0; i < response.length; i++) response[i] = drawNormal(rng) / Math.sqrt(weights?.[i] ?? 1)
      const drawn = { ...design, response: { ...design.response, values: response }, offset: null }
      return fitWithoutRandom(drawn, method, weights).criterion - refitter.fit(response).criterion
    }
  }
  const underNull = createRefitter(smaller, signal)
  const drawResponse = responseDrawer(smaller)
  const response = new Float64Array(larger.nobs)
  return (rng) => {
    response.fill(0)
    drawResponse(rng, response)
    return underNull.fit(response).criterion - refitter.fit(response).criterion
  }
}

function checkReplicates(replicates: number): number {
  if (Number.isSafeInteger(replicates) && replicates >= 1) return replicates
  throw new OptionError(`found ${replicates} replicates, expected a positive whole number`, {
    code: "bad-replicates",
    where: "bootstrap",
    hint: "for instance 1000",
  })
}

function runReplicates(
  replicates: number,
  { seed, signal, onProgress }: BootstrapOptions,
  run: (rng: Stream, index: number) => void,
): void {
  for (let first = 0; first < replicates; first += CHUNK) {
    const rng = streamFor(seed ?? "gibbsite", first / CHUNK, "bootstrap")
    const end = Math.min(replicates, first + CHUNK)
    for (let index = first; index < end; index++) {
      signal?.throwIfAborted()
      run(rng, index)
    }
    onProgress?.(end, replicates)
  }
}
