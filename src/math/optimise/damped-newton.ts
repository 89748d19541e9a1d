/** Newton's method for the same small problem over and over: no allocation after the workspace is made. */

import { cholesky, solveLower, solveLowerTransposed } from "../small-dense.ts"

/** Overwrites `gradient` and returns the value, +Infinity where the function is not defined. */
export type InPlaceObjective = (x: Float64Array, gradient: Float64Array) => number

export interface DampedNewton {
  /**
   * Moves `x` to a minimum near by.
   * @returns whether the expected decrease fell below the tolerance
   */
  minimise(objective: InPlaceObjective, x: Float64Array): boolean
  /** Value at the last minimum, in one cell. */
  readonly value: Float64Array
}

const STEP = 1e-5
const ITERATIONS = 100

/**
 * Levenberg's damping of Newton's steps (Nocedal & Wright 2006, sections 3.4 and 10.3): `(H + λI)s = −g`, λ raised until
 * the matrix is positive definite and the step decreases the function; H by forward differences of the gradient.
 *
 * @param decreaseTolerance stop when the undamped model expects less than this decrease
 */
export function createDampedNewton(k: number, decreaseTolerance: number): DampedNewton {
  const gradient = new Float64Array(k)
  const shifted = new Float64Array(k)
  const trial = new Float64Array(k)
  const step = new Float64Array(k)
  const hessian = new Float64Array(k * k)
  const damped = new Float64Array(k * k)
  const value = new Float64Array(1)

  const formHessian = (objective: InPlaceObjective, x: Float64Array): void => {
    for (let i = 0; i < k; i++) {
      const kept = x[i]!
      x[i] = kept + STEP
      objective(x, shifted)
      x[i] = kept
      for (let j = 0; j < k; j++) hessian[i * k + j] = (shifted[j]! - gradient[j]!) / STEP
    }
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < i; j++) {
        const mean = 0.5 * (hessian[i * k + j]! + hessian[j * k + i]!)
        hessian[i * k + j] = mean
        hessian[j * k + i] = mean
      }
    }
  }

  /** The step for this damping; false when the matrix is not positive definite. */
  const solve = (lambda: number): boolean => {
    for (let i = 0; i < k * k; i++) damped[i] = hessian[i]!
    for (let i = 0; i < k; i++) damped[i * (k + 1)] = damped[i * (k + 1)]! + lambda
    if (!cholesky(damped, 0, k)) return false
    for (let i = 0; i < k; i++) step[i] = -gradient[i]!
    solveLower(damped, 0, k, step, 0)
    solveLowerTransposed(damped, 0, k, step, 0)
    return true
  }

  const expectedDecrease = (): number => {
    let sum = 0
    for (let i = 0; i < k; i++) {
      let product = gradient[i]!
      for (let j = 0; j < k; j++) product += 0.5 * hessian[i * k + j]! * step[j]!
      sum -= product * step[i]!
    }
    return sum
  }

  return {
    value,
    minimise: (objective, x) => {
      value[0] = objective(x, gradient)
      let lambda = 0
      for (let iteration = 0; iteration < ITERATIONS; iteration++) {
        formHessian(objective, x)
        let scale = 0
        for (let i = 0; i < k; i++) scale = Math.max(scale, Math.abs(hessian[i * (k + 1)]!))
        for (let attempt = 0; ; attempt++) {
          if (attempt === 60) return false
          if (!solve(lambda)) {
            lambda = Math.max(4 * lambda, 1e-3 * scale, 1e-12)
            continue
          }
          const expected = expectedDecrease()
          if (expected <= decreaseTolerance && lambda <= 1e-3 * scale) return true
          let length = 0
          for (let i = 0; i < k; i++) length = Math.max(length, Math.abs(step[i]!))
          for (let i = 0; i < k; i++) trial[i] = x[i]! + step[i]!
          const there = length > 100 ? Number.POSITIVE_INFINITY : objective(trial, shifted)
          const actual = value[0]! - there
          if (actual >= 1e-4 * expected || (Math.abs(actual) < 1e-11 * Math.abs(there) && expected < 1e-8)) {
            for (let i = 0; i < k; i++) {
              x[i] = trial[i]!
              gradient[i] = shifted[i]!
            }
            value[0] = there
            lambda = actual > 0.5 * expected ? (lambda < 1e-5 * scale ? 0 : 0.1 * lambda) : lambda
            break
          }
          lambda = Math.max(4 * lambda, 1e-2 * scale, 1e-12)
        }
      }
      return false
    },
  }
}
