/** A multivariate t proposal fitted where the density is: at the mode first, to warm-up draws later. */

import { differenceHessian } from "../../math/optimise/hessian.ts"
import type { Objective } from "../../math/optimise/objective.ts"
import { minimiseTrustRegion } from "../../math/optimise/trust-region.ts"
import { cholesky, solveLower, solveLowerTransposed } from "../../math/small-dense.ts"
import { decomposeSymmetric } from "../../math/symmetric-eigen.ts"
import { drawGamma } from "../../random/gamma.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"

/** Degrees of freedom: heavier tails than any log-scale posterior with a proper prior. */
const PROPOSAL_DF = 6

/** Centre and lower Cholesky factor (row-major d × d) of the scale matrix; plain data. */
export interface Proposal {
  readonly centre: Float64Array
  readonly factor: Float64Array
}

type LogDensity = (phi: Float64Array) => number

/** A mode of a log density, and the curvature there (row-major d × d). */
export interface Mode {
  readonly centre: Float64Array
  readonly hessian: Float64Array
}

/**
 * The mode of a log density and a scale from the curvature there. Directions that the curvature leaves open (a flat
 * or saddle-shaped mode) get a width of `WIDEST`.
 * @param start where to begin, not changed
 */
export const fitAtMode = (logDensity: LogDensity, start: Float64Array): Proposal =>
  proposalAt(findMode(logDensity, start))

export const proposalAt = ({ centre, hessian }: Mode): Proposal => ({
  centre,
  factor: scaleFromCurvature(hessian, centre.length),
})

/** @param start where to begin, not changed */
export function findMode(logDensity: LogDensity, start: Float64Array): Mode {
  const objective = differenceObjective(logDensity)
  const { x: centre } = minimiseTrustRegion(objective, start, {
    decreaseTolerance: 1e-6,
    maxIterations: 60,
    initialRadius: 1,
    hessian: "difference",
  })
  return { centre, hessian: differenceHessian(objective, centre, objective(centre).gradient) }
}

/**
 * The mode of a density that takes long to evaluate, from one near it with nearly proportional curvature: Newton's method with
 * that curvature, a gradient a step.
 * @param factor of the curvatures
 * @returns null where it does not get there: the two are not alike
 */
export function approachMode(logDensity: LogDensity, near: Mode, factor: number): Mode | null {
  const d = near.centre.length
  const objective = differenceObjective(logDensity)
  const hessian = near.hessian.map((value) => factor * value)
  const lower = hessian.slice()
  if (!cholesky(lower, 0, d)) return null
  let centre = near.centre
  let before = { value: Number.POSITIVE_INFINITY, decrement: Number.POSITIVE_INFINITY }
  for (let k = 0; k < MOST_STEPS; k++) {
    const { value, gradient } = objective(centre)
    const step = gradient.slice()
    solveLower(lower, 0, d, step, 0)
    const decrement = step.reduce((sum, z) => sum + z * z, 0)
    solveLowerTransposed(lower, 0, d, step, 0)
    centre = centre.map((x, i) => x - step[i]!)
    // A curvature of the wrong size shows in what a step leaves to do.
    const isAlike = value < before.value + ROUNDING && decrement < ALIKE ** 2 * before.decrement
    if (!isAlike) return null
    if (k > 0 && decrement < NEAR ** 2) return { centre, hessian }
    before = { value, decrement }
  }
  return null
}

/** Newton steps; the length in posterior sds of one that is the last; and what a step may leave of the one before. */
const MOST_STEPS = 8
const NEAR = 0.3
const ALIKE = 0.3
/** Of log densities of some millions. */
const ROUNDING = 1e-6

function differenceObjective(logDensity: LogDensity): Objective {
  return (x) => {
    const d = x.length
    const gradient = new Float64Array(d)
    const here = logDensity(x)
    const point = x.slice()
    for (let i = 0; i < d; i++) {
      point[i] = x[i]! + STEP
      const above = logDensity(point)
      point[i] = x[i]! - STEP
      const below = logDensity(point)
      point[i] = x[i]!
      gradient[i] = -slope(above, here, below)
    }
    return { value: -here, gradient }
  }
}

/** Slope from values one step to either side, of which one may lie beyond the support. */
function slope(above: number, here: number, below: number): number {
  if (Number.isFinite(above) && Number.isFinite(below)) return (above - below) / (2 * STEP)
  if (Number.isFinite(above)) return (above - here) / STEP
  return Number.isFinite(below) ? (here - below) / STEP : 0
}

/** Central differences of a smooth function of order one: error about 1e-10. */
const STEP = 1e-5
/** Sds of a log scale beyond which the data say nothing. */
const WIDEST = 2

function scaleFromCurvature(hessian: Float64Array, d: number): Float64Array {
  // Beside the bound of a prior a difference may not exist; the curvature then says nothing.
  const finite = hessian.map((value) => (Number.isFinite(value) ? value : 0))
  const { values, vectors } = decomposeSymmetric(finite, d)
  const covariance = new Float64Array(d * d)
  for (let k = 0; k < d; k++) {
    const variance = 1 / Math.max(values[k]!, 1 / WIDEST ** 2)
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++)
        covariance[i * d + j]! += variance * vectors[i * d + k]! * vectors[j * d + k]!
    }
  }
  cholesky(covariance, 0, d)
  return covariance
}

/** A draw from the t proposal into `phi`. */
export function drawProposal(proposal: Proposal, rng: Stream, phi: Float64Array, z: Float64Array): void {
  const d = phi.length
  const stretch = Math.sqrt(PROPOSAL_DF / (2 * drawGamma(rng, PROPOSAL_DF / 2)))
  for (let i = 0; i < d; i++) z[i] = stretch * drawNormal(rng)
  for (let i = 0; i < d; i++) {
    let value = proposal.centre[i]!
    for (let j = 0; j <= i; j++) value += proposal.factor[i * d + j]! * z[j]!
    phi[i] = value
  }
}

/** Log density of the t proposal at `phi`, up to its normalising constant. `z` is overwritten. */
export function logProposal(proposal: Proposal, phi: Float64Array, z: Float64Array): number {
  const d = phi.length
  for (let i = 0; i < d; i++) z[i] = phi[i]! - proposal.centre[i]!
  solveLower(proposal.factor, 0, d, z, 0)
  let squares = 0
  for (let i = 0; i < d; i++) squares += z[i]! * z[i]!
  return -0.5 * (PROPOSAL_DF + d) * Math.log1p(squares / PROPOSAL_DF)
}
