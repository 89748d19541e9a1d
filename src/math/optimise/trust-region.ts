/** Trust-region Newton for a handful of parameters. */

import { differenceHessian, updateSymmetricRankOne } from "./hessian.ts"
import type { Evaluation, MinimiseOptions, Minimum, Objective } from "./objective.ts"
import { VALUE_NOISE } from "./objective.ts"
import { solveTrustRegion } from "./trust-region-step.ts"

export interface TrustRegionOptions extends MinimiseOptions {
  /**
   * `difference`: a new Hessian from differences of the gradient at every iteration, for cheap gradients.
   * `update`: one from differences, symmetric rank-one updates after it, for costly ones.
   * A function: an approximation at the point that was evaluated last; what it is off by is learnt by symmetric rank-one
   * updates (Dennis, Gay & Welsch 1981, ACM Trans. Math. Softw. 7(3)).
   */
  readonly hessian: "difference" | "update" | ((x: Float64Array) => Float64Array)
  /** Of `difference` and `update`: as `differenceHessian` takes it. */
  readonly differenceStep?: number
}

/**
 * Minimises a smooth function (Nocedal & Wright 2006, algorithm 4.1, with the exact step of section 4.3). Negative
 * curvature is followed, so that a saddle does not hold it; only a point that is stationary and has no direction of
 * negative curvature ends the search.
 *
 * @param start not changed
 */
export function minimiseTrustRegion(
  objective: Objective,
  start: Float64Array,
  options: TrustRegionOptions,
): Minimum {
  let evaluations = 0
  let iterations = 0
  const evaluate = (x: Float64Array): Evaluation => {
    evaluations++
    return objective(x)
  }
  let x: Float64Array = Float64Array.from(start)
  let current = evaluate(x)
  const { hessian: source } = options
  const correction = new Float64Array(x.length ** 2)
  const finish = (converged: boolean, reason: string): Minimum => {
    return { x, value: current.value, gradient: current.gradient, converged, reason, iterations, evaluations }
  }
  if (!Number.isFinite(current.value)) return finish(false, "the function is not finite at the start")
  const hessianHere = (): Float64Array => {
    if (typeof source === "function") return source(x)
    return differenceHessian(evaluate, x, current.gradient, options.differenceStep)
  }
  let base = hessianHere()
  let hessian = base
  let polished = 0
  let radius = options.initialRadius
  for (; iterations < options.maxIterations; iterations++) {
    const trial = solveTrustRegion(current.gradient, hessian, radius)
    const noise = VALUE_NOISE * Math.max(1, Math.abs(current.value))
    const small =
      trial.predicted <= options.decreaseTolerance || (polished >= MAX_POLISH && trial.predicted <= noise)
    if (small && !cutShort(trial.onBoundary, radius)) {
      return finish(true, "the expected decrease is below the tolerance")
    }
    const moved = x.map((value, i) => value + trial.step[i]!)
    const next = evaluate(moved)
    const actual = current.value - next.value
    // Near the minimum both decreases drown in rounding; the model, made of the more exact gradient, is then to be
    // believed, a few times.
    const drowned = Math.abs(actual) <= 10 * noise && trial.predicted <= 10 * noise
    const ratio = drowned ? 1 : actual / trial.predicted
    if (drowned) polished++
    if (!(ratio >= 0.25)) radius = 0.25 * trial.length
    else if (ratio > 0.75 && trial.onBoundary) radius = Math.min(2 * radius, MAX_RADIUS)
    const change = [current.gradient, next.gradient] as const
    if (ratio > 1e-4) {
      x = moved
      current = next
      if (source !== "update") base = hessianHere()
    }
    if (source === "difference") hessian = base
    else if (Number.isFinite(next.value)) {
      // A step on which an approximation was far off says nothing about what it is off by where the step led.
      if (typeof source === "function" && !(Math.abs(ratio - 1) < TRUSTED)) correction.fill(0)
      hessian = base.map((value, i) => value + correction[i]!)
      if (source === "update" || Math.abs(ratio - 1) < TRUSTED) {
        updateSymmetricRankOne(hessian, trial.step, ...change)
      }
      for (let i = 0; i < correction.length; i++) correction[i] = hessian[i]! - base[i]!
    }
    if (radius < MIN_RADIUS) {
      // Values that round more coarsely than the gradient refuse every step; what a full step would gain decides.
      const left = solveTrustRegion(current.gradient, hessian, options.initialRadius)
      const done = left.predicted <= STALLED * options.decreaseTolerance
      if (done && !left.onBoundary) return finish(true, "what is left to gain drowns in rounding")
      return finish(false, "no step, however short, decreases the function")
    }
  }
  return finish(false, `no convergence in ${options.maxIterations} iterations`)
}

/**
 * Times the tolerance: the decrease that a search stopped by rounding may leave. With a tolerance of 10⁻¹¹ on the scale of
 * −2 log L that is 10⁻⁷, less than a thousandth of a standard error.
 */
const STALLED = 1e4
const TRUSTED = 0.2
const MAX_RADIUS = 1e4
const MIN_RADIUS = 1e-12
const MAX_POLISH = 3

/** A tiny ball promises a tiny decrease whatever the slope: that is not convergence. */
function cutShort(onBoundary: boolean, radius: number): boolean {
  return onBoundary && radius < 1e-3
}
