/**
 * Rank normalisation: each draw is replaced by the normal quantile of its rank among all draws of all chains,
 * z = Φ⁻¹((r − 3/8) / (S + 1/4)), with average ranks for ties.
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), equation 14; the offset is Blom's (1958).
 */

import { normalQuantile } from "../math/normal-quantile.ts"
import { poolChains } from "./chains.ts"
import { type Ordered, orderValues } from "./ordered.ts"

/**
 * Normal scores of the draws, in arrays of the same shape; infinite draws are ranked as any others.
 *
 * @param series the (split) chains, all of one length, unchanged
 * @returns no arrays at all when a draw is NaN, which has no rank
 */
export function normalScores(series: readonly Float64Array[]): Float64Array[] {
  return scoreOrdered(orderValues(poolChains(series)), series[0]?.length ?? 0)
}

/**
 * The same where the order of the pooled draws is known.
 *
 * @param length draws of each of the arrays that were pooled
 * @param pool what the arrays returned are views of; written over
 */
export function scoreOrdered(
  { sorted, order }: Ordered,
  length: number,
  pool: Float64Array = new Float64Array(sorted.length),
): Float64Array[] {
  const size = sorted.length
  // Sorting puts NaN last.
  if (size === 0 || Number.isNaN(sorted[size - 1]!)) return []
  const table = scoreTable(size)
  for (let start = 0; start < size; ) {
    let end = start + 1
    while (end < size && sorted[end] === sorted[start]) end++
    // The ranks start+1 … end average to (start + 1 + end) / 2; the table is indexed by twice the rank.
    const twiceRank = start + 1 + end
    let score = table[twiceRank]!
    if (Number.isNaN(score))
      score = table[twiceRank] = normalQuantile((twiceRank / 2 - 0.375) / (size + 0.25))
    for (; start < end; start++) pool[order[start]!] = score
  }
  return Array.from({ length: size / length }, (_, m) => pool.subarray(m * length, (m + 1) * length))
}

/** The scores of one number of draws, filled as they are needed: all scalars of a run share that number. */
let lastTable = new Float64Array(0)

function scoreTable(size: number): Float64Array {
  if (lastTable.length !== 2 * size + 1) lastTable = new Float64Array(2 * size + 1).fill(NaN)
  return lastTable
}
