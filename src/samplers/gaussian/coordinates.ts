/**
 * Coordinates z in which the density of the spreads is nearly a standard multivariate t: x = centre + factor · g(z), with
 * g_i(z) = z cosh ε_i + √(1 + z²) sinh ε_i along skewed axes: the sinh–arcsinh transformation of Jones & Pewsey (2009),
 * Biometrika 96, 761–780, with unit tails. x is φ but for the sds that a prior bounds.
 */
import { cholesky, solveLower } from "../../math/small-dense.ts"
import { applyBounds, type BoundedSd, removeBounds } from "./bounds.ts"
import type { Proposal } from "./proposal.ts"

/** Centre and lower factor (row-major d × d) of a proposal, and sinh ε of each axis; plain data. */
export interface Coordinates extends Proposal {
  readonly skew: Float64Array
  readonly bounds: readonly BoundedSd[]
}

/** Writes φ at `z`. @returns log |dφ/dz| up to a constant */
export function mapToSpreads(
  { centre, factor, skew, bounds }: Coordinates,
  z: Float64Array,
  phi: Float64Array,
): number {
  const d = z.length
  for (let i = 0; i < d; i++) phi[i] = centre[i]!
  let jacobian = 1
  for (let j = 0; j < d; j++) {
    const x = z[j]!
    const sinh = skew[j]!
    let bent = x
    if (sinh !== 0) {
      const cosh = Math.sqrt(1 + sinh * sinh)
      const root = Math.sqrt(1 + x * x)
      bent = x * cosh + root * sinh
      jacobian *= cosh + (x * sinh) / root
    }
    for (let i = j; i < d; i++) phi[i]! += factor[i * d + j]! * bent
  }
  const bounding = bounds.length === 0 ? 0 : applyBounds(bounds, phi)
  return jacobian === 1 ? bounding : bounding + Math.log(jacobian)
}

/** Writes z at `phi`, the inverse of the map. @returns log |dφ/dz| up to the same constant */
export function mapFromSpreads(
  { centre, factor, skew, bounds }: Coordinates,
  phi: Float64Array,
  z: Float64Array,
): number {
  const d = z.length
  for (let i = 0; i < d; i++) z[i] = phi[i]!
  const bounding = bounds.length === 0 ? 0 : removeBounds(bounds, z)
  for (let i = 0; i < d; i++) z[i]! -= centre[i]!
  solveLower(factor, 0, d, z, 0)
  let jacobian = 1
  for (let j = 0; j < d; j++) {
    const sinh = skew[j]!
    if (sinh === 0) continue
    const bent = z[j]!
    const cosh = Math.sqrt(1 + sinh * sinh)
    const x = bent * cosh - Math.sqrt(1 + bent * bent) * sinh
    z[j] = x
    jacobian *= cosh + (x * sinh) / Math.sqrt(1 + x * x)
  }
  return jacobian === 1 ? bounding : bounding + Math.log(jacobian)
}

/**
 * Fits the coordinates to draws of x, `count` of them from the start of `draws` (row-major, d wide): their mean and
 * covariance, and the skewness along each axis of the covariance's factor.
 * @returns false, with the coordinates as they were, when the draws have no covariance of full rank
 */
export function fitToDraws(coordinates: Coordinates, draws: Float64Array, count: number): boolean {
  const d = coordinates.centre.length
  const mean = new Float64Array(d)
  for (let r = 0; r < count; r++) for (let i = 0; i < d; i++) mean[i]! += draws[r * d + i]! / count
  const factor = new Float64Array(d * d)
  for (let r = 0; r < count; r++) {
    for (let i = 0; i < d; i++) {
      const deviation = (draws[r * d + i]! - mean[i]!) / (count - 1)
      for (let j = 0; j <= i; j++) factor[i * d + j]! += deviation * (draws[r * d + j]! - mean[j]!)
    }
  }
  if (!cholesky(factor, 0, d)) return false
  const skewness = new Float64Array(d)
  const x = new Float64Array(d)
  for (let r = 0; r < count; r++) {
    for (let i = 0; i < d; i++) x[i] = draws[r * d + i]! - mean[i]!
    solveLower(factor, 0, d, x, 0)
    for (let i = 0; i < d; i++) skewness[i]! += x[i]! ** 3 / count
  }
  coordinates.centre.set(mean)
  for (let j = 0; j < d; j++) {
    const sinh = sinhOfSkewness(skewness[j]! * (count / (count + SHRINK)))
    const bent = momentsOf(sinh)
    coordinates.skew[j] = sinh
    for (let i = j; i < d; i++) {
      const scale = (WIDEN * factor[i * d + j]!) / bent.sd
      coordinates.factor[i * d + j] = scale
      coordinates.centre[i]! -= scale * bent.mean
    }
  }
  return true
}

/** Draws are a sample: the fitted scale is widened a little, and their skewness shrunk as that of so many more without any. */
const WIDEN = 1.05
const SHRINK = 50
/** The most skewness that is fitted: beyond, the tail on the other side gets too light. */
const MOST_SKEWED = 0.9

/** sinh ε of the axis whose g(z), z standard normal, has this skewness; by bisection. */
function sinhOfSkewness(skewness: number): number {
  const wanted = Math.min(Math.abs(skewness), MOST_SKEWED)
  let [low, high] = [0, 2]
  for (let k = 0; k < 40; k++) {
    const middle = 0.5 * (low + high)
    if (momentsOf(middle).skewness < wanted) low = middle
    else high = middle
  }
  return Math.sign(skewness) * low
}

/** Moments of g(z), z standard normal, by the trapezoidal rule, exact to rounding for a function this smooth. */
function momentsOf(sinh: number): { mean: number; sd: number; skewness: number } {
  const cosh = Math.sqrt(1 + sinh * sinh)
  const sums = [0, 0, 0, 0]
  for (let k = -32; k <= 32; k++) {
    const z = k / 4
    const weight = Math.exp(-0.5 * z * z)
    const value = z * cosh + Math.sqrt(1 + z * z) * sinh
    for (let power = 0; power < 4; power++) sums[power]! += weight * value ** power
  }
  const [first, second, third] = [sums[1]! / sums[0]!, sums[2]! / sums[0]!, sums[3]! / sums[0]!]
  const variance = second - first * first
  const sd = Math.sqrt(variance)
  return { mean: first, sd, skewness: (third - 3 * first * second + 2 * first ** 3) / sd ** 3 }
}
