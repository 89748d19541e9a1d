import { checkLogLikelihood, type LogLikelihood } from "./log-likelihood.ts"
import { mean, variance } from "./moments.ts"

export interface Dic {
  /** Posterior mean of the deviance −2 log p(y | θ). */
  readonly meanDeviance: number
  /** Deviance at the point estimate. */
  readonly devianceAtEstimate: number
  /** p_D = mean deviance − deviance at the estimate; negative where the estimate is a bad one. */
  readonly effectiveParameters: number
  /** p_V = var(deviance) / 2, which needs no estimate. */
  readonly halfVariance: number
  /** Mean deviance + p_D: the smaller, the better. */
  readonly dic: number
}

/**
 * The deviance information criterion. It depends on what the point estimate is a mean of (sd, variance or log sd give
 * different values) and does not average over the posterior: prefer PSIS-LOO; this is for comparison with older work.
 * Spiegelhalter, Best, Carlin & van der Linde (2002), Journal of the Royal Statistical Society B 64, 583–639, equations 9, 10
 * and 37; p_V: Gelman, Carlin, Stern & Rubin (2004), Bayesian Data Analysis, 2nd edition, p. 182.
 *
 * @param logLikelihoodAtEstimate log p(yᵢ | θ̂) of each observation, θ̂ the posterior mean
 * @throws DataError when the log likelihood is empty, ragged or not finite
 */
export function dic(logLikelihood: LogLikelihood, logLikelihoodAtEstimate: Float64Array): Dic {
  const draws = checkLogLikelihood(logLikelihood)
  checkLogLikelihood([...logLikelihood.keys()].map((i) => logLikelihoodAtEstimate.subarray(i, i + 1)))
  const deviance = new Float64Array(draws)
  for (const row of logLikelihood) for (let s = 0; s < draws; s++) deviance[s]! -= 2 * row[s]!
  const meanDeviance = mean(deviance)
  const devianceAtEstimate = -2 * logLikelihoodAtEstimate.reduce((sum, value) => sum + value, 0)
  const effectiveParameters = meanDeviance - devianceAtEstimate
  return {
    meanDeviance,
    devianceAtEstimate,
    effectiveParameters,
    halfVariance: variance(deviance) / 2,
    dic: meanDeviance + effectiveParameters,
  }
}
