import { OptionError } from "../core/errors.ts"
import { poolChains } from "../diagnostics/chains.ts"
import { orderValues } from "../diagnostics/ordered.ts"

/**
 * The rank of each draw among all draws of all chains, from 1, ties by their average: one array a chain. Empty where a
 * draw is NaN, which has no rank.
 *
 * @param chains draws of each chain, unchanged
 */
export function poolRanks(chains: readonly Float64Array[]): Float64Array[] {
  const { sorted, order } = orderValues(poolChains(chains))
  const size = sorted.length
  if (size === 0 || Number.isNaN(sorted[size - 1]!)) return []
  const ranks = new Float64Array(size)
  for (let start = 0; start < size; ) {
    let end = start + 1
    while (end < size && sorted[end] === sorted[start]) end++
    const rank = (start + 1 + end) / 2
    for (; start < end; start++) ranks[order[start]!] = rank
  }
  let offset = 0
  return chains.map((chain) => ranks.subarray(offset, (offset += chain.length)))
}

/** @throws OptionError where there is nothing to compare: fewer than two chains */
export function needSeveralChains(chains: readonly Float64Array[], chart: string): void {
  if (chains.length > 1) return
  throw new OptionError(`found ${chains.length} chain, expected at least two to compare`, {
    code: "single-chain",
    where: `plots.${chart}`,
    hint: "ranks compare chains with one another: sample two or more",
  })
}
