/**
 * Mean and variance of quantities whose draws are not kept: memory does not grow with the run. Updated draw by draw:
 * B. P. Welford (1962), Technometrics 4, 419–420; chains pooled as in T. F. Chan, G. H. Golub & R. J. LeVeque (1983), The
 * American Statistician 37, 242–247.
 */

/** Doubles that one chain needs for `width` quantities: `[draws, means (width), sums of squared deviations (width)]`. */
export const momentsLength = (width: number): number => (width === 0 ? 0 : 1 + 2 * width)

/** Takes one draw in, whose values stand in several parts; `moments` is updated, nothing is allocated. */
export function updateMoments(moments: Float64Array, parts: readonly Float64Array[]): void {
  const width = (moments.length - 1) / 2
  const count = moments[0]! + 1
  moments[0] = count
  let at = 1
  for (let p = 0; p < parts.length; p++) {
    const part = parts[p]!
    for (let k = 0; k < part.length; k++, at++) {
      const deviation = part[k]! - moments[at]!
      const mean = moments[at]! + deviation / count
      moments[at] = mean
      moments[at + width]! += deviation * (part[k]! - mean)
    }
  }
}

/** Posterior means and sds over all chains; an sd is NaN for fewer than two draws, both for none. */
export interface PooledMoments {
  readonly draws: number
  readonly mean: Float64Array
  readonly sd: Float64Array
}

/** The same of one quantity by its name. */
export interface RunningMoments {
  readonly name: string
  readonly draws: number
  readonly mean: number
  readonly sd: number
}

/** Pools the chains, each `momentsLength(width)` doubles of `all` after another. */
export function poolMoments(width: number, all: Float64Array, chains: number): PooledMoments {
  const length = momentsLength(width)
  const mean = new Float64Array(width)
  /** Sums of squared deviations until all chains are in. */
  const sd = new Float64Array(width)
  let draws = 0
  for (let c = 0; c < chains; c++) {
    const own = all[c * length] ?? 0
    if (own === 0) continue
    const total = draws + own
    for (let k = 0, at = c * length + 1; k < width; k++, at++) {
      const deviation = all[at]! - mean[k]!
      sd[k]! += all[at + width]! + (deviation * deviation * draws * own) / total
      mean[k]! += (deviation * own) / total
    }
    draws = total
  }
  if (draws === 0) mean.fill(Number.NaN)
  for (let k = 0; k < width; k++) sd[k] = draws < 2 ? Number.NaN : Math.sqrt(sd[k]! / (draws - 1))
  return { draws, mean, sd }
}
