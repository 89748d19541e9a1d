/** Limited-memory BFGS for more parameters than a Hessian is worth forming for. */

import type { Evaluation, MinimiseOptions, Minimum, Objective } from "./objective.ts"
import { VALUE_NOISE } from "./objective.ts"

const MEMORY = 12

interface Pair {
  readonly step: Float64Array
  readonly change: Float64Array
  readonly curvature: number
}

/**
 * Minimises a smooth function by L-BFGS (Nocedal & Wright 2006, algorithms 7.4 and 7.5) with a line search for the
 * weak Wolfe conditions by bisection (Lewis & Overton 2013), which needs no interpolation and always ends.
 *
 * @param start not changed
 */
export function minimiseLbfgs(objective: Objective, start: Float64Array, options: MinimiseOptions): Minimum {
  let evaluations = 0
  const evaluate = (x: Float64Array): Evaluation => {
    evaluations++
    return objective(x)
  }
  let x: Float64Array = Float64Array.from(start)
  let current = evaluate(x)
  let pairs: Pair[] = []
  let iterations = 0
  let quiet = 0
  const finish = (converged: boolean, reason: string): Minimum => {
    return { x, value: current.value, gradient: current.gradient, converged, reason, iterations, evaluations }
  }
  if (!Number.isFinite(current.value)) return finish(false, "the function is not finite at the start")
  for (; iterations < options.maxIterations; iterations++) {
    const direction = quasiNewtonDirection(current.gradient, pairs)
    const slope = inner(current.gradient, direction)
    const noise = VALUE_NOISE * Math.max(1, Math.abs(current.value))
    // Half the slope is the decrease the quadratic model promises. Two quiet iterations: one may be a fluke of scale.
    if (-0.5 * slope <= Math.max(options.decreaseTolerance, noise)) {
      if (++quiet >= 2 || pairs.length === 0)
        return finish(true, "the expected decrease is below the tolerance")
    } else quiet = 0
    const first = pairs.length === 0 ? Math.min(1, options.initialRadius / Math.sqrt(-slope)) : 1
    const found = searchLine(evaluate, x, direction, current, slope, first, noise)
    if (found === undefined) {
      if (quiet > 0) return finish(true, "the expected decrease is below the tolerance")
      if (pairs.length === 0) return finish(false, "no step, however short, decreases the function")
      pairs = []
      continue
    }
    const step = found.x.map((value, i) => value - x[i]!)
    const change = found.evaluation.gradient.map((value, i) => value - current.gradient[i]!)
    const curvature = inner(step, change)
    if (curvature > 1e-12 * inner(change, change))
      pairs = [...pairs.slice(1 - MEMORY), { step, change, curvature }]
    x = found.x
    current = found.evaluation
  }
  return finish(false, `no convergence in ${options.maxIterations} iterations`)
}

/** The two-loop recursion: −H⁻¹g with H⁻¹ from the stored pairs, newest last. */
function quasiNewtonDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((value) => -value)
  const shares = new Float64Array(pairs.length)
  for (let k = pairs.length - 1; k >= 0; k--) {
    const pair = pairs[k]!
    shares[k] = inner(pair.step, direction) / pair.curvature
    addScaled(direction, -shares[k]!, pair.change)
  }
  const newest = pairs.at(-1)
  if (newest !== undefined) {
    const scale = newest.curvature / inner(newest.change, newest.change)
    for (let i = 0; i < direction.length; i++) direction[i] = direction[i]! * scale
  }
  pairs.forEach((pair, k) => {
    const share = inner(pair.change, direction) / pair.curvature
    addScaled(direction, shares[k]! - share, pair.step)
  })
  return direction
}

function searchLine(
  evaluate: (x: Float64Array) => Evaluation,
  x: Float64Array,
  direction: Float64Array,
  current: Evaluation,
  slope: number,
  first: number,
  noise: number,
): { readonly x: Float64Array; readonly evaluation: Evaluation } | undefined {
  let low = 0
  let high = Number.POSITIVE_INFINITY
  let length = first
  for (let trial = 0; trial < 60; trial++) {
    const moved = x.map((value, i) => value + length * direction[i]!)
    const evaluation = evaluate(moved)
    if (!(evaluation.value <= current.value + 1e-4 * length * slope + noise)) high = length
    else if (inner(evaluation.gradient, direction) < 0.9 * slope && trial < 40) low = length
    else return { x: moved, evaluation }
    length = Number.isFinite(high) ? 0.5 * (low + high) : 2 * length
  }
  return undefined
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + factor * source[i]!
}
