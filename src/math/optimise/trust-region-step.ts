/** The step of a trust-region method: the minimum of a quadratic inside a ball. */

import { decomposeSymmetric } from "../symmetric-eigen.ts"

export interface TrustRegionStep {
  readonly step: Float64Array
  /** Decrease the quadratic promises, ≥ 0. */
  readonly predicted: number
  readonly length: number
  /** Whether the ball, not the quadratic, ended the step. */
  readonly onBoundary: boolean
  readonly smallestEigenvalue: number
}

/**
 * Minimises `g's + s'Hs/2` over `‖s‖ ≤ radius` exactly, by the eigenvalues of H and a bracketed root of the secular
 * equation `‖s(λ)‖ = radius`, the hard case included (Moré & Sorensen 1983; Nocedal & Wright 2006, section 4.3).
 *
 * @param gradient length k
 * @param hessian symmetric, row-major k × k; may be indefinite
 */
export function solveTrustRegion(
  gradient: Float64Array,
  hessian: Float64Array,
  radius: number,
): TrustRegionStep {
  const k = gradient.length
  const { values, vectors } = decomposeSymmetric(hessian, k)
  const rotated = new Float64Array(k)
  for (let j = 0; j < k; j++) {
    for (let i = 0; i < k; i++) rotated[j] = rotated[j]! + vectors[i * k + j]! * gradient[i]!
  }
  const smallest = values[0]!
  const scale = Math.max(Math.abs(smallest), Math.abs(values[k - 1]!), 1e-300)
  const flat = 1e-12 * scale
  const inner = smallest > flat ? coordinatesAt(rotated, values, 0, flat) : undefined
  const onBoundary = inner === undefined || norm(inner) > radius
  const coordinates = onBoundary ? boundaryCoordinates(rotated, values, radius, flat) : inner
  const step = new Float64Array(k)
  let predicted = 0
  for (let j = 0; j < k; j++) {
    const c = coordinates[j]!
    predicted -= rotated[j]! * c + 0.5 * values[j]! * c * c
    for (let i = 0; i < k; i++) step[i] = step[i]! + vectors[i * k + j]! * c
  }
  return {
    step,
    predicted: Math.max(0, predicted),
    length: norm(coordinates),
    onBoundary,
    smallestEigenvalue: smallest,
  }
}

/** `s(λ) = −(H + λI)⁻¹ g` in the eigenbasis; directions with a vanishing denominator are left out. */
function coordinatesAt(
  rotated: Float64Array,
  values: Float64Array,
  lambda: number,
  flat: number,
): Float64Array {
  return rotated.map((g, j) => {
    const denominator = values[j]! + lambda
    return denominator > flat ? -g / denominator : 0
  })
}

function boundaryCoordinates(
  rotated: Float64Array,
  values: Float64Array,
  radius: number,
  flat: number,
): Float64Array {
  const lowest = Math.max(0, -values[0]!)
  const atLowest = coordinatesAt(rotated, values, lowest, flat)
  const room = radius * radius - norm(atLowest) ** 2
  const leading = values.map((value, j) => (value + lowest <= flat ? Math.abs(rotated[j]!) : 0))
  if (room >= 0 && norm(leading) <= 1e-10 * norm(rotated)) {
    // Hard case: the gradient has nothing along the lowest curvature, so walk along it up to the ball.
    if (values[0]! < -flat) atLowest[0] = (rotated[0]! > 0 ? -1 : 1) * Math.sqrt(room)
    return atLowest
  }
  let low = lowest
  let high = lowest + norm(rotated) / radius + 2 * flat
  for (let iteration = 0; iteration < 200 && high - low > 1e-14 * high; iteration++) {
    const middle = iteration < 60 ? 0.5 * (low + high) : Math.sqrt(low * high)
    const length = norm(rotated.map((g, j) => g / (values[j]! + middle)))
    if (length > radius) low = middle
    else high = middle
  }
  const coordinates = rotated.map((g, j) => -g / (values[j]! + high))
  // Almost the hard case: λ cannot be told from the lowest eigenvalue, and what is missing lies along it.
  const missing = radius * radius - norm(coordinates) ** 2
  if (values[0]! < -flat && missing > 0) {
    const first = coordinates[0]!
    coordinates[0] = (rotated[0]! > 0 ? -1 : 1) * Math.sqrt(first * first + missing)
  }
  return coordinates
}

function norm(x: Float64Array): number {
  let sum = 0
  for (const value of x) sum += value * value
  return Math.sqrt(sum)
}
