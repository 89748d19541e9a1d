/**
 * Spreads in unconstrained coordinates φ: the logarithms of the sds, then for a covariance the inverse hyperbolic tangents
 * of the canonical partial correlations, row by row below the diagonal. With p_ij those correlations the Cholesky factor
 * of the correlation matrix is L_ij = p_ij √(1 − Σ_{k<j} L_ik²). An sd that goes to zero leaves the correlations where
 * their prior has them, so that the density has no funnel there. Log prior densities here are with respect to φ.
 * Source: Lewandowski, Kurowicka & Joe (2009), J. Multivariate Analysis 100, section 2.
 */
import { lookupDistribution } from "../../distributions/registry.ts"
import type { ModelGraph } from "../../models/graph.ts"
import { nodeOf } from "../../models/graph.ts"
import { type Refusal, refusal } from "../conditional.ts"
import type { SpreadValue } from "./factorisation-types.ts"
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

/** A log sd that the prior of a scalar spread allows: the one asked for, or one well inside the support. */
export function insideSupport(spread: Spread, { family, parameters }: SpreadPrior, logSd: number): number {
  const distribution = lookupDistribution(family)
  if (spread.q !== 1 || distribution.kind !== "scalar") return logSd
  const power = spread.kind === "sd" ? 1 : 2
  const support = distribution.support(parameters)
  const lower = Math.log(Math.max(0, support.lower)) / power
  const upper = Math.log(support.upper) / power
  if (logSd > lower && logSd < upper) return logSd
  if (!Number.isFinite(lower)) return upper - 1
  return Number.isFinite(upper) ? 0.5 * (lower + upper) : lower + 1
}

/** Coordinates of the spread's current value in `state`, into `phi` from `at`. `scratch` has q² places. */
export function readCoordinates(
  spread: Spread,
  state: Float64Array,
  phi: Float64Array,
  at: number,
  scratch: Float64Array,
): void {
  const { q, slot, kind } = spread
  if (kind === "known") return
  if (q === 1) {
    const value = state[slot]!
    phi[at] = kind === "sd" ? Math.log(value) : 0.5 * Math.log(value)
    return
  }
  for (let i = 0; i < q; i++) phi[at + i] = 0.5 * Math.log(state[slot + i * q + i]!)
  let next = at + q
  scratch[0] = 1
  for (let i = 1; i < q; i++) {
    let left = 1
    for (let j = 0; j < i; j++) {
      const scale = Math.exp(phi[at + i]! + phi[at + j]!)
      let value = state[slot + i * q + j]! / scale
      for (let k = 0; k < j; k++) value -= scratch[i * q + k]! * scratch[j * q + k]!
      value /= scratch[j * q + j]!
      scratch[i * q + j] = value
      phi[next++] = Math.atanh(value / Math.sqrt(left))
      left -= value * value
    }
    scratch[i * q + i] = Math.sqrt(left)
  }
}

/** Fills `factor` (row-major q × q) with the Cholesky factor of the covariance at `phi`; the upper part is not touched. */
export function writeFactor(q: number, phi: Float64Array, at: number, factor: Float64Array): void {
  let next = at + q
  for (let i = 0; i < q; i++) {
    // The row's sd, then what is left of it after each partial correlation: exact even where that is tiny.
    let left = Math.exp(phi[at + i]!)
    for (let j = 0; j < i; j++) {
      const z = phi[next++]!
      factor[i * q + j] = left * Math.tanh(z)
      left /= Math.cosh(z)
    }
    factor[i * q + i] = left
  }
}

/** Writes the spread at coordinates `phi` from `at` into the state. `scratch` has q² places. */
export function writeState(
  spread: Spread,
  phi: Float64Array,
  at: number,
  state: Float64Array,
  scratch: Float64Array,
): void {
  const { q, slot, kind } = spread
  if (kind === "known") return
  if (q === 1) {
    const sd = Math.exp(phi[at]!)
    state[slot] = kind === "sd" ? sd : sd * sd
    return
  }
  if (q === 2) {
    const first = Math.exp(phi[at]!)
    const second = Math.exp(phi[at + 1]!)
    const covariance = first * second * Math.tanh(phi[at + 2]!)
    state[slot] = first * first
    state[slot + 1] = covariance
    state[slot + 2] = covariance
    state[slot + 3] = second * second
    return
  }
  writeFactor(q, phi, at, scratch)
  for (let i = 0; i < q; i++) {
    for (let j = 0; j <= i; j++) {
      let value = 0
      for (let k = 0; k <= j; k++) value += scratch[i * q + k]! * scratch[j * q + k]!
      state[slot + i * q + j] = value
      state[slot + j * q + i] = value
    }
  }
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
  if (q === 2) {
    // cosh² and sinh cosh of z, both from exp 2z; 1 / (1 − p²) = cosh² z.
    const first = Math.exp(-phi[at]!)
    const second = Math.exp(-phi[at + 1]!)
    const square = Math.exp(2 * phi[at + 2]!)
    const cosh2 = 0.25 * (square + 2 + 1 / square)
    inverse[0] = first * first * cosh2
    inverse[3] = second * second * cosh2
    inverse[1] = -0.25 * first * second * (square - 1 / square)
    inverse[2] = inverse[1]!
    value.logDeterminant = 2 * (phi[at]! + phi[at + 1]!) - Math.log(cosh2)
    return
  }
  writeFactor(q, phi, at, scratch)
  value.logDeterminant = 0
  // L⁻¹ in place, row by row, then D⁻¹ = L⁻ᵀ L⁻¹.
  for (let i = 0; i < q; i++) {
    const pivot = scratch[i * q + i]!
    value.logDeterminant += 2 * Math.log(pivot)
    for (let j = 0; j < i; j++) {
      let entry = 0
      for (let k = j; k < i; k++) entry -= scratch[i * q + k]! * scratch[k * q + j]!
      inverse[j] = entry / pivot
    }
    for (let j = 0; j < i; j++) scratch[i * q + j] = inverse[j]!
    scratch[i * q + i] = 1 / pivot
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

/**
 * Priors of scalar spreads without the constants of their densities, Jacobian included: at φ, the log sd, 1 / variance
 * is known already.
 */
const SHORT_PRIORS: Readonly<Record<string, (p: readonly number[]) => LogPrior>> = {
  "inverseGamma of variance": ([shape, scale]) => {
    const [power, b] = [-2 * shape!, scale!]
    return (phi, at, value) => power * phi[at]! - b * value.inverse[0]!
  },
  "halfT of sd": ([df, scale]) => logHalfT(df!, scale!),
  "halfCauchy of sd": ([scale]) => logHalfT(1, scale!),
  "halfNormal of sd": ([sd]) => {
    const precision = 0.5 / (sd! * sd!)
    return (phi, at, value) => phi[at]! - precision / value.inverse[0]!
  },
}

function logHalfT(df: number, scale: number): LogPrior {
  const [half, over] = [0.5 * (df + 1), 1 / (df * scale * scale)]
  return (phi, at, value) => phi[at]! - half * Math.log1p(over / value.inverse[0]!)
}

/** The log prior with respect to φ: the density of the node's value times the Jacobian of the map from φ to it. */
export function bindLogPrior(spread: Spread, prior: SpreadPrior): LogPrior {
  const { q, kind } = spread
  const { family, parameters: p } = prior
  if (q === 1) {
    const short = SHORT_PRIORS[`${family} of ${kind}`]
    if (short !== undefined) return short(p)
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
  // The Jacobian below, with 2 log cosh z = 2 (φ_0 + φ_1) − log |Σ|.
  if (q === 2) return (phi, at, value) => density(value) + phi[at]! + phi[at + 1]! + value.logDeterminant
  return (phi, at, value) => {
    // Σ_ij = s_i s_j R_ij: |dΣ/d(s, R)| = 2^q Π s_i^q, and ds = s dφ.
    let jacobian = 0
    for (let i = 0; i < q; i++) jacobian += (q + 1) * phi[at + i]!
    // |dR/dp| = Π (1 − p_ij²)^((q − j − 2)/2), j from 0, and dp = (1 − p²) dz with 1 − p² = 1/cosh² z.
    let next = at + q
    for (let i = 1; i < q; i++) {
      for (let j = 0; j < i; j++) jacobian -= (q - j) * Math.log(Math.cosh(phi[next++]!))
    }
    return density(value) + jacobian
  }
}
