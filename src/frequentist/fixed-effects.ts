/** Estimates and covariance matrix of the fixed effects, back on the scale of the data. */

import { solveUpperColumns } from "../math/orthonormal-basis.ts"
import type { Criterion } from "./criterion.ts"

/** β̂: what least squares took out, plus what the equations add. Call after an evaluation. */
export function fixedEstimates(criterion: Criterion): Float64Array {
  const { system, equations } = criterion
  const { tailEffects, fixedEffects } = system.cross.layout
  const beta = equations.tailSolution.slice(tailEffects, tailEffects + fixedEffects)
  solveUpperColumns(system.fixedCoordinates, beta)
  return beta.map((value, j) => system.leastSquares[j]! + value * system.responseScale)
}

/**
 * `(X'V⁻¹X)⁻¹`, V the covariance matrix of y divided by the residual variance; row-major p × p. Needs the factored
 * equations only, not their inverse: with L the last block of the factor and R of `X = QR` it is `WW'`,
 * `W = R⁻¹ L⁻ᵀ`.
 */
export function unscaledCovariance(criterion: Criterion): Float64Array {
  const { system, equations } = criterion
  const { tailEffects, tailSize, fixedEffects: p } = system.cross.layout
  const { tail } = equations
  const w: Float64Array[] = []
  for (let j = 0; j < p; j++) {
    const column = new Float64Array(p)
    for (let i = p - 1; i >= 0; i--) {
      let value = i === j ? 1 : 0
      for (let k = i + 1; k < p; k++)
        value -= tail[(tailEffects + k) * tailSize + tailEffects + i]! * column[k]!
      column[i] = value / tail[(tailEffects + i) * (tailSize + 1)]!
    }
    solveUpperColumns(system.fixedCoordinates, column)
    w.push(column)
  }
  const covariance = new Float64Array(p * p)
  for (let a = 0; a < p; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0
      for (const column of w) sum += column[a]! * column[b]!
      covariance[a * p + b] = sum
      covariance[b * p + a] = sum
    }
  }
  return covariance
}
