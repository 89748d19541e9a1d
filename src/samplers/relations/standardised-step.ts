/** Elements standardised by a normal approximation, and autoregressive steps of them. */
import {
  fromPivotOrder,
  type SparseSymbolic,
  solveSparseUpper,
  toPivotOrder,
} from "../../math/sparse-cholesky.ts"
import { drawGamma } from "../../random/gamma.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import { type Approximation, multiplyUpper, sumOfSquares } from "./normal-approximation.ts"

/** Autocorrelation of a step that is otherwise independent: a little to the other side. */
const OVERRELAXATION = -0.3
/** Elements up to which the approximation has the tails of a t, and its degrees of freedom. */
const FEW = 8
const DF = 6
/** Every so often a step is short, which leaves places that longer ones do not. */
const SHORT_SHARE = 0.2
const SHORT = 0.3

export interface StandardisedStep {
  /** Where the elements are, by pivot. */
  readonly z: Float64Array
  /** Where `stepFrom` led. */
  readonly fresh: Float64Array
  /** z := L'(u − m). */
  standardise(approximation: Approximation, u: Float64Array): void
  /** u := m + L'⁻¹ z for any z. */
  unstandardise(approximation: Approximation, from: Float64Array, out: Float64Array): void
  /** Minus the log density of z under the approximation. */
  tail(of: Float64Array): number
  /** `fresh` := a step from z; its size is 1 where steps are independent. @param logOdds of the size */
  stepFrom(logOdds: number, rng: Stream): void
}

/** Room for the elements of one block; few of them have the tails of a t. */
export function createStandardisedStep(symbolic: SparseSymbolic): StandardisedStep {
  const n = symbolic.size
  const hasTails = n <= FEW
  const z = new Float64Array(n)
  const fresh = new Float64Array(n)
  const pivoted = new Float64Array(n)
  return {
    z,
    fresh,
    standardise({ factor, centre }, u) {
      for (let k = 0; k < n; k++) fresh[k] = u[k]! - centre[k]!
      toPivotOrder(symbolic, fresh, pivoted)
      multiplyUpper(factor, pivoted, z)
    },
    unstandardise({ factor, centre }, from, out) {
      pivoted.set(from)
      solveSparseUpper(factor, pivoted)
      fromPivotOrder(symbolic, pivoted, out)
      for (let k = 0; k < n; k++) out[k]! += centre[k]!
    },
    tail: (of) => (hasTails ? 0.5 * (DF + n) * Math.log1p(sumOfSquares(of) / DF) : 0.5 * sumOfSquares(of)),
    stepFrom(logOdds, rng) {
      const full = 1 / (1 + Math.exp(-logOdds))
      const size = rng.uniform() < SHORT_SHARE ? SHORT * full : full
      const rho = size > 0.95 ? OVERRELAXATION : Math.sqrt(1 - size * size)
      // Given the scale that mixes a t, its steps are normal.
      const spread = hasTails ? Math.sqrt((0.5 * (DF + sumOfSquares(z))) / drawGamma(rng, 0.5 * (DF + n))) : 1
      const width = spread * Math.sqrt(1 - rho * rho)
      for (let k = 0; k < n; k++) fresh[k] = rho * z[k]! + width * drawNormal(rng)
    },
  }
}
