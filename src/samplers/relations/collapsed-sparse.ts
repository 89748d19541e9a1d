/** Normal elements integrated out by a sparse factorisation: for blocks of any form. */
import {
  createSparseFactor,
  factoriseSparse,
  fromPivotOrder,
  logDeterminantSparse,
  type SparseFactor,
  solveSparseLower,
  solveSparseUpper,
  toPivotOrder,
} from "../../math/sparse-cholesky.ts"
import type { CollapsedSums } from "./collapsed-sums.ts"
import type { Engine } from "./engine.ts"
import { bindSlopes } from "./gaussian-factors.ts"
import { bindGroup, type GaussianMatch } from "./gaussian-kernel.ts"

/** Equations Q δ = −b of a move δ of the elements from their centre, at weights w of the terms. Allocates nothing when called. */
export interface Equations {
  /** Takes in what hangs on the state but not on the weights; `isSame` when the sums are as they were. */
  load(s: Float64Array, isSame: boolean): void
  /** Factorises the equations at weights as those proposed; returns b'Q⁻¹b − c − log|Q|, NaN when Q is not positive definite. */
  propose(weights: Float64Array): number
  /** The equations last proposed become the current ones. */
  accept(): void
  /** Writes into the state the draw that standard normals `z`, one for each element, give by the current equations. */
  draw(s: Float64Array, z: Float64Array): void
}

interface Factorised {
  readonly q: Float64Array
  /** L⁻¹ P b. */
  readonly half: Float64Array
  readonly factor: SparseFactor
}

/** Equations as a sparse matrix. What its groups that are not reduced add is taken in by `load`. */
export function bindSparseEquations(
  match: GaussianMatch & { readonly reduced: Uint8Array },
  { terms, centre }: CollapsedSums,
  engine: Engine,
): Equations {
  const { factors, symbolic, reduced } = match
  const { slots } = factors
  const n = slots.length
  const create = (): Factorised => ({
    q: new Float64Array(symbolic.entries),
    half: new Float64Array(n),
    factor: createSparseFactor(symbolic),
  })
  let current = create()
  let proposed = create()
  const b = new Float64Array(n)
  const hasOthers = reduced.includes(0)
  const others = bindOthers(match, engine)
  const baseQ = new Float64Array(symbolic.entries)
  const baseGradient = new Float64Array(n)
  const runs = match.after.computed
  const move = new Float64Array(n)
  const ordered = new Float64Array(n)
  return {
    load(s) {
      if (!hasOthers) return
      baseQ.fill(0)
      baseGradient.fill(0)
      for (let k = 0; k < n; k++) s[slots[k]!] = centre[k]!
      engine.compute(s, runs, 0, runs.relation.length)
      others(s, baseQ, baseGradient)
    },
    propose(weights) {
      const { q, half, factor } = proposed
      q.set(baseQ)
      for (let k = 0; k < n; k++) b[k] = -baseGradient[k]!
      let value = 0
      for (let t = 0; t < terms.length; t++) {
        const { places, products, columns, cross, squares } = terms[t]!
        const weight = weights[t]!
        for (let k = 0; k < places.length; k++) q[places[k]!]! += weight * products[k]!
        for (let k = 0; k < columns.length; k++) b[columns[k]!]! += weight * cross[k]!
        value -= weight * squares
      }
      if (!factoriseSparse(factor, q)) return Number.NaN
      toPivotOrder(symbolic, b, half)
      solveSparseLower(factor, half)
      for (let k = 0; k < n; k++) value += half[k]! * half[k]!
      return value - logDeterminantSparse(factor)
    },
    accept() {
      const other = current
      current = proposed
      proposed = other
    },
    draw(s, z) {
      const { half, factor } = current
      for (let k = 0; k < n; k++) move[k] = z[k]! - half[k]!
      solveSparseUpper(factor, move)
      fromPivotOrder(symbolic, move, ordered)
      for (let k = 0; k < n; k++) s[slots[k]!] = centre[k]! + ordered[k]!
    },
  }
}

/** Adds Q and −b of the groups that are not reduced, at a state with the elements at their centre. */
function bindOthers(
  { factors, pairs, reduced }: GaussianMatch & { readonly reduced: Uint8Array },
  engine: Engine,
) {
  const moveSlopes = bindSlopes(factors, engine, false)
  const parts = factors.groups.flatMap((group, g) =>
    reduced[g] === 1 ? [] : [bindGroup(group, pairs[g]!, engine)],
  )
  return (s: Float64Array, q: Float64Array, gradient: Float64Array): void => {
    moveSlopes(s)
    for (const part of parts) part(s, q, gradient)
  }
}
