/** Positions of a chain that stand for all of it on a screen. */
export interface ThinnedChain {
  /** Positions in the chain, from 0, ascending. */
  readonly index: Uint32Array
  /** The draws there. */
  readonly value: Float64Array
}

/**
 * A chain cut down for a trace plot: of each of points/2 equal stretches the smallest and the largest draw, so that no
 * spike is lost, as it is when every k-th draw is kept. Steinarsson (2013), Downsampling Time Series for Visual
 * Representation, University of Iceland, section 4.1 (min–max).
 *
 * @param chain the draws, unchanged; a stretch with no number in it keeps its first draw, NaN
 * @param points about how many draws to keep; a chain that is not longer is kept whole
 */
export function thinForPlot(chain: Float64Array, points = 1000): ThinnedChain {
  const stretches = Math.max(1, Math.floor(points / 2))
  if (chain.length <= 2 * stretches) {
    return { index: Uint32Array.from(chain, (_, i) => i), value: chain.slice() }
  }
  const kept: number[] = []
  for (let s = 0; s < stretches; s++) {
    const start = Math.floor((s * chain.length) / stretches)
    const end = Math.floor(((s + 1) * chain.length) / stretches)
    const [low, high] = extremes(chain, start, end)
    kept.push(Math.min(low, high))
    if (low !== high) kept.push(Math.max(low, high))
  }
  const index = Uint32Array.from(kept)
  return { index, value: Float64Array.from(index, (i) => chain[i]!) }
}

/** Positions of the smallest and largest number in [start, end); both `start` where there is none. */
function extremes(chain: Float64Array, start: number, end: number): readonly [number, number] {
  let low = start
  let high = start
  for (let i = start; i < end; i++) {
    const value = chain[i]!
    if (Number.isNaN(value)) continue
    if (!(chain[low]! <= value)) low = i
    if (!(chain[high]! >= value)) high = i
  }
  return [low, high]
}
