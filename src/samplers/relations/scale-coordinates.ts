/** Coordinates without bounds of the scales of a block: positive numbers and precision matrices. */
import { cholesky } from "../../math/small-dense.ts"
import { type Coordinates, coordinateSlope, fromCoordinate, toCoordinate } from "./curvature-coordinates.ts"
import type { Engine } from "./engine.ts"

/** A precision matrix that is drawn. Plain data. */
export interface MatrixScale {
  readonly relation: number
  readonly instance: number
  readonly width: number
  /** `width` × `width` slots. */
  readonly slots: Int32Array
}

/** The scales of a block. Plain data. */
export interface Scales {
  /** Numbers: slots, who draws them, coordinates. */
  readonly slots: Int32Array
  readonly relations: Int32Array
  readonly instances: Int32Array
  readonly coordinates: Coordinates
  readonly matrices: readonly MatrixScale[]
}

/** Number of coordinates of a matrix. */
export const matrixDimension = (width: number): number => (width * (width + 1)) / 2

export interface ScaleCoordinates {
  readonly dimension: number
  /** Coordinates of the scales of a state; false when a matrix is not positive definite. */
  read(s: Float64Array, phi: Float64Array): boolean
  /** Writes the scales at coordinates into a state. */
  write(phi: Float64Array, s: Float64Array): void
  /** Log prior density of the scales of a state, in their coordinates; NaN when a matrix is not positive definite. */
  logPrior(s: Float64Array): number
}

/**
 * A matrix is U D U' with U unit lower triangular; its coordinates are log d_k, then the columns of U below their
 * diagonals: given D these are normal under a Wishart. The Jacobian determinant is Π d_k^(w − k + 1), k = 1 … w. Source:
 * Pourahmadi (1999), Biometrika 86.
 */
export function bindScaleCoordinates(
  { slots, relations, instances, coordinates, matrices }: Scales,
  engine: Engine,
): ScaleCoordinates {
  const d = slots.length
  const dimension = matrices.reduce((total, { width }) => total + matrixDimension(width), d)
  const priorOf = (relation: number, instance: number) => {
    const f = engine.functions[relation]!
    const list = Int32Array.of(instance)
    return f.kind === "stochastic" ? (s: Float64Array) => f.logDensity(s, list, 0, 1) : () => 0
  }
  const priors = Array.from(slots, (_, k) => priorOf(relations[k]!, instances[k]!))
  const matrixPriors = matrices.map(({ relation, instance }) => priorOf(relation, instance))
  const widest = Math.max(0, ...matrices.map(({ width }) => width))
  const l = new Float64Array(widest * widest)
  const readMatrix = (
    s: Float64Array,
    phi: Float64Array,
    { width: w, slots: own }: MatrixScale,
    at: number,
  ) => {
    for (let k = 0; k < w * w; k++) l[k] = s[own[k]!]!
    if (!cholesky(l, 0, w)) return false
    let next = at + w
    for (let k = 0; k < w; k++) {
      const pivot = l[k * w + k]!
      phi[at + k] = 2 * Math.log(pivot)
      for (let i = k + 1; i < w; i++) phi[next++] = l[i * w + k]! / pivot
    }
    return true
  }
  const writeMatrix = (
    phi: Float64Array,
    s: Float64Array,
    { width: w, slots: own }: MatrixScale,
    at: number,
  ) => {
    let next = at + w
    for (let k = 0; k < w; k++) {
      const root = Math.exp(0.5 * phi[at + k]!)
      l[k * w + k] = root
      for (let i = k + 1; i < w; i++) l[i * w + k] = phi[next++]! * root
    }
    for (let i = 0; i < w; i++)
      for (let j = 0; j <= i; j++) {
        let sum = 0
        for (let k = 0; k <= j; k++) sum += l[i * w + k]! * l[j * w + k]!
        s[own[i * w + j]!] = sum
        s[own[j * w + i]!] = sum
      }
  }
  return {
    dimension,
    read(s, phi) {
      for (let k = 0; k < d; k++) phi[k] = toCoordinate(coordinates, k, s[slots[k]!]!)
      let at = d
      for (let m = 0; m < matrices.length; m++) {
        if (!readMatrix(s, phi, matrices[m]!, at)) return false
        at += matrixDimension(matrices[m]!.width)
      }
      return true
    },
    write(phi, s) {
      for (let k = 0; k < d; k++) s[slots[k]!] = fromCoordinate(coordinates, k, phi[k]!)
      let at = d
      for (let m = 0; m < matrices.length; m++) {
        writeMatrix(phi, s, matrices[m]!, at)
        at += matrixDimension(matrices[m]!.width)
      }
    },
    logPrior(s) {
      let total = 0
      for (let k = 0; k < d; k++)
        total += priors[k]!(s) + Math.log(Math.abs(coordinateSlope(coordinates, k, s[slots[k]!]!)))
      for (let m = 0; m < matrices.length; m++) {
        const { width: w, slots: own } = matrices[m]!
        for (let k = 0; k < w * w; k++) l[k] = s[own[k]!]!
        if (!cholesky(l, 0, w)) return Number.NaN
        total += matrixPriors[m]!(s)
        for (let k = 0; k < w; k++) total += 2 * (w - k) * Math.log(l[k * w + k]!)
      }
      return total
    },
  }
}
