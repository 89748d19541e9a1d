/** What every diagnostic does first to its chains: pool them, halve them, see whether they can be judged at all. */

/** Chains of one scalar: one array of draws a chain. */
export type Chains = readonly Float64Array[]

export const countDraws = (chains: Chains): number => chains.reduce((sum, chain) => sum + chain.length, 0)

/**
 * All draws, chain after chain: a copy.
 * @param pool where to write them, of that length
 */
export function poolChains(
  chains: Chains,
  pool: Float64Array = new Float64Array(countDraws(chains)),
): Float64Array {
  let offset = 0
  for (const chain of chains) {
    pool.set(chain, offset)
    offset += chain.length
  }
  return pool
}

/**
 * Each chain's first half and last half, as views; the middle draw of an odd number is left out. Empty when the chains
 * differ in length or hold fewer than two draws: nothing can be said of those.
 *
 * Splitting reveals a chain that drifts: Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2),
 * section 3.1.
 */
export function splitChains(chains: Chains): Float64Array[] {
  if (!haveOneLength(chains)) return []
  const half = Math.floor(chains[0]!.length / 2)
  if (half === 0) return []
  return chains.flatMap((chain) => [chain.subarray(0, half), chain.subarray(chain.length - half)])
}

/** Whether there are chains and all hold the same number of draws. */
export function haveOneLength(chains: Chains): boolean {
  const first = chains[0]
  return first !== undefined && chains.every((chain) => chain.length === first.length)
}

/**
 * Whether nothing can be estimated from these series: there are none, one holds a value that is not finite, or all
 * values are one and the same. (The comparison is exact, not to an absolute tolerance, so that a scalar of size 1e-20 is
 * judged as its multiple of size 1 would be.)
 */
export function isDegenerate(series: Chains): boolean {
  const first = series[0]?.[0]
  if (first === undefined || !Number.isFinite(first)) return true
  let constant = true
  for (const one of series) {
    for (let i = 0; i < one.length; i++) {
      const value = one[i]!
      if (value === first) continue
      if (!Number.isFinite(value)) return true
      constant = false
    }
  }
  return constant
}

/** Whether all values of a series are equal; true of an empty one, false where one is NaN. */
export function isConstant(series: Float64Array): boolean {
  for (let i = 0; i < series.length; i++) if (series[i] !== series[0]) return false
  return true
}
