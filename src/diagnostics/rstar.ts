/**
 * R*: how well a classifier tells from the values of all parameters together which chain a draw is of. It sees what R-hat,
 * one parameter at a time, does not: chains that differ in how parameters go together.
 * Lambert & Vehtari (2022), Bayesian Analysis 17(2), 353–379, algorithms 1 and 2; the classifier is a random forest.
 */

import { streamFor } from "../random/stream.ts"
import { splitChains } from "./chains.ts"
import { orderValues } from "./ordered.ts"
import { BINS, predictByForest } from "./random-forest.ts"
import { defectOf } from "./reason.ts"
import type { ScalarChains } from "./summarise.ts"

export interface RStarOptions {
  /** The split into training and test draws and the forest are a function of it. */
  readonly seed?: string | number
  readonly trees?: number
}

export interface RStar {
  /** Accuracy on the test draws times the number of half chains: about 1 for chains that cannot be told apart. */
  readonly value: number
  /** The standard deviation that `value` has about 1 for such chains: beyond 1 + 2 of them the chains differ. */
  readonly sdIfAlike: number
  /** Mean and standard deviation of R* by the predicted probabilities (algorithm 2). */
  readonly mean: number
  readonly sd: number
  /** Why the figures are NaN, or null. */
  readonly reason: string | null
}

const TRAINING_SHARE = 0.7
/** A leaf holds this many draws at least, and so many that a tree has about as many leaves as `MOST_LEAVES`. */
const LEAF_SIZE = 5
const MOST_LEAVES = 500
/** Half a chain of fewer draws leaves nothing to learn from. */
const SHORTEST_HALF = 10
/** Parameters that never move tell nothing, and have no defect for it. */
const NEVER_MOVED = /never moved/

/**
 * R* of parameters together. Chains are split in halves, so that one that drifts is found out; autocorrelated draws, which
 * resemble their neighbours, raise it: thin them first where that is not wanted.
 *
 * @param scalars each with as many chains and draws as the others, unchanged
 * @returns the same for the same draws and seed; NaN with a reason where draws are missing, not finite or too few
 */
export function rstar(
  scalars: readonly ScalarChains[],
  { seed = "rstar", trees = 100 }: RStarOptions = {},
): RStar {
  const none = { value: NaN, sdIfAlike: NaN, mean: NaN, sd: NaN }
  const reason = whyNot(scalars)
  if (reason !== null) return { ...none, reason }

  const halves = scalars.map(({ chains }) => splitChains(chains))
  const classes = halves[0]!.length
  const length = halves[0]![0]!.length
  const labels = Uint16Array.from({ length: classes * length }, (_, i) => Math.floor(i / length))
  const features = halves.map((series) => binByRank(series, classes * length))
  const stream = streamFor(seed, 0, "rstar")
  const order = Uint32Array.from(labels, (_, i) => i)
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(stream.uniform() * (i + 1))
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  const training = order.slice(0, Math.floor(TRAINING_SHARE * order.length))
  const tested = order.slice(training.length)
  const forest = { trees, leafSize: Math.max(LEAF_SIZE, Math.ceil(training.length / MOST_LEAVES)) }
  const probabilities = predictByForest({ features, labels, classes }, training, tested, forest, stream)

  let hits = 0
  let sum = 0
  let spread = 0
  for (let i = 0; i < tested.length; i++) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes)
    const own = row[labels[tested[i]!]!]!
    // Classes that tie with the draw's own share the hit, or the first of them would be favoured.
    const ties = row.filter((share) => share === own).length
    if (own === Math.max(...row)) hits += 1 / ties
    sum += own
    spread += own * (1 - own)
  }
  const scale = classes / tested.length
  return {
    value: scale * hits,
    sdIfAlike: Math.sqrt((classes - 1) / tested.length),
    mean: scale * sum,
    sd: scale * Math.sqrt(Math.max(0, spread)),
    reason: null,
  }
}

function whyNot(scalars: readonly ScalarChains[]): string | null {
  const first = scalars[0]
  if (first === undefined) return "there are no parameters"
  let moving = false
  for (const { name, chains } of scalars) {
    const defect = defectOf(chains)
    if (defect !== null && !NEVER_MOVED.test(defect)) return `${name}: ${defect}`
    moving ||= defect === null || chains.some((chain) => chain[0] !== chains[0]![0])
    if (chains.length !== first.chains.length || chains[0]!.length !== first.chains[0]!.length) {
      return `${name} and ${first.name} differ in their number of chains or draws`
    }
  }
  const half = Math.floor(first.chains[0]!.length / 2)
  if (half < SHORTEST_HALF) {
    return `${first.chains[0]!.length} draws a chain, expected at least ${2 * SHORTEST_HALF}`
  }
  return moving ? null : "no parameter ever moved"
}

/** Each draw's rank, coarsened to bins; equal draws share one. */
function binByRank(series: readonly Float64Array[], size: number): Uint8Array {
  const pool = new Float64Array(size)
  for (const [m, one] of series.entries()) pool.set(one, m * one.length)
  const { sorted, order } = orderValues(pool)
  const bins = new Uint8Array(size)
  let bin = 0
  for (let k = 0; k < size; k++) {
    if (k === 0 || sorted[k] !== sorted[k - 1]) bin = Math.floor((k * BINS) / size)
    bins[order[k]!] = bin
  }
  return bins
}
