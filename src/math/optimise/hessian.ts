/** Hessians without second derivatives. */

import type { Objective } from "./objective.ts"

const STEP = 1e-6

/**
 * Hessian by forward differences of the gradient (backward where the function is not finite), symmetrised: right to
 * about six digits, which is what a Newton step needs, at one gradient a parameter.
 *
 * @param gradient at x
 * @param relativeStep larger than the default for a gradient that is itself of differences, and so noisier
 * @returns row-major k × k
 */
export function differenceHessian(
  objective: Objective,
  x: Float64Array,
  gradient: Float64Array,
  relativeStep = STEP,
): Float64Array {
  const k = x.length
  const hessian = new Float64Array(k * k)
  for (let i = 0; i < k; i++) {
    const h = relativeStep * Math.max(1, Math.abs(x[i]!))
    const row = gradientDifference(objective, x, gradient, i, h)
    for (let j = 0; j < k; j++) hessian[i * k + j] = row[j]!
  }
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * (hessian[i * k + j]! + hessian[j * k + i]!)
      hessian[i * k + j] = mean
      hessian[j * k + i] = mean
    }
  }
  return hessian
}

function gradientDifference(
  objective: Objective,
  x: Float64Array,
  gradient: Float64Array,
  i: number,
  h: number,
): Float64Array {
  for (const step of [h, -h]) {
    const there = objective(shifted(x, i, step))
    if (Number.isFinite(there.value)) return there.gradient.map((value, j) => (value - gradient[j]!) / step)
  }
  return new Float64Array(x.length)
}

function shifted(x: Float64Array, i: number, h: number): Float64Array {
  const moved = Float64Array.from(x)
  moved[i] = moved[i]! + h
  return moved
}

/**
 * Symmetric rank-one update of H in place, skipped where its denominator is too small to trust (Nocedal & Wright
 * 2006, eqs. 6.24 and 6.26). Unlike BFGS it can follow negative curvature.
 */
export function updateSymmetricRankOne(
  hessian: Float64Array,
  step: Float64Array,
  before: Float64Array,
  after: Float64Array,
): void {
  const k = step.length
  const residual = new Float64Array(k)
  let denominator = 0
  let stepNorm = 0
  let residualNorm = 0
  for (let i = 0; i < k; i++) {
    let value = after[i]! - before[i]!
    for (let j = 0; j < k; j++) value -= hessian[i * k + j]! * step[j]!
    residual[i] = value
    denominator += value * step[i]!
    stepNorm += step[i]! ** 2
    residualNorm += value * value
  }
  if (Math.abs(denominator) < 1e-8 * Math.sqrt(stepNorm * residualNorm) || denominator === 0) return
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      hessian[i * k + j] = hessian[i * k + j]! + (residual[i]! * residual[j]!) / denominator
    }
  }
}
