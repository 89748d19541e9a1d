/** How the spreads of the collapsed sampler move: decided in warm-up from what was seen there, fixed afterwards. */
import { essBelow } from "../../diagnostics/ess-quantile.ts"
import { quantile } from "../../diagnostics/quantile.ts"

/**
 * All axes at once; so, and once in a few sweeps by steps that know no proposal; beside both some axes at a time in every
 * sweep; or all of it with those steps in every sweep.
 */
export const WHOLE = 0
export const TAILS = 1
export const PARTS = 2
export const RESCUE = 3

/** Share of the reference steps of a stretch below which some axes are moved at a time; and below which they are for poor tails. */
const ENOUGH = 0.3
const GOOD = 0.5
/** Below which not even this promises anything, before it was tried and after. */
const POOR = 0.15
const ENOUGH_OF_PARTS = 0.2
/**
 * So many steps that are refused one after another are a chain that is stuck in a tail; and the least effective draws of a quantile
 * in the tails for each sweep. Steps that know no proposal take many times as long as those that do where coordinates are few: more
 * of the latter are then the better remedy, unless tails are very poor.
 */
const limitsFor = (d: number) => (d > MANY ? { stuck: 20, tails: 0.2 } : { stuck: 50, tails: 0.03 })
const MANY = 6
/** Sweeps of a stretch from which on these are known well enough. */
const LONG = 500

/** What a stretch of warm-up has shown. */
export interface Stretch {
  /** Coordinates of the spreads. */
  readonly dimension: number
  /** How the spreads moved in it. */
  readonly way: number
  /** Share of the reference steps that were taken, and the most of them that were refused one after another. */
  readonly taken: number
  readonly refused: number
  /** Share of the steps of some axes that were taken; null when none were tried. */
  readonly parts: number | null
  /** The least effective draws of a quantile in the tails, for each sweep; null when it was too short to tell. */
  readonly tails: number | null
}

/** How the spreads move from now on. */
export function wayFor({ dimension, way, taken, refused, parts, tails }: Stretch): number {
  const byParts = (parts ?? taken) >= (parts === null ? POOR : ENOUGH_OF_PARTS) ? PARTS : RESCUE
  if (taken < ENOUGH) return byParts
  const limits = limitsFor(dimension)
  // Where other steps have made the tails of their stretch good they stay, unless they are dear.
  const isOwn = way === WHOLE || dimension <= MANY
  const isGood = tails === null || (isOwn && tails >= limits.tails)
  if (refused < limits.stuck && isGood) return WHOLE
  return taken < GOOD ? byParts : TAILS
}

/**
 * The least effective sample size of the 5 % and 95 % quantiles, for each draw; null for short stretches.
 * @param draws row-major, d wide, unchanged
 */
export function tailsOf(draws: Float64Array, d: number): number | null {
  const length = draws.length / d
  if (length < LONG) return null
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < d; i++) {
    const series = Float64Array.from({ length }, (_, k) => draws[k * d + i]!)
    for (const probability of [0.05, 0.95]) {
      const size = essBelow([series], quantile(series, probability))
      // A chain that has not moved has no such size.
      least = Math.min(least, Number.isNaN(size) ? 0 : size)
    }
  }
  return least / length
}
