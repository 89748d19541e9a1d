/**
 * Leave-one-out cross-validation without refitting: the posterior draws, weighted by 1 / p(yᵢ | θ), stand for the posterior
 * without observation i.
 * Vehtari, Gelman & Gabry (2017), Statistics and Computing 27, 1413–1432, sections 2.1 and 5; weights as Vehtari, Simpson,
 * Gelman, Yao & Gabry (2024), Journal of Machine Learning Research 25(72).
 */

import { OptionError } from "../core/errors.ts"
import { effectiveSampleSize } from "./effective-sample-size.ts"
import {
  checkLogLikelihood,
  type LogLikelihood,
  logSumExp,
  type PredictiveFit,
  sumPointwise,
} from "./log-likelihood.ts"
import { paretoKLimit, paretoSmooth, type SmoothedWeights } from "./pareto-smoothing.ts"

export interface PsisOptions {
  /** Chains that the draws of an observation consist of, one after another, all of one length. */
  readonly chains: number
  /** Effective over actual number of draws of each likelihood; without it, estimated from the chains. */
  readonly relativeEfficiency?: Float64Array
  /** What warnings call the observations; default their numbers, counted from 1. */
  readonly labels?: readonly string[]
}

export interface PsisLoo extends PredictiveFit {
  readonly criterion: "psis-loo"
  /** Shape k̂ of each observation's ratios: above `paretoKLimit` its term is not to be trusted. */
  readonly paretoK: Float64Array
  /** The limit for this many draws. */
  readonly paretoKLimit: number
  /** Effective number of draws of each observation's weights. */
  readonly ess: Float64Array
  readonly relativeEfficiency: Float64Array
  /** Monte Carlo standard error of elpd; NaN where a k̂ is above the limit. */
  readonly mcse: number
}

/**
 * PSIS-LOO of a log likelihood.
 *
 * @throws DataError when the log likelihood is empty, ragged or not finite
 * @throws OptionError when the draws are no multiple of the chains
 */
export function psisLoo(logLikelihood: LogLikelihood, options: PsisOptions): PsisLoo {
  const draws = checkLogLikelihood(logLikelihood)
  const n = logLikelihood.length
  const relativeEfficiency = efficienciesOf(logLikelihood, options)
  const elpd = new Float64Array(n)
  const parameters = new Float64Array(n)
  const paretoK = new Float64Array(n)
  const ess = new Float64Array(n)
  const limit = paretoKLimit(draws)
  let errorVariance = 0
  for (const [i, row] of logLikelihood.entries()) {
    const { logWeights, paretoK: k } = leaveOut(row, relativeEfficiency[i]!)
    elpd[i] = logSumExp(logWeights.map((weight, s) => weight + row[s]!))
    parameters[i] = logSumExp(row) - Math.log(draws) - elpd[i]!
    paretoK[i] = k
    ess[i] = relativeEfficiency[i]! / sumOfSquares(logWeights)
    errorVariance += k > limit ? NaN : logVariance(row, logWeights, elpd[i]!, relativeEfficiency[i]!)
  }
  return {
    ...sumPointwise("psis-loo", elpd, parameters, warnOfTails(paretoK, limit, options.labels)),
    criterion: "psis-loo",
    paretoK,
    paretoKLimit: limit,
    ess,
    relativeEfficiency,
    mcse: Math.sqrt(errorVariance),
  }
}

/**
 * Leave-one-out probability integral transforms, p(ỹᵢ ≤ yᵢ | y₋ᵢ): uniform where the predictions are calibrated.
 * Gabry, Simpson, Vehtari, Betancourt & Gelman (2019), Journal of the Royal Statistical Society A 182, 389–402, section 5.
 *
 * @param observed the data, one value an observation
 * @param replicated posterior predictive draws of each observation, at the draws of the log likelihood
 * @returns `atMost`, and `below` = p(ỹᵢ < yᵢ | y₋ᵢ), which is less for discrete data only: a uniform number between both is
 *   then what should be uniform
 * @throws DataError, OptionError as `psisLoo`; OptionError when the shapes differ
 */
export function looPit(
  observed: Float64Array,
  replicated: readonly Float64Array[],
  logLikelihood: LogLikelihood,
  options: PsisOptions,
): { readonly atMost: Float64Array; readonly below: Float64Array } {
  const draws = checkLogLikelihood(logLikelihood)
  const n = logLikelihood.length
  if (observed.length !== n || replicated.length !== n || replicated.some((row) => row.length !== draws)) {
    throw new OptionError(
      `found ${observed.length} data and ${replicated.length} rows of replications, expected ${n} rows of ${draws} draws`,
      {
        code: "shape",
        where: "looPit",
        hint: "replicate every observation at the draws of its log likelihood",
      },
    )
  }
  const relativeEfficiency = efficienciesOf(logLikelihood, options)
  const atMost = new Float64Array(n)
  const below = new Float64Array(n)
  for (const [i, row] of logLikelihood.entries()) {
    const { logWeights } = leaveOut(row, relativeEfficiency[i]!)
    for (const [s, value] of replicated[i]!.entries()) {
      if (value <= observed[i]!) atMost[i]! += Math.exp(logWeights[s]!)
      if (value < observed[i]!) below[i]! += Math.exp(logWeights[s]!)
    }
  }
  // Rounding may carry a sum of all weights past 1.
  return { atMost: atMost.map((p) => Math.min(p, 1)), below: below.map((p) => Math.min(p, 1)) }
}

/**
 * Effective over actual number of draws of the likelihood of each observation, chains whole; 1 where it cannot be estimated
 * (a likelihood that does not vary, fewer than 3 draws a chain).
 *
 * @throws OptionError when the draws are no multiple of the chains
 */
export function relativeEfficiencies(logLikelihood: LogLikelihood, chains: number): Float64Array {
  const draws = logLikelihood[0]?.length ?? 0
  const length = draws / chains
  if (!(Number.isInteger(chains) && chains >= 1 && Number.isInteger(length))) {
    throw new OptionError(`found ${draws} draws, expected a multiple of the ${chains} chains`, {
      code: "invalid-option",
      where: "chains",
      hint: "give the number of chains of equal length that the draws consist of",
    })
  }
  return Float64Array.from(logLikelihood, (row) => {
    // Likelihoods are needed up to a constant only; the largest is made 1, so that they do not vanish.
    const largest = row.reduce((most, value) => Math.max(most, value), -Infinity)
    const likelihood = row.map((value) => Math.exp(value - largest))
    const series = Array.from({ length: chains }, (_, c) => likelihood.subarray(c * length, (c + 1) * length))
    const ess = effectiveSampleSize(series)
    return Number.isNaN(ess) ? 1 : ess / draws
  })
}

function efficienciesOf(logLikelihood: LogLikelihood, options: PsisOptions): Float64Array {
  const given = options.relativeEfficiency
  if (given === undefined) return relativeEfficiencies(logLikelihood, options.chains)
  if (given.length === logLikelihood.length && given.every((value) => value > 0)) return given
  throw new OptionError(`found ${given.length} values, expected ${logLikelihood.length} positive ones`, {
    code: "invalid-option",
    where: "relativeEfficiency",
    hint: "give one an observation, or leave the option out",
  })
}

/** Weights of the draws for the posterior without an observation. */
function leaveOut(row: Float64Array, relativeEfficiency: number): SmoothedWeights {
  return paretoSmooth(
    row.map((value) => -value),
    relativeEfficiency,
  )
}

function sumOfSquares(logWeights: Float64Array): number {
  return logWeights.reduce((sum, weight) => sum + Math.exp(2 * weight), 0)
}

/**
 * Variance of log p̂, by a log-normal approximation of p̂ = Σ wₛ p(yᵢ | θ⁽ˢ⁾): log(1 + var p̂ / p̂²), var p̂ = Σ wₛ² (p − p̂)² over
 * the relative efficiency (appendix B of the paper on PSIS, equation 6 of that of 2017).
 */
function logVariance(
  row: Float64Array,
  logWeights: Float64Array,
  elpd: number,
  relativeEfficiency: number,
): number {
  let relative = 0
  for (let s = 0; s < row.length; s++) {
    // The deviation relative to p̂.
    relative += Math.exp(2 * logWeights[s]!) * Math.expm1(row[s]! - elpd) ** 2
  }
  return Math.log1p(relative / relativeEfficiency)
}

function warnOfTails(paretoK: Float64Array, limit: number, labels?: readonly string[]): string[] {
  const bad = Array.from(paretoK, (k, i) => ({ k, i })).filter(({ k }) => !(k <= limit))
  if (bad.length === 0) return []
  bad.sort((a, b) => b.k - a.k)
  const listed = bad
    .slice(0, 5)
    .map(({ k, i }) => `${labels?.[i] ?? i + 1}${Number.isFinite(k) ? ` (${k.toFixed(2)})` : ""}`)
  const more = bad.length > 5 ? " …" : ""
  const some = bad.length === 1 ? "1 observation" : `${bad.length} observations`
  return [
    `The Pareto k of ${some} of ${paretoK.length} is above ${limit.toFixed(2)} (${listed.join(", ")}${more}): leaving one of these out moves the posterior too far for its draws. Look at these observations, refit without them (refitLoo, or kfold), or draw more.`,
  ]
}
