/**
 * A random forest that tells classes apart by numbers that have been put into bins.
 * Breiman (2001), Machine Learning 45, 5–32: bootstrap samples, at each node the best of a random few features by Gini's
 * index. Leaves hold at least a few cases, so that the shares in them are probabilities.
 */

import type { Stream } from "../random/stream.ts"

/** Bins of a feature. */
export const BINS = 32

export interface ForestData {
  /** `features[j][i]`: the bin of case i in feature j, below `BINS`. */
  readonly features: readonly Uint8Array[]
  /** The class of each case, from 0. */
  readonly labels: Uint16Array
  readonly classes: number
}

export interface ForestOptions {
  readonly trees: number
  /** The fewest cases of a leaf. */
  readonly leafSize: number
}

/**
 * Class probabilities of test cases by a forest grown on training cases. Time: trees · depth · √features · cases.
 *
 * @param training, tested positions of cases
 * @param stream advanced
 * @returns `[tested case][class]`, each case's adding to 1
 */
export function predictByForest(
  data: ForestData,
  training: Uint32Array,
  tested: Uint32Array,
  { trees, leafSize }: ForestOptions,
  stream: Stream,
): Float64Array {
  const { classes } = data
  const probabilities = new Float64Array(tested.length * classes)
  for (let t = 0; t < trees; t++) {
    const sample = training.map(() => training[pick(training.length, stream)]!)
    const tree = growTree(data, sample, leafSize, stream)
    for (let i = 0; i < tested.length; i++) {
      const shares = leafOf(tree, data.features, tested[i]!)
      for (let k = 0; k < classes; k++) probabilities[i * classes + k]! += shares[k]! / trees
    }
  }
  return probabilities
}

/** A leaf holds shares of the classes, an inner node where to go on. */
type Node =
  | { readonly shares: Float64Array }
  | { readonly feature: number; readonly bin: number; readonly low: Node; readonly high: Node }

function leafOf(root: Node, features: readonly Uint8Array[], position: number): Float64Array {
  let node = root
  while (!("shares" in node)) node = features[node.feature]![position]! <= node.bin ? node.low : node.high
  return node.shares
}

/** Grows a tree on `cases`, which are put into another order. */
function growTree(data: ForestData, cases: Uint32Array, leafSize: number, stream: Stream): Node {
  const { features, labels, classes } = data
  const tried = Math.max(1, Math.floor(Math.sqrt(features.length)))
  const order = Uint32Array.from(features, (_, j) => j)
  const histogram = new Float64Array(BINS * classes)
  const grow = (part: Uint32Array): Node => {
    const counts = new Float64Array(classes)
    for (let i = 0; i < part.length; i++) counts[labels[part[i]!]!]!++
    let best = { score: sumOfSquares(counts) / part.length + 1e-9, feature: -1, bin: 0 }
    if (part.length >= 2 * leafSize && !counts.includes(part.length)) {
      for (let j = 0; j < tried; j++) {
        // A partial shuffle draws features without replacement.
        const other = j + pick(order.length - j, stream)
        const feature = order[other]!
        order[other] = order[j]!
        order[j] = feature
        fillHistogram(histogram, data, feature, part)
        const split = bestSplit(histogram, counts, part.length, leafSize)
        if (split.score > best.score) best = { ...split, feature }
      }
    }
    if (best.feature === -1) return { shares: counts.map((count) => count / part.length) }
    const { feature, bin } = best
    const middle = partition(part, features[feature]!, bin)
    return { feature, bin, low: grow(part.subarray(0, middle)), high: grow(part.subarray(middle)) }
  }
  return grow(cases)
}

function fillHistogram(
  histogram: Float64Array,
  { features, labels, classes }: ForestData,
  feature: number,
  part: Uint32Array,
): void {
  histogram.fill(0)
  const bins = features[feature]!
  for (let i = 0; i < part.length; i++) histogram[bins[part[i]!]! * classes + labels[part[i]!]!]!++
}

/** The cut with the purest sides: the largest Σ nₖ² / n over both. */
function bestSplit(
  histogram: Float64Array,
  counts: Float64Array,
  size: number,
  leafSize: number,
): { score: number; bin: number } {
  const classes = counts.length
  const below = new Float64Array(classes)
  let sizeBelow = 0
  let best = { score: -Infinity, bin: 0 }
  for (let bin = 0; bin < BINS - 1; bin++) {
    let squaresBelow = 0
    let squaresAbove = 0
    for (let k = 0; k < classes; k++) {
      const count = histogram[bin * classes + k]!
      below[k]! += count
      sizeBelow += count
      squaresBelow += below[k]! ** 2
      squaresAbove += (counts[k]! - below[k]!) ** 2
    }
    if (sizeBelow < leafSize || size - sizeBelow < leafSize) continue
    const score = squaresBelow / sizeBelow + squaresAbove / (size - sizeBelow)
    if (score > best.score) best = { score, bin }
  }
  return best
}

/** Puts the cases with at most `bin` first, in place; returns how many there are. */
function partition(part: Uint32Array, bins: Uint8Array, bin: number): number {
  let low = 0
  for (let i = 0; i < part.length; i++) {
    const position = part[i]!
    if (bins[position]! > bin) continue
    part[i] = part[low]!
    part[low++] = position
  }
  return low
}

function sumOfSquares(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count * count, 0)
}

/** A whole number from 0 to n − 1. */
function pick(n: number, stream: Stream): number {
  return Math.floor(stream.uniform() * n)
}
