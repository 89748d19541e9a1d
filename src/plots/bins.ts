import { quantileOfSorted } from "../diagnostics/quantile.ts"

/** Counts of values in intervals of one width. */
export interface Bins {
  /** Where the first interval begins; NaN where there is no finite value. */
  readonly from: number
  readonly width: number
  readonly counts: readonly number[]
}

const fewest = 10
const most = 60

/**
 * Counts values in equal intervals over their range, as many as the rule of Freedman & Diaconis (1981, Zeitschrift für
 * Wahrscheinlichkeitstheorie 57, 453–476) wants, 2 IQR n^(−1/3) wide, between 10 and 60; constant values make one. Each
 * interval holds its lower end, the last one both.
 *
 * @param values unchanged; those that are not finite are left out
 * @param count how many intervals, in place of the rule
 * @param range over which to count, in place of that of the values
 */
export function binValues(
  values: Float64Array,
  count?: number,
  range?: readonly [low: number, high: number],
): Bins {
  const sorted = values.filter(Number.isFinite).sort()
  const [low, high] = range ?? [sorted[0] ?? NaN, sorted.at(-1) ?? NaN]
  if (sorted.length === 0) return { from: NaN, width: NaN, counts: [] }
  if (!(high > low)) return { from: low - 0.5, width: 1, counts: [sorted.length] }
  const rule =
    (2 * (quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25))) / Math.cbrt(sorted.length)
  const wanted = rule > 0 ? Math.ceil((high - low) / rule) : most
  const bins = count ?? Math.max(fewest, Math.min(most, wanted))
  const counts = new Array<number>(bins).fill(0)
  for (const value of sorted) {
    if (value >= low && value <= high)
      counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]!++
  }
  return { from: low, width: (high - low) / bins, counts }
}
