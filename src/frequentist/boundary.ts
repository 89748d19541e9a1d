/** Where a covariance matrix is singular: is it a minimum, or only stationary by symmetry? */

import { decomposeSymmetric } from "../math/symmetric-eigen.ts"
import { lowerTriangularFactor, truncateFactor } from "../math/triangular-factor.ts"
import type { Criterion } from "./criterion.ts"
import { evaluateCriterion } from "./criterion.ts"

/** Standard deviations below this share of the residual's, for columns of unit mean square, count as zero. */
export const RANK_TOLERANCE = 1e-4

/** Perturbation of a zero column of T. The error of the derivative in Σ is of its square. */
const PROBE = 1e-5

export interface BoundaryDirection {
  readonly term: number
  /** Smallest eigenvalue of ∂ criterion / ∂Σ; negative: the criterion falls if Σ grows along `direction`. */
  readonly slope: number
  readonly direction: Float64Array
}

/** Rank of each term's T. */
export function ranks(criterion: Criterion, factors: readonly Float64Array[]): readonly number[] {
  return criterion.system.terms.map((term, k) => truncateFactor(factors[k]!, term.width, RANK_TOLERANCE).rank)
}

/**
 * Replaces each T by its triangular form with non-negative diagonal, nearly vanishing directions taken as exactly
 * zero wherever that does not raise the criterion.
 *
 * @returns the factors and the criterion there
 */
export function snapToBoundary(
  criterion: Criterion,
  factors: readonly Float64Array[],
  value: number,
): { readonly factors: readonly Float64Array[]; readonly value: number } {
  const { terms } = criterion.system
  let snapped = factors.map((t, k) => lowerTriangularFactor(t, terms[k]!.width, terms[k]!.width, 0))
  let best = value
  terms.forEach((term, k) => {
    const cut = truncateFactor(snapped[k]!, term.width, RANK_TOLERANCE)
    if (cut.rank === term.width) return
    const trial = snapped.map((t, i) => (i === k ? cut.factor : t))
    const there = evaluateCriterion(criterion, trial).value
    if (there > best + 1e-10 * Math.max(1, Math.abs(best))) return
    snapped = trial
    best = Math.min(best, there)
  })
  return { factors: snapped, value: best }
}

/**
 * The most negative one-sided slope over all singular terms, or undefined when no term is singular. Stationarity in
 * T says nothing about a zero column: `∂d/∂T = 2GT` vanishes with it, `G = ∂d/∂Σ`. At a minimum over the
 * positive semidefinite matrices G is positive semidefinite as well; with the zero column of T set to `ε e_i` its
 * gradient reads `2ε G e_i`.
 */
export function steepestBoundaryDirection(
  criterion: Criterion,
  factors: readonly Float64Array[],
): BoundaryDirection | undefined {
  let steepest: BoundaryDirection | undefined
  criterion.system.terms.forEach(({ width: q }, k) => {
    const t = factors[k]!
    const zero = zeroColumn(t, q)
    if (zero === -1) return
    const g = new Float64Array(q * q)
    for (let i = 0; i < q; i++) {
      const probed = Float64Array.from(t)
      probed[i * q + zero] = PROBE
      const { gradient } = evaluateCriterion(
        criterion,
        factors.map((factor, index) => (index === k ? probed : factor)),
      )
      for (let a = 0; a < q; a++) g[a * q + i] = gradient[k]![a * q + zero]! / (2 * PROBE)
    }
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < a; b++) g[a * q + b] = g[b * q + a] = 0.5 * (g[a * q + b]! + g[b * q + a]!)
    }
    const { values, vectors } = decomposeSymmetric(g, q)
    if (steepest !== undefined && steepest.slope <= values[0]!) return
    const direction = Float64Array.from({ length: q }, (_, i) => vectors[i * q]!)
    steepest = { term: k, slope: values[0]!, direction }
  })
  return steepest
}

/** Σ + s² vv' for the first s, growing then shrinking, that lowers the criterion; null when none does. */
export function stepOffBoundary(
  criterion: Criterion,
  factors: readonly Float64Array[],
  from: BoundaryDirection,
  value: number,
): readonly Float64Array[] | null {
  const { width: q } = criterion.system.terms[from.term]!
  let best: readonly Float64Array[] | null = null
  let bestValue = value
  for (let size = 1; size > 1e-4; size /= 3) {
    const widened = new Float64Array(q * (q + 1))
    for (let i = 0; i < q; i++) {
      for (let j = 0; j < q; j++) widened[i * (q + 1) + j] = factors[from.term]![i * q + j]!
      widened[i * (q + 1) + q] = size * from.direction[i]!
    }
    const t = lowerTriangularFactor(widened, q, q + 1, 0)
    const trial = factors.map((factor, k) => (k === from.term ? t : factor))
    const there = evaluateCriterion(criterion, trial).value
    if (there < bestValue) {
      bestValue = there
      best = trial
    } else if (best !== null) break
  }
  return best
}

function zeroColumn(t: Float64Array, q: number): number {
  for (let column = 0; column < q; column++) {
    let zero = true
    for (let row = 0; row < q; row++) zero &&= t[row * q + column] === 0
    if (zero) return column
  }
  return -1
}
