import {
  checkLogLikelihood,
  type LogLikelihood,
  logSumExp,
  type PredictiveFit,
  sumPointwise,
} from "./log-likelihood.ts"
import { variance } from "./moments.ts"

/** Above this a term is unreliable: Vehtari, Gelman & Gabry (2017), section 2.3. */
const LARGEST_TERM = 0.4

/**
 * The widely applicable information criterion: log predictive density less the variances of the log likelihoods. PSIS-LOO
 * estimates the same and tells when it fails: prefer it.
 * Watanabe (2010), Journal of Machine Learning Research 11, 3571–3594; with posterior variances, Gelman, Hwang & Vehtari
 * (2014), Statistics and Computing 24, 997–1016, equations 5 and 12.
 *
 * @throws DataError when the log likelihood is empty, ragged or not finite
 */
export function waic(logLikelihood: LogLikelihood): PredictiveFit {
  const draws = checkLogLikelihood(logLikelihood)
  const parameters = Float64Array.from(logLikelihood, (row) => variance(row))
  const elpd = parameters.map((p, i) => logSumExp(logLikelihood[i]!) - Math.log(draws) - p)
  const large = parameters.filter((p) => p > LARGEST_TERM).length
  const warnings =
    large === 0
      ? []
      : [
          `The effective number of parameters of ${large} of ${parameters.length} observations is above ${LARGEST_TERM}: WAIC is unreliable. Take PSIS-LOO instead.`,
        ]
  return sumPointwise("waic", elpd, parameters, warnings)
}
