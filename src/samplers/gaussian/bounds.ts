/**
 * Priors that bound an sd: uniform ones, most of all. Beside a bound that the data push against, the density of the log
 * sd breaks off where it is largest; in the logit of the sd's place between its bounds it falls on both sides.
 */
import { lookupDistribution } from "../../distributions/registry.ts"
import type { Spread } from "./gaussian-model.ts"
import { coordinatesOf, type SpreadPrior } from "./spread-space.ts"

/** A coordinate of φ that is the logarithm of an sd between `lower` ≥ 0 and `upper` ≤ Infinity, not both trivial. */
export interface BoundedSd {
  readonly at: number
  readonly lower: number
  readonly upper: number
}

/** The bounded sds among the coordinates of the spreads. */
export function boundedSds(
  spreads: readonly Spread[],
  priors: readonly (SpreadPrior | null)[],
): readonly BoundedSd[] {
  const found: BoundedSd[] = []
  let at = 0
  spreads.forEach((spread, k) => {
    const prior = priors[k]!
    const distribution = prior === null ? null : lookupDistribution(prior.family)
    if (prior !== null && spread.q === 1 && distribution?.kind === "scalar") {
      const support = distribution.support(prior.parameters)
      const toSd = spread.kind === "sd" ? (x: number) => x : Math.sqrt
      const [lower, upper] = [toSd(Math.max(0, support.lower)), toSd(support.upper)]
      if (lower > 0 || upper < Infinity) found.push({ at, lower, upper })
    }
    at += coordinatesOf(spread)
  })
  return found
}

/**
 * Replaces unbounded coordinates by the log sds that they stand for: `lower + (upper − lower) / (1 + exp(−x))`, or
 * `lower + exp(x)`. @returns log |dφ/dx|
 */
export function applyBounds(bounds: readonly BoundedSd[], x: Float64Array): number {
  let jacobian = 0
  for (let k = 0; k < bounds.length; k++) {
    const { at, lower, upper } = bounds[k]!
    const value = x[at]!
    if (upper === Infinity) {
      const above = Math.exp(value)
      x[at] = Math.log(lower + above)
      jacobian += value - x[at]!
    } else {
      // log of 1 / (1 + exp(−x)) and of 1 / (1 + exp(x)), neither from a difference.
      const low = -Math.log1p(Math.exp(-Math.abs(value)))
      const share = value > 0 ? low : low + value
      const left = value > 0 ? low - value : low
      x[at] = lower === 0 ? Math.log(upper) + share : Math.log(lower + (upper - lower) * Math.exp(share))
      jacobian += Math.log(upper - lower) + share + left - x[at]!
    }
  }
  return jacobian
}

/** The inverse of `applyBounds`. @returns log |dφ/dx|, the same as there; NaN for an sd outside its bounds */
export function removeBounds(bounds: readonly BoundedSd[], phi: Float64Array): number {
  let jacobian = 0
  for (let k = 0; k < bounds.length; k++) {
    const { at, lower, upper } = bounds[k]!
    const sd = Math.exp(phi[at]!)
    const above = sd - lower
    if (upper === Infinity) {
      jacobian += Math.log(above) - phi[at]!
      phi[at] = Math.log(above)
    } else {
      const below = upper - sd
      jacobian += Math.log(above) + Math.log(below) - Math.log(upper - lower) - phi[at]!
      phi[at] = Math.log(above) - Math.log(below)
    }
  }
  return jacobian
}
