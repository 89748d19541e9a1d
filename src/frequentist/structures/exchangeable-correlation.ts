/** The same correlation between all rows of a series. */

import type { Correlation, CorrelationTransform } from "./correlation.ts"
import { longestSeries, type Series } from "./series.ts"

const logit = (p: number): number => Math.log(p / (1 - p))
const expit = (x: number): number => 1 / (1 + Math.exp(-x))

/** `cs`: ρ above −1/(m − 1), m the rows of the longest series. */
export function exchangeableCorrelation(series: Series): Correlation {
  const low = -1 / (Math.max(2, longestSeries(series)) - 1)
  const natural = (x: number): number => low + (1 - low) * expit(x)
  const working = (rho: number): number => logit((rho - low) / (1 - low))
  return {
    series,
    parameters: [
      { label: "", value: ([x]) => natural(x!), working, interval: { to: working, from: natural } },
    ],
    start: [working(Math.max(0.1, low))],
    at: ([x]) => exchangeableTransform(series, natural(x!)),
    mixture: null,
    entriesAt: ([x]) => ({
      value: (a, b) => (a === b ? 1 : natural(x!)),
      first: (_, a, b) => (a === b ? 0 : 1),
      second: () => 0,
      linear: true,
    }),
  }
}

/** `R = (1 − ρ)I + ρ11'`: its symmetric root treats the mean of a series and the deviations from it apart. */
function exchangeableTransform({ order, pointer }: Series, rho: number): CorrelationTransform {
  const within = Math.sqrt(1 - rho)
  let logDet = 0
  for (let s = 0; s < pointer.length - 1; s++) {
    const m = pointer[s + 1]! - pointer[s]!
    if (m > 0) logDet += (m - 1) * Math.log(1 - rho) + Math.log1p((m - 1) * rho)
  }
  const rescale = (column: Float64Array, power: 1 | -1): void => {
    for (let s = 0; s < pointer.length - 1; s++) {
      const start = pointer[s]!
      const end = pointer[s + 1]!
      const m = end - start
      let mean = 0
      for (let at = start; at < end; at++) mean += column[order[at]!]! / m
      const between = Math.sqrt(1 + (m - 1) * rho) ** power
      const scale = within ** power
      for (let at = start; at < end; at++) {
        const row = order[at]!
        column[row] = scale * (column[row]! - mean) + between * mean
      }
    }
  }
  return {
    logDet,
    whiten: (column) => rescale(column, -1),
    colour: (column) => rescale(column, 1),
  }
}
