/**
 * Spreads in unconstrained coordinates φ: log sd of a scalar, and for a covariance D = L L' the rows of L with the
 * logarithms of its diagonal. Log prior densities here are with respect to φ.
 */
import { lookupDistribution } from "../../distributions/registry.ts"
import type { ModelGraph } from "../../models/graph.ts"
import { nodeOf } from "../../models/graph.ts"
import { type Refusal, refusal } from "../conditional.ts"
import type { SpreadValue } from "./factorisation.ts"
import type { Spread } from "./gaussian-model.ts"

/** Prior of one spread with its parameters as numbers; plain data. */
export interface SpreadPrior {
  readonly family: string
  readonly parameters: readonly number[]
}

/** Number of coordinates of a spread; none when it is known. */
export const coordinatesOf = (spread: Spread): number =>
  spread.kind === "known" ? 0 : (spread.q * (spread.q + 1)) / 2

/** The prior of a spread's node as numbers, or why it cannot be evaluated. */
export function spreadPrior(graph: ModelGraph, spread: Spread): SpreadPrior | Refusal | null {
  if (spread.node === null) return null
  const { family, parameters } = nodeOf(graph, spread.node).distribution
  const numbers: number[] = []
  for (const e of Object.values(parameters)) {
    const entries = e.op === "vector" ? e.elements : [e]
    if (e.op === "matrix") numbers.push(...e.values)
    else if (e.op === "diagonal") {
      const q = e.elements.length
      for (let i = 0; i < q * q; i++) {
        const entry = e.elements[Math.floor(i / q)]!
        numbers.push(i % (q + 1) === 0 && entry.op === "number" ? entry.value : 0)
      }
    } else {
      for (const entry of entries) {
        if (entry.op !== "number")
          return refusal("random-prior", `the prior of ${spread.node} has unknown parameters`)
        numbers.push(entry.value)
      }
    }
  }
  return { family, parameters: numbers }
}

/** Coordinates of the spread's current value in `state`, into `phi` from `at`. */
export function readCoordinates(spread: Spread, state: Float64Array, phi: Float64Array, at: number): void {
  const { q, slot, kind } = spread
  if (kind === "known") return
  if (q === 1) {
    const value = state[slot]!
    phi[at] = kind === "sd" ? Math.log(value) : 0.5 * Math.log(value)
    return
  }
  // Cholesky of the state's matrix, row by row, straight into the coordinates; logs of the diagonal at the end.
  const start = (i: number) => at + (i * (i + 1)) / 2
  for (let i = 0; i < q; i++) {
    for (let j = 0; j <= i; j++) {
      let value = state[slot + i * q + j]!
      for (let k = 0; k < j; k++) value -= phi[start(i) + k]! * phi[start(j) + k]!
      phi[start(i) + j] = i === j ? Math.sqrt(value) : value / phi[start(j) + j]!
    }
  }
  for (let i = 0; i < q; i++) phi[start(i) + i] = Math.log(phi[start(i) + i]!)
}

/** Writes the spread at coordinates `phi` from `at` into the state. */
export function writeState(spread: Spread, phi: Float64Array, at: number, state: Float64Array): void {
  const { q, slot, kind } = spread
  if (kind === "known") return
  if (q === 1) {
    const sd = Math.exp(phi[at]!)
    state[slot] = kind === "sd" ? sd : sd * sd
    return
  }
  for (let i = 0; i < q; i++) {
    for (let j = 0; j <= i; j++) {
      let value = 0
      for (let k = 0; k <= j; k++) value += factorEntry(phi, at, i, k) * factorEntry(phi, at, j, k)
      state[slot + i * q + j] = value
      state[slot + j * q + i] = value
    }
  }
}

function factorEntry(phi: Float64Array, at: number, i: number, j: number): number {
  const value = phi[at + (i * (i + 1)) / 2 + j]!
  return i === j ? Math.exp(value) : value
}

/** Inverse and log determinant of the covariance at coordinates `phi` from `at`. `scratch` has q² places. */
export function evaluateSpread(
  phi: Float64Array,
  at: number,
  value: SpreadValue,
  scratch: Float64Array,
): void {
  const { q, inverse } = value
  if (q === 1) {
    inverse[0] = Math.exp(-2 * phi[at]!)
    value.logDeterminant = 2 * phi[at]!
    return
  }
  // K = L⁻¹ row by row, then D⁻¹ = K'K.
  value.logDeterminant = 0
  for (let i = 0; i < q; i++) {
    const diagonal = phi[at + (i * (i + 1)) / 2 + i]!
    value.logDeterminant += 2 * diagonal
    for (let j = 0; j < q; j++) {
      let entry = i === j ? 1 : 0
      for (let k = j; k < i; k++) entry -= factorEntry(phi, at, i, k) * scratch[k * q + j]!
      scratch[i * q + j] = j > i ? 0 : entry * Math.exp(-diagonal)
    }
  }
  for (let i = 0; i < q; i++) {
    for (let j = 0; j <= i; j++) {
      let entry = 0
      for (let k = i; k < q; k++) entry += scratch[k * q + i]! * scratch[k * q + j]!
      inverse[i * q + j] = entry
      inverse[j * q + i] = entry
    }
  }
}

/** Log prior density of a spread at its coordinates, up to a constant. */
export type LogPrior = (phi: Float64Array, at: number, value: SpreadValue) => number

/** The log prior with respect to φ: the density of the node's value times the Jacobian of the map from φ to it. */
export function bindLogPrior(spread: Spread, prior: SpreadPrior): LogPrior {
  const { q, kind } = spread
  const { family, parameters: p } = prior
  if (q === 1) {
    const distribution = lookupDistribution(family)
    if (distribution.kind !== "scalar") return () => Number.NaN
    // d sd = sd dφ, d variance = 2 variance dφ.
    if (kind === "sd") return (phi, at) => distribution.logDensity(Math.exp(phi[at]!), p) + phi[at]!
    return (phi, at) => distribution.logDensity(Math.exp(2 * phi[at]!), p) + 2 * phi[at]!
  }
  const df = p[0]!
  const density =
    family === "huangWand"
      ? (value: SpreadValue) => {
          // Huang & Wand (2013), the auxiliary variables integrated out; see distributions/huang-wand.ts.
          const n = df + q - 1
          let sum = -0.5 * (n + q + 1) * value.logDeterminant
          for (let k = 0; k < q; k++) {
            const scale = p[k + 1]!
            sum -= 0.5 * (n + 1) * Math.log(df * value.inverse[k * q + k]! + 1 / (scale * scale))
          }
          return sum
        }
      : (value: SpreadValue) => {
          // Inverse-Wishart: |Σ|^(−(df + q + 1)/2) exp(−tr(S Σ⁻¹)/2).
          let trace = 0
          for (let k = 0; k < q * q; k++) trace += p[k + 1]! * value.inverse[k]!
          return -0.5 * (df + q + 1) * value.logDeterminant - 0.5 * trace
        }
  return (phi, at, value) => {
    // |dΣ/dL| = 2^q Π L_ii^(q − i + 1), i = 1 … q, and dL_ii = L_ii dφ_ii (Muirhead 1982, theorem 2.1.9).
    let jacobian = 0
    for (let i = 0; i < q; i++) jacobian += (q - i + 1) * phi[at + (i * (i + 1)) / 2 + i]!
    return density(value) + jacobian
  }
}
