/** Likelihood-ratio statistics of responses drawn from the smaller of two models. */

import { drawNormal } from "../random/normal.ts"
import type { Stream } from "../random/stream.ts"
import type { Replicator } from "./bootstrap-chunk.ts"
import type { Comparable } from "./comparable.ts"
import { fitWithoutRandom } from "./likelihood-ratio.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import { createRefitter } from "./refit.ts"
import { responseDrawer } from "./simulate.ts"

/**
 * Draws a response under `smaller` and fits both models to it, over and over: one number a replicate, the statistic.
 *
 * @param smaller a mixed model's fit, or a linear model's
 */
export function createStatisticReplicator(
  larger: LmmEstimate,
  smaller: Comparable | LmmEstimate,
  signal: AbortSignal | undefined,
): Replicator {
  const draw = createStatisticSource(larger, smaller, signal)
  return (rng, out, at) => {
    out[at] = Math.max(0, draw(rng))
    return { converged: true }
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
    const { design, method, weights, residualKnown } = smaller
    const response = new Float64Array(larger.nobs)
    return (rng) => {
      for (let i = 0; i < response.length; i++) response[i] = drawNormal(rng) / Math.sqrt(weights?.[i] ?? 1)
      const drawn = { ...design, response: { ...design.response, values: response }, offset: null }
      return (
        fitWithoutRandom(drawn, method, weights, residualKnown).criterion - refitter.fit(response).criterion
      )
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
