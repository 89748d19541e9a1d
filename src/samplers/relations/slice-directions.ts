/** Directions of slices through a block: what a normal approximation says moves together. */
import {
  fromPivotOrder,
  type SparseFactor,
  solveSparse,
  solveSparseUpper,
} from "../../math/sparse-cholesky.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import type { FactorPattern } from "./factor-pattern.ts"

/** Elements of a block up to which directions are drawn from the approximation itself. */
const FEW = 12
/** Elements, those with the most children, of which one leads every other time in a larger block; else it is any. */
const MOST_LEADING = 8

/**
 * A function that writes a direction into `out`: in a small block a draw from Normal(0, Q⁻¹); in a larger one the conditional
 * mean of all elements given that one, preferably one with many children, moves by its sd, so that effects follow what they
 * share. It hangs on Q alone, not on where the elements are.
 * @param groups children of the block
 */
export function bindDirections(
  n: number,
  groups: readonly FactorPattern[],
): (factor: SparseFactor, out: Float64Array, rng: Stream) => void {
  const leading = findLeading(n, groups)
  const pivoted = new Float64Array(n)
  return (factor, out, rng) => {
    if (n <= FEW) {
      for (let k = 0; k < n; k++) pivoted[k] = drawNormal(rng)
      solveSparseUpper(factor, pivoted)
      fromPivotOrder(factor.symbolic, pivoted, out)
      return
    }
    const isLeading = rng.uniform() < 0.5
    const at = Math.floor(rng.uniform() * (isLeading ? leading.length : n))
    const leader = isLeading ? leading[at]! : at
    out.fill(0)
    out[leader] = 1
    solveSparse(factor, out)
    const sd = Math.sqrt(out[leader]!)
    for (let k = 0; k < n; k++) out[k]! /= sd
  }
}

function findLeading(n: number, groups: readonly FactorPattern[]): Int32Array {
  const counts = new Int32Array(n)
  for (const { columnStart } of groups)
    for (let k = 0; k < n; k++) counts[k]! += columnStart[k + 1]! - columnStart[k]!
  const order = Array.from(counts.keys()).sort((a, b) => counts[b]! - counts[a]!)
  return Int32Array.from(order.slice(0, MOST_LEADING))
}
