/** The search for the ω that minimises the criterion of a structured model. */

import { minimiseLbfgs } from "../../math/optimise/lbfgs.ts"
import type { Minimum } from "../../math/optimise/objective.ts"
import { minimiseTrustRegion } from "../../math/optimise/trust-region.ts"
import { lowerTriangularFactor, truncateFactor } from "../../math/triangular-factor.ts"
import { RANK_TOLERANCE, steepestBoundaryDirection, stepOffBoundary } from "../boundary.ts"
import type { ThetaOptimum } from "../optimise-theta.ts"
import type { StructuredModel } from "./structured-model.ts"

export interface StructuredOptimum extends ThetaOptimum {
  readonly omega: Float64Array
}

const SLOPE_TOLERANCE = 1e-4
const DECREASE_TOLERANCE = 1e-11
const NEWTON_PARAMETERS = 10
/** Above this many rows a new Hessian at every step costs more than the steps it saves. */
const COSTLY_ROWS = 2000
const PROBE = 1e-5
/** Slopes in the residual structure are differences; closer neighbours would differ by their rounding alone. */
const RESIDUAL_STEP = 1e-4

/**
 * As `optimiseTheta`: from one start, and from others when a covariance matrix comes out singular; every stationary point
 * on the boundary is checked before it is accepted. With a residual structure a small data set is searched from a
 * second value of it, since correlation of the residuals and variance between groups can stand in for each other.
 *
 * @param start ω; where the terms have unit size when left out
 * @throws the signal's reason when it is aborted between two evaluations
 */
export function optimiseStructured(
  model: StructuredModel,
  start: Float64Array | undefined,
  signal: AbortSignal | undefined,
  exhaustive = true,
): StructuredOptimum {
  const counter = { evaluations: 0 }
  const log: string[] = []
  let best: Search | undefined
  const attempt = (from: string, omega: Float64Array): void => {
    const found = searchFrom(model, omega, counter, signal)
    log.push(`${from}: criterion ${found.value}, ${found.reason}`)
    const better =
      best === undefined ||
      found.value < best.value - 1e-9 ||
      (found.converged && !best.converged && found.value <= best.value + 1e-8)
    if (better) best = found
  }
  attempt(start === undefined ? "from T = I" : "from the given start", start ?? unitStart(model, 1))
  if (exhaustive) {
    if (best!.isSingular)
      for (const scale of [0.1, 5]) attempt(`singular; again from T = ${scale} I`, unitStart(model, scale))
    if (model.residual !== null && model.design.nobs <= COSTLY_ROWS) {
      const other = unitStart(model, 0.3)
      for (let k = model.randomCount; k < model.count; k++) other[k] = other[k]! + 1
      attempt("from another residual structure", other)
    }
  }
  return { ...best!, log, evaluations: counter.evaluations }
}

interface Search extends Omit<StructuredOptimum, "log" | "evaluations"> {
  readonly reason: string
  readonly isSingular: boolean
}

function unitStart(model: StructuredModel, scale: number): Float64Array {
  const omega = new Float64Array(model.count)
  for (const { start, unit } of model.terms)
    omega.set(
      unit.map((value) => scale * value),
      start,
    )
  if (model.residual !== null) omega.set(model.residual.start, model.randomCount)
  return omega
}

function searchFrom(
  model: StructuredModel,
  start: Float64Array,
  counter: { evaluations: number },
  signal: AbortSignal | undefined,
): Search {
  const objective = (omega: Float64Array) => {
    signal?.throwIfAborted()
    counter.evaluations++
    return model.evaluate(omega)
  }
  let minimum = minimise(model, objective, start)
  for (let attempt = 0; ; attempt++) {
    const omega = snap(model, minimum.x, minimum.value)
    const there = model.evaluate(omega)
    counter.evaluations++
    const gradientNorm = there.gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const off = leaveBoundary(model, omega, there.value)
    if (off.next === null || attempt >= 5) {
      const stuck = off.slope < -SLOPE_TOLERANCE
      const ranks = ranksAt(model, omega)
      return {
        omega,
        factors: model.factorsAt(omega),
        value: there.value,
        converged: minimum.converged && !stuck,
        reason: stuck ? "the criterion still falls when a singular covariance matrix grows" : minimum.reason,
        ranks,
        isSingular: ranks.some((rank, k) => rank < widthOf(model, k)),
        gradientNorm,
        kktResidual: Math.max(gradientNorm, -off.slope),
      }
    }
    minimum = minimise(model, objective, off.next)
  }
}

function minimise(
  model: StructuredModel,
  objective: Parameters<typeof minimiseTrustRegion>[0],
  start: Float64Array,
): Minimum {
  if (start.length === 0) {
    const { value, gradient } = objective(start)
    return {
      x: start,
      value,
      gradient,
      converged: true,
      reason: "nothing to search",
      iterations: 0,
      evaluations: 1,
    }
  }
  const options = { decreaseTolerance: DECREASE_TOLERANCE, maxIterations: 200, initialRadius: 1 }
  if (start.length > NEWTON_PARAMETERS)
    return minimiseLbfgs(objective, start, { ...options, maxIterations: 1000 })
  const costly = model.residual !== null && model.design.nobs > COSTLY_ROWS
  return minimiseTrustRegion(objective, start, {
    ...options,
    hessian: costly ? "update" : "difference",
    ...(model.residual === null ? {} : { differenceStep: RESIDUAL_STEP }),
  })
}

function widthOf(model: StructuredModel, k: number): number {
  return Math.round(Math.sqrt(model.terms[k]!.basis[0]!.length))
}

function ranksAt(model: StructuredModel, omega: Float64Array): readonly number[] {
  return model.factorsAt(omega).map((t, k) => truncateFactor(t, widthOf(model, k), RANK_TOLERANCE).rank)
}

/** Rectified signs, and what nearly vanishes as exactly zero wherever that does not raise the criterion. */
function snap(model: StructuredModel, x: Float64Array, value: number): Float64Array {
  let omega: Float64Array = Float64Array.from(x)
  let best = value
  const take = (trial: Float64Array): void => {
    const there = model.evaluate(trial).value
    if (there > best + 1e-10 * Math.max(1, Math.abs(best))) return
    omega = trial
    best = Math.min(best, there)
  }
  model.terms.forEach((term, k) => {
    const { start, count, structure } = term
    if (structure !== "unstructured") {
      for (let i = start; i < start + count; i++) {
        omega[i] = Math.abs(omega[i]!)
        if (omega[i]! > RANK_TOLERANCE || omega[i] === 0) continue
        const trial = Float64Array.from(omega)
        trial[i] = 0
        take(trial)
      }
      return
    }
    const q = widthOf(model, k)
    const t = model.factorsAt(omega)[k]!
    omega.set(packLower(lowerTriangularFactor(t, q, q, 0), q), start)
    const cut = truncateFactor(t, q, RANK_TOLERANCE)
    if (cut.rank === q) return
    const trial = Float64Array.from(omega)
    trial.set(packLower(cut.factor, q), start)
    take(trial)
  })
  return omega
}

/** A better point where a variance that is zero is not, and the steepest one-sided slope; null: there is none. */
function leaveBoundary(
  model: StructuredModel,
  omega: Float64Array,
  value: number,
): { readonly next: Float64Array | null; readonly slope: number } {
  let slope = 0
  let next: Float64Array | null = null
  for (const { structure, start, count } of model.terms) {
    if (structure === "unstructured") continue
    for (let i = start; i < start + count; i++) {
      if (omega[i] !== 0) continue
      const probed = Float64Array.from(omega)
      probed[i] = PROBE
      // The criterion is even in ω: its derivative in ω² at zero.
      const there = model.evaluate(probed).gradient[i]! / (2 * PROBE)
      if (!(there < slope)) continue
      slope = there
      if (there < -SLOPE_TOLERANCE) next = growOne(model, omega, i, value) ?? next
    }
  }
  const criterion = model.criterionAt(omega)
  // Zero columns of structured terms are not free to move by themselves: they must not look like zero.
  const factors = model.factorsAt(omega).map((t, k) => {
    return model.terms[k]!.structure === "unstructured" ? t : t.map((entry) => (entry === 0 ? 1e-150 : entry))
  })
  const direction = steepestBoundaryDirection(criterion, factors)
  if (direction === undefined || direction.slope >= slope) return { next, slope }
  slope = direction.slope
  if (slope >= -SLOPE_TOLERANCE) return { next, slope }
  const stepped = stepOffBoundary(criterion, factors, direction, value)
  if (stepped !== null) {
    const q = widthOf(model, direction.term)
    next = Float64Array.from(omega)
    next.set(packLower(stepped[direction.term]!, q), model.terms[direction.term]!.start)
  }
  return { next, slope }
}

function growOne(model: StructuredModel, omega: Float64Array, i: number, value: number): Float64Array | null {
  let best: Float64Array | null = null
  let bestValue = value
  for (let size = 1; size > 1e-4; size /= 3) {
    const trial = Float64Array.from(omega)
    trial[i] = size
    const there = model.evaluate(trial).value
    if (there < bestValue) {
      best = trial
      bestValue = there
    } else if (best !== null) break
  }
  return best
}

function packLower(t: Float64Array, q: number): number[] {
  const packed: number[] = []
  for (let column = 0; column < q; column++)
    for (let row = column; row < q; row++) packed.push(t[row * q + column]!)
  return packed
}
