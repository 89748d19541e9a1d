/** The search for the θ that minimises the criterion. */

import { minimiseLbfgs } from "../math/optimise/lbfgs.ts"
import type { Minimum } from "../math/optimise/objective.ts"
import { minimiseTrustRegion } from "../math/optimise/trust-region.ts"
import { averageInformation } from "./average-information.ts"
import { ranks, snapToBoundary, steepestBoundaryDirection, stepOffBoundary } from "./boundary.ts"
import { packTheta, unpackTheta } from "./covariance-factor.ts"
import type { Criterion, CriterionValue } from "./criterion.ts"
import { evaluateCriterion, evaluateTheta } from "./criterion.ts"
import { momentStart } from "./moment-start.ts"
import { searchOneFactor } from "./one-factor-start.ts"

export interface ThetaOptimum {
  /** T of each term in internal coordinates: lower triangular, diagonal ≥ 0. */
  readonly factors: readonly Float64Array[]
  readonly value: number
  readonly converged: boolean
  /** What was tried and how each attempt ended. */
  readonly log: readonly string[]
  readonly evaluations: number
  readonly ranks: readonly number[]
  /** Largest absolute derivative of the criterion with respect to θ (internal, unit-free coordinates). */
  readonly gradientNorm: number
  /** The gradient norm, or how far a one-sided slope at a singular covariance matrix is negative, if that is more. */
  readonly kktResidual: number
}

/** A one-sided slope above this is taken as zero: it can hide a decrease of about its square. */
const SLOPE_TOLERANCE = 1e-4
const DECREASE_TOLERANCE = 1e-11
const NEWTON_PARAMETERS = 10
const COSTLY_TAIL = 200
/** A decrease of 1e-10 moves no estimate by more than 1e-5 of its standard error. */
const COSTLY_TOLERANCE = 1e-10

/**
 * From one start, and, when the best covariance matrix found is singular, from several: the criterion of a singular
 * model has more than one local minimum often enough. Signs of T are rectified; every stationary point on the
 * boundary is checked in Σ before it is accepted, and left when it fails.
 *
 * @param start θ to begin with, in internal coordinates; T = I when left out
 * @throws the signal's reason when it is aborted between two evaluations
 */
export function optimiseTheta(
  criterion: Criterion,
  start: Float64Array | undefined,
  signal: AbortSignal | undefined,
): ThetaOptimum {
  const counter = { evaluations: 0 }
  const { initial, origin, isMinimum } =
    start === undefined
      ? chooseStart(criterion)
      : { initial: start, origin: "the given start", isMinimum: false }
  const first = searchFrom(criterion, initial, counter, signal, isMinimum)
  const log = [`from ${origin}: ${describe(first)}`]
  let best = first
  const { terms } = criterion.system
  if (terms.some(({ width }, k) => first.ranks[k]! < width) && terms.some(({ width }) => width > 1)) {
    for (const scale of [0.1, 5]) {
      const next = searchFrom(criterion, scaledIdentity(criterion, scale), counter, signal)
      log.push(`singular; again from T = ${scale} I: ${describe(next)}`)
      if (next.value < best.value || (next.converged && !best.converged && next.value <= best.value + 1e-8)) {
        best = next
      }
    }
  }
  return { ...best, log, evaluations: counter.evaluations }
}

interface Start {
  readonly initial: Float64Array
  readonly origin: string
  /** A search has ended there: it is to be confirmed. */
  readonly isMinimum: boolean
}

function chooseStart(criterion: Criterion): Start {
  const { system, method } = criterion
  if (isCostly(criterion)) {
    return { initial: momentStart(system), origin: "estimates by moments", isMinimum: false }
  }
  const identity = scaledIdentity(criterion, 1)
  const isMergeable = identity.length <= NEWTON_PARAMETERS && criterion.knownVariance === null
  const found = isMergeable ? searchOneFactor(system, method, identity) : null
  if (found === null) return { initial: identity, origin: "T = I", isMinimum: false }
  return { initial: found, origin: "T = I, first on merged levels", isMinimum: true }
}

type Search = Omit<ThetaOptimum, "log" | "evaluations"> & { readonly reason: string }

function describe(search: Search): string {
  return `criterion ${search.value}, ${search.reason}`
}

function searchFrom(
  criterion: Criterion,
  start: Float64Array,
  counter: { evaluations: number },
  signal: AbortSignal | undefined,
  isMinimum = false,
): Search {
  const { terms } = criterion.system
  signal?.throwIfAborted()
  let minimum = (isMinimum ? confirm(criterion, start) : null) ?? minimise(criterion, start, signal)
  counter.evaluations += minimum.evaluations
  for (let attempt = 0; ; attempt++) {
    const snapped = snapToBoundary(criterion, unpackTheta(terms, minimum.x), minimum.value)
    const found = ranks(criterion, snapped.factors)
    const boundary = steepestBoundaryDirection(criterion, snapped.factors)
    const there = evaluateTheta(criterion, packTheta(terms, snapped.factors))
    const gradientNorm = there.gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    counter.evaluations += 1 + terms.reduce((sum, { width }, k) => sum + (found[k]! < width ? width : 0), 0)
    const slope = boundary?.slope ?? 0
    const stuck = boundary !== undefined && slope < -SLOPE_TOLERANCE
    const off =
      stuck && attempt < 5 ? stepOffBoundary(criterion, snapped.factors, boundary, snapped.value) : null
    if (off === null) {
      const reason = stuck
        ? "the criterion still falls when a singular covariance matrix grows"
        : minimum.reason
      return {
        factors: snapped.factors,
        value: there.value,
        converged: minimum.converged && !stuck,
        ranks: found,
        gradientNorm,
        kktResidual: Math.max(gradientNorm, -slope),
        reason,
      }
    }
    minimum = minimise(criterion, packTheta(terms, off), signal)
    counter.evaluations += minimum.evaluations
  }
}

/** A gradient below this, where a search with exact Hessians has ended, hides a decrease of about its square. */
const CONFIRMED = 1e-6

/** The minimum that another search found, if this gradient says so too: the Hessian need not be formed again. */
function confirm(criterion: Criterion, theta: Float64Array): Minimum | null {
  const { value, gradient } = evaluateTheta(criterion, theta)
  if (!gradient.every((slope) => Math.abs(slope) < CONFIRMED)) return null
  const reason = "the expected decrease is below the tolerance"
  return { x: theta, value, gradient, converged: true, reason, iterations: 0, evaluations: 1 }
}

function minimise(criterion: Criterion, start: Float64Array, signal: AbortSignal | undefined): Minimum {
  const { terms } = criterion.system
  let last: { readonly factors: readonly Float64Array[]; readonly there: CriterionValue } | undefined
  const objective = (theta: Float64Array) => {
    signal?.throwIfAborted()
    const factors = unpackTheta(terms, theta)
    const there = evaluateCriterion(criterion, factors)
    last = { factors, there }
    return { value: there.value, gradient: packTheta(terms, there.gradient) }
  }
  const options = { decreaseTolerance: DECREASE_TOLERANCE, maxIterations: 200, initialRadius: 1 }
  if (start.length > NEWTON_PARAMETERS)
    return minimiseLbfgs(objective, start, { ...options, maxIterations: 1000 })
  if (!isCostly(criterion)) {
    return minimiseTrustRegion(objective, start, { ...options, hessian: "difference" })
  }
  // The last evaluation was at the point in question.
  const hessian = () => averageInformation(criterion, last!.factors, last!.there)
  return minimiseTrustRegion(objective, start, {
    ...options,
    decreaseTolerance: COSTLY_TOLERANCE,
    hessian,
  })
}

function isCostly(criterion: Criterion): boolean {
  return criterion.system.cross.layout.tailSize > COSTLY_TAIL && criterion.knownVariance === null
}

function scaledIdentity(criterion: Criterion, scale: number): Float64Array {
  const { terms } = criterion.system
  const factors = terms.map(({ width: q }) => {
    const t = new Float64Array(q * q)
    for (let i = 0; i < q; i++) t[i * q + i] = scale
    return t
  })
  return packTheta(terms, factors)
}
