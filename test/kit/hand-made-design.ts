/** Designs put together by hand, for tests that are about what happens after the formula. */

import type { Design, RandomDesign } from "../../src/models/formula/design.ts"

export interface BarSpec {
  readonly group: string
  readonly codes: ArrayLike<number>
  /** Name and values of each column that varies by group. */
  readonly columns: Readonly<Record<string, ArrayLike<number>>>
}

/** Levels are named `L0`, `L1`, … */
export function handMadeDesign(
  response: ArrayLike<number>,
  fixed: Readonly<Record<string, ArrayLike<number>>>,
  bars: readonly BarSpec[],
  offset: ArrayLike<number> | null = null,
): Design {
  const nobs = response.length
  const names = Object.keys(fixed)
  return {
    formula: "y ~ by hand",
    response: { name: "y", values: Float64Array.from(response) },
    offset: offset === null ? null : Float64Array.from(offset),
    fixed: {
      names,
      columns: names.map((name) => Float64Array.from(fixed[name]!)),
      terms: names,
      assign: names.map((_, j) => j),
    },
    random: bars.map((bar): RandomDesign => {
      const codes = Int32Array.from(bar.codes)
      const terms = Object.keys(bar.columns)
      return {
        group: bar.group,
        levels: Array.from({ length: Math.max(...codes) + 1 }, (_, j) => `L${j}`),
        codes,
        terms,
        columns: terms.map((term) => Float64Array.from(bar.columns[term]!)),
      }
    }),
    nobs,
    dropped: 0,
    rowIndex: Int32Array.from({ length: nobs }, (_, i) => i),
    messages: [],
  }
}

/** Deterministic numbers in (0, 1): a linear congruential generator, good enough to scatter test data. */
export function scatter(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 4294967296
  }
}

/** Roughly normal deviates from {@link scatter}: the sum of twelve, less six. */
export function scatterNormal(uniform: () => number): number {
  let sum = -6
  for (let k = 0; k < 12; k++) sum += uniform()
  return sum
}
