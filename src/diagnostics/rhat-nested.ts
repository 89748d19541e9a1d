/**
 * Nested R-hat, for many short chains: chains that start from the same point form a superchain, and superchains are
 * compared.
 * Margossian, Hoffman, Sountsov, Riou-Durand, Vehtari & Gelman (2024), Bayesian Analysis (advance publication), "Nested
 * R-hat: assessing the convergence of Markov chain Monte Carlo when running many short chains", section 2.2, the
 * definitions of nB, nW and nR-hat.
 */

import { type Chains, haveOneLength, isDegenerate } from "./chains.ts"
import { mean, variance } from "./moments.ts"

/**
 * nR-hat = √(1 + nB / nW) of the draws as they are (neither split nor ranked).
 *
 * @param chains one array of draws a chain, all of one length, unchanged; a length of 1 is allowed where superchains hold
 *   several chains
 * @param superchains the superchain of each chain, any labels, each as often as the others; without it every chain is its
 *   own superchain
 * @returns near 1 when superchains agree; NaN with fewer than 2 superchains, superchains of unequal size, chains of
 *   unequal length, a draw that is not finite, and draws that are all equal; infinite when only superchains differ
 */
export function rhatNested(
  chains: Chains,
  superchains: readonly (number | string)[] = chains.map((_, c) => c),
): number {
  if (nestedRhatReason(chains, superchains) !== null) return NaN
  const groups = [...groupChains(chains, superchains).values()]
  const means = groups.map((group) => Float64Array.from(group, (chain) => mean(chain)))
  const between = variance(Float64Array.from(means, (one) => mean(one)))
  const within = groups.map((group, g) => {
    const betweenChains = group.length > 1 ? variance(means[g]!) : 0
    const withinChains =
      chains[0]!.length > 1 ? mean(Float64Array.from(group, (chain) => variance(chain))) : 0
    return betweenChains + withinChains
  })
  return Math.sqrt(1 + between / mean(Float64Array.from(within)))
}

/** Why there is no nested R-hat of these chains, or null. */
export function nestedRhatReason(
  chains: Chains,
  superchains: readonly (number | string)[] = chains.map((_, c) => c),
): string | null {
  if (superchains.length !== chains.length) {
    return `${superchains.length} superchain labels for ${chains.length} chains`
  }
  if (!haveOneLength(chains) || chains[0]!.length === 0) return "nested R-hat needs chains of one length"
  const groups = groupChains(chains, superchains)
  if (groups.size < 2) return "nested R-hat compares superchains, and there is only one"
  const sizes = [...groups.values()].map((group) => group.length)
  if (sizes.some((size) => size !== sizes[0])) {
    return `the superchains differ in size (${sizes.join(", ")} chains)`
  }
  if (chains[0]!.length === 1 && sizes[0] === 1) {
    return "nested R-hat needs several draws a chain or several chains a superchain"
  }
  return isDegenerate(chains) ? "a draw is not finite, or all draws are equal" : null
}

function groupChains(
  chains: Chains,
  labels: readonly (number | string)[],
): Map<number | string, Float64Array[]> {
  const groups = new Map<number | string, Float64Array[]>()
  for (const [c, chain] of chains.entries()) {
    const group = groups.get(labels[c]!)
    if (group === undefined) groups.set(labels[c]!, [chain])
    else group.push(chain)
  }
  return groups
}
