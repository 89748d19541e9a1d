/** Positions of a series that stand for all of it on a screen. */
export interface Downsampled {
  /** Positions in the original series, ascending. */
  readonly index: readonly number[]
  /** The value at each position; NaN and infinities are kept as they are. */
  readonly value: readonly number[]
}

/**
 * Min/max down-sampling: the series is cut into `points / 2` equal stretches and of each the smallest and the largest
 * value are kept, in the order in which they occur. A spike a single draw long survives, unlike with every-k-th
 * thinning, and the drawn line covers the same pixels as the whole series would.
 *
 * A series of at most `points` values comes back whole. A stretch with no finite value keeps its first, so that the
 * gap stays visible.
 */
export function downsampleMinMax(series: Float64Array, points: number): Downsampled {
  if (series.length <= points) {
    return { index: Array.from(series, (_, i) => i), value: Array.from(series) }
  }
  const stretches = Math.max(1, Math.floor(points / 2))
  const index: number[] = []
  for (let k = 0; k < stretches; k++) {
    const from = Math.floor((k * series.length) / stretches)
    const to = Math.floor(((k + 1) * series.length) / stretches)
    const [low, high] = extremes(series, from, to)
    index.push(Math.min(low, high))
    if (low !== high) index.push(Math.max(low, high))
  }
  return { index, value: index.map((i) => series[i] ?? Number.NaN) }
}

function extremes(series: Float64Array, from: number, to: number): readonly [number, number] {
  let low = -1
  let high = -1
  for (let i = from; i < to; i++) {
    const x = series[i]!
    if (!Number.isFinite(x)) continue
    if (low === -1 || x < series[low]!) low = i
    if (high === -1 || x > series[high]!) high = i
  }
  return low === -1 ? [from, from] : [low, high]
}
