/** The search for θ where there is one grouping factor: on classes of equal levels, an evaluation costs next to nothing. */

import { createDampedNewton } from "../math/optimise/damped-newton.ts"
import type { LmmMethod } from "./criterion.ts"
import type { LmmSystem } from "./lmm-system.ts"
import { createLikelihood } from "./one-factor.ts"
import type { OneFactorModel, ResponseStatistics } from "./one-factor-model.ts"
import { createStatistics, describeOneFactor } from "./one-factor-model.ts"
import { createScalarLikelihood } from "./scalar-likelihood.ts"

/** Far below what the search that follows asks for, so that it has nothing left to do. */
const DECREASE = 1e-14
/** Different levels beyond which finding them costs more than the evaluations that it saves. */
const MOST_CLASSES = 20_000

/**
 * A minimum of the criterion by Newton's method on the merged levels.
 *
 * @param start θ in internal coordinates; not changed
 * @returns θ there, to be checked and reported by the general search; null with more than one factor, with very many
 *   different levels, or where Newton's method did not converge
 */
export function searchOneFactor(
  system: LmmSystem,
  method: LmmMethod,
  start: Float64Array,
): Float64Array | null {
  const model = describeOneFactor(system, method, MOST_CLASSES)
  if (model === null) return null
  const statistics = statisticsOf(model, system)
  const likelihood = model.q === 1 ? createScalarLikelihood(model) : createLikelihood(model)
  const theta = Float64Array.from(start)
  const newton = createDampedNewton(theta.length, DECREASE)
  const converged = newton.minimise((x, gradient) => likelihood.evaluate(x, statistics, gradient), theta)
  return converged && theta.every(Number.isFinite) ? theta : null
}

/** Of the system's own response, which is orthogonal to X. */
function statisticsOf(model: OneFactorModel, { cross }: LmmSystem): ResponseStatistics {
  const statistics = createStatistics(model)
  const { q, classes } = model
  const { tail, below, layout } = cross
  const { offPointer } = layout.chain[0]!
  statistics.total[0] = tail[tail.length - 1]!
  classes.forEach(({ levels }, k) => {
    const sums = statistics.sums[k]!
    const squares = statistics.squares[k]!
    for (const level of levels) {
      const at = offPointer[level + 1]! - q
      for (let i = 0; i < q; i++) {
        const value = below[0]![at + i]!
        sums[i] = sums[i]! + value
        for (let j = 0; j < q; j++) squares[i * q + j] = squares[i * q + j]! + value * below[0]![at + j]!
      }
    }
  })
  return statistics
}
