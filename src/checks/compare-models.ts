import { OptionError } from "../core/errors.ts"
import { estimateSum, type PredictiveFit } from "../diagnostics/log-likelihood.ts"

export interface ModelComparison {
  readonly name: string
  readonly fit: PredictiveFit
  /** elpd less that of the best model: 0 for the best, negative for the others. */
  readonly elpdDifference: number
  /** Standard error of the difference, from the paired terms; 0 for the best model itself. */
  readonly seDifference: number
}

/**
 * Models by their expected log predictive density, the best first. Differences are paired by observation, so that their
 * errors are smaller than those of the elpds; a difference under 4 is small, and the normal approximation of a larger one is
 * good with more than about 100 observations.
 * Vehtari, Gelman & Gabry (2017), Statistics and Computing 27, 1413–1432, section 5.2; Sivula, Magnusson, Matamoros & Vehtari
 * (2020), arXiv:2008.10296, on when to believe the error.
 *
 * @param fits by the names of the models, all of the same data and criterion
 * @throws OptionError when there are no fits, or they differ in the number of observations or in the criterion
 */
export function compareModels(fits: Readonly<Record<string, PredictiveFit>>): ModelComparison[] {
  const entries = Object.entries(fits)
  const first = entries[0]
  if (first === undefined) {
    throw new OptionError("found no models", {
      code: "no-models",
      where: "compareModels",
      hint: "give two or more",
    })
  }
  for (const [name, fit] of entries) checkComparable(first, [name, fit])
  const ordered = [...entries].sort(([, a], [, b]) => b.elpd.value - a.elpd.value)
  const best = ordered[0]![1].pointwise.elpd
  return ordered.map(([name, fit]) => {
    const difference = estimateSum(fit.pointwise.elpd.map((term, i) => term - best[i]!))
    return { name, fit, elpdDifference: difference.value, seDifference: difference.se }
  })
}

function checkComparable(
  [firstName, first]: [string, PredictiveFit],
  [name, fit]: [string, PredictiveFit],
): void {
  const describe = (one: PredictiveFit): string =>
    `${one.criterion} of ${one.pointwise.elpd.length} observations`
  if (describe(fit) === describe(first)) return
  throw new OptionError(`found ${describe(fit)}, expected ${describe(first)} as of ${firstName}`, {
    code: "not-comparable",
    where: name,
    hint: "compare models of the same data, by the same criterion",
  })
}
