/** Log likelihoods of rows under the draws of a posterior. */
import { ModelError, OptionError } from "../core/errors.ts"
import type { LogLikelihood } from "../diagnostics/log-likelihood.ts"
import type { Design } from "../models/formula/design.ts"
import type { ModelGraph } from "../models/graph.ts"
import { streamFor } from "../random/stream.ts"
import { linearPredictor, type PredictorRows } from "./linear-predictor.ts"
import type { DrawsByName } from "./recorded-draws.ts"
import { checkNotReduced, residualVariance } from "./residual-variance.ts"

const LOG_TWO_PI = Math.log(2 * Math.PI)
/** Values of a matrix that is still held in memory: 2 GiB. */
const MOST_VALUES = 2 ** 28

/**
 * log p(yᵢ | θ⁽ˢ⁾) of rows with a normal response: given their groups' effects where the posterior has them, with the effects
 * of new groups integrated out, `Normal(Xb + Z u, z' Σ z + σ²)`.
 *
 * @param response one value a row
 * @returns one array of draws a row
 * @throws DataError when draws that are needed were not recorded; OptionError when the matrix would not fit in memory
 */
export function pointwiseLogLikelihood(
  rows: PredictorRows,
  response: Float64Array,
  draws: DrawsByName,
): LogLikelihood {
  const predictor = linearPredictor(rows, draws, streamFor(0, 0, "unused"))
  const residual = residualVariance(rows.residualScale, draws)
  const { count } = predictor
  if (rows.nobs * count > MOST_VALUES) {
    throw new OptionError(
      `${rows.nobs} observations × ${count} draws of a log likelihood need ${((rows.nobs * count * 8) / 2 ** 30).toFixed(1)} GiB`,
      { code: "too-large", hint: "sample fewer draws, or thin them" },
    )
  }
  const spread = new Float64Array(count)
  return Array.from({ length: rows.nobs }, (_, i) => {
    const values = new Float64Array(count)
    predictor.known(i, values)
    residual(i, spread)
    predictor.addNewVariance(i, spread)
    for (let s = 0; s < count; s++) {
      values[s] = -0.5 * (LOG_TWO_PI + Math.log(spread[s]!) + (response[i]! - values[s]!) ** 2 / spread[s]!)
    }
    return values
  })
}

/** @throws ModelError when the response of a model is not normal or its rows stand for several observations, naming what needs it to be */
export function checkNormalResponse(
  { graph, design }: { readonly graph: ModelGraph; readonly design: Design },
  what: string,
): void {
  checkNotReduced(design, what)
  const observed = graph.nodes.filter((node) => node.observed !== null)
  const other = observed.find((node) => node.distribution.family !== "normal")
  if (other === undefined && observed.length === 1) return
  const found =
    other === undefined ? `${observed.length} responses` : `a ${other.distribution.family} response`
  throw new ModelError(`${what} is for models with one normal response, found ${found}`, {
    code: "not-supported",
    where: other?.id ?? "model",
    hint: "compute log likelihoods from the draws and pass them to psisLoo or waic",
  })
}
