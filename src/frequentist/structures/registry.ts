/** The correlation structures by name. */

import type { Correlation, CorrelationKind } from "./correlation.ts"
import { exchangeableCorrelation } from "./exchangeable-correlation.ts"
import { generalCorrelation, toeplitzCorrelation } from "./general-correlation.ts"
import { autoregression, continuousAutoregression } from "./markov-correlation.ts"
import type { Series } from "./series.ts"

/**
 * @param labels of times, where they are labels; the times of `series` are their places then
 * @throws ModelError for correlations that no series has both rows of
 */
export function makeCorrelation(
  kind: CorrelationKind,
  series: Series,
  labels: readonly string[],
  text: string,
): Correlation {
  return MAKERS[kind](series, labels, text)
}

const MAKERS: Readonly<
  Record<CorrelationKind, (series: Series, labels: readonly string[], text: string) => Correlation>
> = {
  ar1: autoregression,
  car1: continuousAutoregression,
  cs: exchangeableCorrelation,
  symm: generalCorrelation,
  un: generalCorrelation,
  toep: toeplitzCorrelation,
}
