/**
 * What the criteria of model comparison share: the matrix of log likelihoods, one array of draws an observation, and sums
 * over observations with their standard errors.
 */

import { DataError } from "../core/errors.ts"
import { variance } from "./moments.ts"

/**
 * log p(yᵢ | θ⁽ˢ⁾): one array an observation, its draws chain after chain, all of one length.
 */
export type LogLikelihood = readonly Float64Array[]

/** A sum over observations. */
export interface Estimate {
  readonly value: number
  /** √n · sd of the terms; NaN for one observation. */
  readonly se: number
}

/** An estimate of the expected log predictive density of new data, whatever it was made by. */
export interface PredictiveFit {
  readonly criterion: "psis-loo" | "waic" | "kfold"
  /** Expected log pointwise predictive density: the larger, the better. */
  readonly elpd: Estimate
  /** Effective number of parameters. */
  readonly effectiveParameters: Estimate
  /** −2 elpd, on the scale of a deviance. */
  readonly informationCriterion: Estimate
  /** Terms of the sums, one an observation. */
  readonly pointwise: { readonly elpd: Float64Array; readonly effectiveParameters: Float64Array }
  /** Sentences: what is not to be trusted, and what to do. */
  readonly warnings: readonly string[]
}

/** The sums of a criterion from its terms. */
export function sumPointwise(
  criterion: PredictiveFit["criterion"],
  elpd: Float64Array,
  effectiveParameters: Float64Array,
  warnings: readonly string[],
): PredictiveFit {
  const total = estimateSum(elpd)
  return {
    criterion,
    elpd: total,
    effectiveParameters: estimateSum(effectiveParameters),
    informationCriterion: { value: -2 * total.value, se: 2 * total.se },
    pointwise: { elpd, effectiveParameters },
    warnings,
  }
}

/** Σ and its standard error √(n var), by which the terms are taken for independent. */
export function estimateSum(terms: Float64Array): Estimate {
  return {
    value: terms.reduce((sum, term) => sum + term, 0),
    se: Math.sqrt(terms.length * variance(terms)),
  }
}

/**
 * @returns the number of draws
 * @throws DataError when there are no observations or draws, when observations differ in their number of draws, and when a
 *   value is not finite
 */
export function checkLogLikelihood(logLikelihood: LogLikelihood): number {
  const draws = logLikelihood[0]?.length ?? 0
  if (draws === 0) {
    throw new DataError("found no log likelihoods", {
      code: "no-draws",
      hint: "expected an array of draws for each observation",
    })
  }
  for (const [i, row] of logLikelihood.entries()) {
    const where = `log likelihood of observation ${i + 1}`
    if (row.length !== draws) {
      throw new DataError(`found ${row.length} draws, expected ${draws} as of the first`, {
        code: "ragged-draws",
        where,
        hint: "evaluate every observation at the same draws",
      })
    }
    const bad = row.findIndex((value) => !Number.isFinite(value))
    if (bad === -1) continue
    throw new DataError(`found ${row[bad]} at draw ${bad + 1}, expected finite numbers`, {
      code: "not-finite",
      where,
      hint: "look at the draws and the data behind; a likelihood of 0 cannot be judged",
    })
  }
  return draws
}

/** log Σ exp(xᵢ), without overflow; −Infinity of no values. */
export function logSumExp(values: Float64Array): number {
  let largest = -Infinity
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!)
  if (!Number.isFinite(largest)) return largest
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - largest)
  return largest + Math.log(sum)
}
