/** Square symmetric matrices that are zero between series, such as the covariance matrix of correlated residuals. */

import type { CorrelationTransform } from "./correlation.ts"
import { longestSeries, type Series } from "./series.ts"

/** Column c holds, for each row of the design, its entry with the c-th row of its series; zero where there is none. */
export type SeriesMatrix = readonly Float64Array[]

/** @param entry of two places of `series.order` @returns null when every entry is zero */
export function fillSeries(series: Series, entry: (a: number, b: number) => number): SeriesMatrix | null {
  const { order, pointer } = series
  const columns = Array.from({ length: longestSeries(series) }, () => new Float64Array(order.length))
  let isZero = true
  for (let s = 0; s < pointer.length - 1; s++) {
    const start = pointer[s]!
    const end = pointer[s + 1]!
    for (let a = start; a < end; a++) {
      for (let b = start; b <= a; b++) {
        const value = entry(a, b)
        if (value === 0) continue
        isZero = false
        columns[b - start]![order[a]!] = value
        columns[a - start]![order[b]!] = value
      }
    }
  }
  return isZero ? null : columns
}

/** Overwrites S by `W S W'`. */
export function whitenSeries(series: Series, matrix: SeriesMatrix, transform: CorrelationTransform): void {
  for (const column of matrix) transform.whiten(column)
  transpose(series, matrix)
  for (const column of matrix) transform.whiten(column)
}

function transpose({ order, pointer }: Series, matrix: SeriesMatrix): void {
  for (let s = 0; s < pointer.length - 1; s++) {
    const start = pointer[s]!
    const m = pointer[s + 1]! - start
    for (let t = 1; t < m; t++) {
      const row = order[start + t]!
      for (let u = 0; u < t; u++) {
        const other = order[start + u]!
        const value = matrix[u]![row]!
        matrix[u]![row] = matrix[t]![other]!
        matrix[t]![other] = value
      }
    }
  }
}

/** `M x`, x of one number a row. */
export function multiplySeries(
  { order, pointer }: Series,
  matrix: SeriesMatrix,
  x: Float64Array,
): Float64Array {
  const out = new Float64Array(x.length)
  for (let s = 0; s < pointer.length - 1; s++) {
    const start = pointer[s]!
    const end = pointer[s + 1]!
    for (let a = start; a < end; a++) {
      const row = order[a]!
      let sum = 0
      for (let b = start; b < end; b++) sum += matrix[b - start]![row]! * x[order[b]!]!
      out[row] = sum
    }
  }
  return out
}

/** tr(M). */
export function traceOfSeries({ order, pointer }: Series, matrix: SeriesMatrix): number {
  let sum = 0
  for (let s = 0; s < pointer.length - 1; s++) {
    const start = pointer[s]!
    for (let a = start; a < pointer[s + 1]!; a++) sum += matrix[a - start]![order[a]!]!
  }
  return sum
}
