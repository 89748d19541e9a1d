/** Gathers the parts of Kenward and Roger's adjustment. */

import { addInner, multiplyTall, traceOf, traceOfProduct } from "./dense-products.ts"
import type { Direction } from "./kenward-roger-directions.ts"
import { applyDirection, curvatureOf } from "./kenward-roger-directions.ts"
import type { Parts, SecondPart } from "./kenward-roger-parts.ts"
import { addResidualParts } from "./kenward-roger-residual.ts"
import { blockRows } from "./kenward-roger-rows.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { LmmSystem } from "./lmm-system.ts"
import type { RandomBlock } from "./random-blocks.ts"
import { residualCovariance, residualTransform } from "./structures/fitted-structure.ts"

/**
 * Directions of the random terms first; then the parameters of the residuals' covariance matrix, or V itself where they are
 * independent and of one variance.
 *
 * @param information Q'H⁻¹Q, row-major p × p
 * @param variance σ² of the scaled response
 */
export function gatherParts(
  fit: LmmEstimate,
  blocks: readonly RandomBlock[],
  directions: readonly Direction[],
  information: Float64Array,
  variance: number,
): Parts {
  const { criterion, structure } = fit.state
  const p = criterion.system.cross.layout.fixedEffects
  const c = p + 1
  const d = directions.length
  const residual = residualCovariance(structure)
  const k = d + (residual?.count ?? 1)
  const parts: Parts = {
    p: Array.from({ length: k }, () => new Float64Array(c * c)),
    q: Array.from({ length: k * k }, () => new Float64Array(c * c)),
    trace: new Float64Array(k * k),
    second: curvatures(blocks, directions, criterion.system),
  }
  addRandomParts(fit, blocks, directions, parts)
  if (structure !== null && residual !== null) {
    const transform = residualTransform(structure)!
    const rows = blockRows(fit, transform, blocks, variance)
    const ofResiduals = addResidualParts(fit, rows, transform, directions, residual, parts)
    return { ...parts, second: [...parts.second, ...ofResiduals] }
  }
  // V itself: H⁻¹V = I, and X'H⁻¹r = 0.
  const own = new Float64Array(c * c)
  for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) own[a * c + b] = information[a * p + b]!
  own[c * c - 1] = criterion.df
  for (let i = 0; i < d; i++) {
    for (const block of blocks) {
      const da = applyDirection(directions[i]!, block, criterion.system, block.a, block.size)
      parts.trace[i * k + d] = parts.trace[i * k + d]! + traceOf(da, block.size)
    }
    parts.trace[d * k + i] = parts.trace[i * k + d]!
    parts.q[i * k + d]!.set(parts.p[i]!.map((value) => -value))
    parts.q[d * k + i]!.set(parts.q[i * k + d]!)
  }
  parts.trace[k * k - 1] = fit.nobs
  parts.q[k * k - 1]!.set(own)
  parts.p[d]!.set(own.map((value) => -value))
  return parts
}

/** Of directions that are changes of T. */
function curvatures(
  blocks: readonly RandomBlock[],
  directions: readonly Direction[],
  system: LmmSystem,
): readonly SecondPart[] {
  const c = system.cross.layout.fixedEffects + 1
  return directions.flatMap((first, i) => {
    return directions.slice(i).flatMap((other, ahead): SecondPart[] => {
      const curvature = curvatureOf(first, other)
      if (curvature === null) return []
      const matrix = new Float64Array(c * c)
      let trace = 0
      for (const block of blocks) {
        const { size, a, b } = block
        addInner(matrix, b, applyDirection(curvature, block, system, b, c), size, c, 1)
        trace += traceOf(applyDirection(curvature, block, system, a, size), size)
      }
      return [{ i, j: i + ahead, matrix, trace, isOfFactor: true }]
    })
  })
}

function addRandomParts(
  { state }: LmmEstimate,
  blocks: readonly RandomBlock[],
  directions: readonly Direction[],
  { p, q, trace }: Parts,
): void {
  const { system } = state.criterion
  const c = system.cross.layout.fixedEffects + 1
  const k = p.length
  for (const block of blocks) {
    // D_i A and D_i B, whole blocks: zero in the rows of other factors.
    const da = directions.map((direction) => applyDirection(direction, block, system, block.a, block.size))
    const db = directions.map((direction) => applyDirection(direction, block, system, block.b, c))
    directions.forEach((_, i) => {
      addInner(p[i]!, block.b, db[i]!, block.size, c, -1)
      directions.forEach((_, j) => {
        addInner(q[i * k + j]!, block.b, multiplyTall(da[i]!, db[j]!, block.size, c), block.size, c, 1)
        if (j > i) return
        trace[i * k + j] = trace[i * k + j]! + traceOfProduct(da[i]!, da[j]!, block.size)
        trace[j * k + i] = trace[i * k + j]!
      })
    })
  }
}
