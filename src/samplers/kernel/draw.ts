/**
 * Draws from a conjugate family given the values of its natural parameters, and its log density there. The values
 * stand in `v` in the order of `program.ts`: matrices row by row, then what remains.
 */
import gammaln from "@stdlib/math-base-special-gammaln"
import { cholesky, logDeterminant, solveLower } from "../../math/small-dense.ts"
import { drawInverseGamma } from "../../random/inverse-gamma.ts"
import { drawFromPrecisionFactor } from "../../random/multivariate-normal.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import { drawInverseWishart } from "../../random/wishart.ts"
import type { ConditionalFamily } from "../conditional.ts"

/**
 * Writes a draw into `state` from `offset`; `v` may be overwritten. Returns false when the parameters allow no draw (a
 * precision that is not positive, a scale matrix that is not positive definite) or the draw is not finite.
 */
export type Draw = (
  rng: Stream,
  v: Float64Array,
  state: Float64Array,
  offset: number,
  q: number,
  scratch: Float64Array,
) => boolean

/** Doubles of scratch memory that a draw of order q needs. */
export const scratchLength = (q: number): number => 2 * q * q

export const DRAWS: Readonly<Record<ConditionalFamily, Draw>> = {
  // v = [precision, shift]
  normal: (rng, v, state, offset) => {
    const precision = v[0]!
    const value = v[1]! / precision + drawNormal(rng) / Math.sqrt(precision)
    state[offset] = value
    return precision > 0 && Math.abs(value) < Number.POSITIVE_INFINITY
  },
  // v = [precision matrix, shift vector]
  multivariateNormal: (rng, v, state, offset, q) => {
    if (!cholesky(v, 0, q)) return false
    for (let t = 0; t < q; t++) state[offset + t] = v[q * q + t]!
    drawFromPrecisionFactor(rng, v, 0, q, state, offset)
    return true
  },
  // v = [shape, scale]
  inverseGamma: (rng, v, state, offset) => {
    const value = drawInverseGamma(rng, v[0]!, v[1]!)
    state[offset] = value
    return value > 0 && value < Number.POSITIVE_INFINITY
  },
  // v = [scale matrix, df]
  inverseWishart: (rng, v, state, offset, q, scratch) =>
    drawInverseWishart(rng, v[q * q]!, v, q, state, offset, scratch),
}

/** Normalised log density of the value in `state` from `offset`; `v` is overwritten, `scratch` as for a draw. */
export type LogDensity = (
  v: Float64Array,
  state: Float64Array,
  offset: number,
  q: number,
  scratch: Float64Array,
) => number

const LOG_2_PI = Math.log(2 * Math.PI)

export const LOG_DENSITIES: Readonly<Record<ConditionalFamily, LogDensity>> = {
  normal: (v, state, offset) => {
    const deviation = state[offset]! - v[1]! / v[0]!
    return 0.5 * (Math.log(v[0]!) - LOG_2_PI - v[0]! * deviation * deviation)
  },
  // With P = L L': −½ |L'x − L⁻¹h|² + log|L| − q/2 log 2π.
  multivariateNormal: (v, state, offset, q) => {
    if (!cholesky(v, 0, q)) return Number.NaN
    solveLower(v, 0, q, v, q * q)
    let squares = 0
    for (let c = 0; c < q; c++) {
      let inner = -v[q * q + c]!
      for (let r = c; r < q; r++) inner += v[r * q + c]! * state[offset + r]!
      squares += inner * inner
    }
    return 0.5 * (logDeterminant(v, 0, q) - q * LOG_2_PI - squares)
  },
  inverseGamma: (v, state, offset) => {
    const [shape, scale, x] = [v[0]!, v[1]!, state[offset]!]
    return shape * Math.log(scale) - gammaln(shape) - (shape + 1) * Math.log(x) - scale / x
  },
  // Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., appendix A.
  inverseWishart: (v, state, offset, q, scratch) => {
    const df = v[q * q]!
    for (let i = 0; i < q * q; i++) scratch[i] = state[offset + i]!
    // tr(S Σ⁻¹) = |L_Σ⁻¹ L_S|² by columns of L_S.
    if (!cholesky(scratch, 0, q) || !cholesky(v, 0, q)) return Number.NaN
    let trace = 0
    for (let c = 0; c < q; c++) {
      for (let r = 0; r < q; r++) scratch[q * q + r] = r < c ? 0 : v[r * q + c]!
      solveLower(scratch, 0, q, scratch, q * q)
      for (let r = 0; r < q; r++) trace += scratch[q * q + r]! ** 2
    }
    let logGamma = (q * (q - 1) * Math.log(Math.PI)) / 4
    for (let i = 0; i < q; i++) logGamma += gammaln((df - i) / 2)
    const normaliser = 0.5 * df * logDeterminant(v, 0, q) - 0.5 * df * q * Math.LN2 - logGamma
    return normaliser - 0.5 * (df + q + 1) * logDeterminant(scratch, 0, q) - 0.5 * trace
  },
}
