/** What a likelihood with one grouping factor needs of a response, drawn from its joint law or read off a response. */

import { cholesky } from "../math/small-dense.ts"
import { decomposeSymmetric } from "../math/symmetric-eigen.ts"
import { drawGamma } from "../random/gamma.ts"
import { drawNormal } from "../random/normal.ts"
import type { Stream } from "../random/stream.ts"
import { drawWishartFactor } from "../random/wishart.ts"
import {
  type LevelClass,
  type OneFactorModel,
  type ResponseStatistics,
  takeOutProjection,
} from "./one-factor-model.ts"

/**
 * Returns a function that draws the statistics of `y = ZTu + e`, u and e standard normal, without drawing y: with
 * `Z_j'Z_j = LL'` the coordinates `L⁺Z_j'y` are normal with covariance matrix `I + L'TT'L`, independent over levels;
 * of a class only their sum (normal) and their scatter (Wishart) are needed. What is left of Q'y is normal, what is
 * left of y'y is χ². Allocates nothing.
 *
 * @param t T of the grouping factor, row-major q × q
 */
export function createStatisticsDrawer(
  model: OneFactorModel,
  t: Float64Array,
): (rng: Stream, statistics: ResponseStatistics) => void {
  const { q, p, classes } = model
  const drawers = classes.map((entry, k) => createClassDrawer(entry, k, q, p, t))
  const rest = remainder(model)
  const covered = classes.reduce((sum, { count, rank }) => sum + count * rank, 0)
  const df = Math.max(0, model.nobs - covered - rest.rank)
  return (rng, statistics) => {
    const { projection, total } = statistics
    projection.fill(0)
    total[0] = 0
    for (let k = 0; k < drawers.length; k++) drawers[k]!(rng, statistics)
    for (let j = 0; j < rest.rank; j++) {
      const g = drawNormal(rng)
      total[0] = total[0]! + g * g
      for (let x = 0; x < p; x++) projection[x] = projection[x]! + rest.factor[x * rest.rank + j]! * g
    }
    if (df > 0) total[0] = total[0]! + 2 * drawGamma(rng, 0.5 * df)
    takeOutProjection(model, statistics)
  }
}

/** A factor of `I − Σ Q'Z_j(Z_j'Z_j)⁺Z_j'Q`: the part of Q that no level's columns reach. */
function remainder({ p, classes }: OneFactorModel): { readonly factor: Float64Array; readonly rank: number } {
  const m = new Float64Array(p * p)
  for (let x = 0; x < p; x++) m[x * (p + 1)] = 1
  for (const { count, e, rank } of classes) {
    for (let x = 0; x < p; x++) {
      for (let y = 0; y < p; y++) {
        for (let r = 0; r < rank; r++)
          m[x * p + y] = m[x * p + y]! - count * e[x * rank + r]! * e[y * rank + r]!
      }
    }
  }
  const { values, vectors } = decomposeSymmetric(m, p)
  const kept = [...values.keys()].filter((k) => values[k]! > 1e-9)
  const factor = new Float64Array(p * kept.length)
  kept.forEach((k, j) => {
    for (let x = 0; x < p; x++) factor[x * kept.length + j] = vectors[x * p + k]! * Math.sqrt(values[k]!)
  })
  return { factor, rank: kept.length }
}

function createClassDrawer(
  { count, l, rank: r, e }: LevelClass,
  k: number,
  q: number,
  p: number,
  t: Float64Array,
): (rng: Stream, statistics: ResponseStatistics) => void {
  const root = coordinateRoot(l, r, q, t)
  const sum = new Float64Array(r)
  const scatter = new Float64Array(r * r)
  const z = new Float64Array(r)
  const bartlett = new Float64Array(r * r)
  const half = new Float64Array(q * r)
  /** `v := root z` in place. */
  const spread = (v: Float64Array): void => {
    for (let i = r - 1; i >= 0; i--) {
      let value = 0
      for (let j = 0; j <= i; j++) value += root[i * r + j]! * v[j]!
      v[i] = value
    }
  }
  const drawSums = (rng: Stream): void => {
    if (count <= r) {
      sum.fill(0)
      scatter.fill(0)
      for (let level = 0; level < count; level++) {
        for (let i = 0; i < r; i++) z[i] = drawNormal(rng)
        spread(z)
        for (let i = 0; i < r; i++) {
          sum[i] = sum[i]! + z[i]!
          for (let j = 0; j < r; j++) scatter[i * r + j] = scatter[i * r + j]! + z[i]! * z[j]!
        }
      }
      return
    }
    // The mean and the scatter about it are independent.
    const size = Math.sqrt(count)
    for (let i = 0; i < r; i++) sum[i] = size * drawNormal(rng)
    spread(sum)
    if (count > 1) drawWishartFactor(rng, count - 1, r, bartlett, 0)
    else bartlett.fill(0)
    for (let i = r - 1; i >= 0; i--) {
      for (let j = 0; j <= i; j++) {
        let value = 0
        for (let x = j; x <= i; x++) value += root[i * r + x]! * bartlett[x * r + j]!
        bartlett[i * r + j] = value
      }
    }
    for (let i = 0; i < r; i++) {
      for (let j = 0; j <= i; j++) {
        let value = (sum[i]! * sum[j]!) / count
        for (let x = 0; x <= j; x++) value += bartlett[i * r + x]! * bartlett[j * r + x]!
        scatter[i * r + j] = value
        scatter[j * r + i] = value
      }
    }
  }
  return (rng, statistics) => {
    drawSums(rng)
    const s = statistics.sums[k]!
    const o = statistics.squares[k]!
    const { projection, total } = statistics
    for (let i = 0; i < r; i++) total[0] = total[0]! + scatter[i * (r + 1)]!
    for (let x = 0; x < p; x++) {
      for (let i = 0; i < r; i++) projection[x] = projection[x]! + e[x * r + i]! * sum[i]!
    }
    for (let i = 0; i < q; i++) {
      let value = 0
      for (let j = 0; j < r; j++) {
        value += l[i * r + j]! * sum[j]!
        let product = 0
        for (let x = 0; x < r; x++) product += l[i * r + x]! * scatter[x * r + j]!
        half[i * r + j] = product
      }
      s[i] = value
    }
    for (let i = 0; i < q; i++) {
      for (let j = 0; j < q; j++) {
        let value = 0
        for (let x = 0; x < r; x++) value += half[i * r + x]! * l[j * r + x]!
        o[i * q + j] = value
      }
    }
  }
}

/** Lower Cholesky factor of `I + L'TT'L`. */
function coordinateRoot(l: Float64Array, r: number, q: number, t: Float64Array): Float64Array {
  const product = new Float64Array(q * r)
  for (let j = 0; j < q; j++) {
    for (let i = 0; i < r; i++) {
      for (let x = 0; x < q; x++) product[j * r + i] = product[j * r + i]! + t[x * q + j]! * l[x * r + i]!
    }
  }
  const root = new Float64Array(r * r)
  for (let i = 0; i < r; i++) {
    for (let j = 0; j <= i; j++) {
      let value = i === j ? 1 : 0
      for (let x = 0; x < q; x++) value += product[x * r + i]! * product[x * r + j]!
      root[i * r + j] = value
    }
  }
  cholesky(root, 0, r)
  return root
}

/**
 * Returns a function that reads the statistics off a response.
 *
 * @param columns Z* of the factor, length n each
 * @param basis Q
 */
export function createStatisticsReader(
  model: OneFactorModel,
  codes: Int32Array,
  columns: readonly Float64Array[],
  basis: readonly Float64Array[],
): (response: Float64Array, statistics: ResponseStatistics) => void {
  const { q, p, classes } = model
  const levels = classes.reduce((sum, { count }) => sum + count, 0)
  const zy = new Float64Array(levels * q)
  return (response, statistics) => {
    zy.fill(0)
    let total = 0
    for (let i = 0; i < response.length; i++) {
      const value = response[i]!
      total += value * value
      for (let t = 0; t < q; t++) zy[codes[i]! * q + t] = zy[codes[i]! * q + t]! + columns[t]![i]! * value
    }
    statistics.total[0] = total
    for (let x = 0; x < p; x++) {
      const direction = basis[x]!
      let sum = 0
      for (let i = 0; i < response.length; i++) sum += direction[i]! * response[i]!
      statistics.projection[x] = sum
    }
    for (let k = 0; k < classes.length; k++) {
      const s = statistics.sums[k]!
      const o = statistics.squares[k]!
      s.fill(0)
      o.fill(0)
      for (const level of classes[k]!.levels) {
        for (let i = 0; i < q; i++) {
          const value = zy[level * q + i]!
          s[i] = s[i]! + value
          for (let j = 0; j < q; j++) o[i * q + j] = o[i * q + j]! + value * zy[level * q + j]!
        }
      }
    }
    takeOutProjection(model, statistics)
  }
}
