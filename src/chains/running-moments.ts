/**
 * Mean and variance of quantities whose draws are not kept: memory does not grow with the run. Updated draw by draw:
 * B. P. Welford (1962), Technometrics 4, 419–420; chains pooled as in T. F. Chan, G. H. Golub & R. J. LeVeque (1983), The
 * American Statistician 37, 242–247.
 */

/** Doubles that one chain needs for `width` quantities: `[draws, means (width), sums of squared deviations (width)]`. */
export const momentsLength = (width: number): number => (width === 0 ? 0 : 1 + 2 * width)

/** Takes one draw of every quantity in; `moments` is updated, nothing is allocated. */
export function updateMoments(moments: Float64Array, draw: Float64Array): void {
  const width = draw.length
  const count = moments[0]! + 1
  moments[0] = count
  for (let k = 0; k < width; k++) {
    const deviation = draw[k]! - moments[1 + k]!
    const mean = moments[1 + k]! + deviation / count
    moments[1 + k] = mean
    moments[1 + width + k]! += deviation * (draw[k]! - mean)
  }
}

/** Posterior mean and sd of one quantity over all chains; the sd is NaN for fewer than two draws, both for none. */
export interface RunningMoments {
  readonly name: string
  readonly draws: number
  readonly mean: number
  readonly sd: number
}

/** Pools the chains, each `momentsLength(names.length)` doubles of `all` after another. */
export function poolMoments(names: readonly string[], all: Float64Array, chains: number): RunningMoments[] {
  const width = names.length
  const length = momentsLength(width)
  return names.map((name, k) => {
    let draws = 0
    let mean = 0
    let squares = 0
    for (let c = 0; c < chains; c++) {
      const own = all[c * length]!
      if (own === 0) continue
      const deviation = all[c * length + 1 + k]! - mean
      const total = draws + own
      squares += all[c * length + 1 + width + k]! + (deviation * deviation * draws * own) / total
      mean += (deviation * own) / total
      draws = total
    }
    return {
      name,
      draws,
      mean: draws === 0 ? Number.NaN : mean,
      sd: draws < 2 ? Number.NaN : Math.sqrt(squares / (draws - 1)),
    }
  })
}
