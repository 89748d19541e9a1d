import { isConstant, poolChains } from "./chains.ts"
import { mean } from "./moments.ts"
import type { ScalarChains } from "./summarise.ts"

/**
 * Correlations of scalars over all draws of all chains: which parameters a sampler should move together. The `crosscorr`
 * of the R package `coda`; coefficient of Pearson (1895), Proceedings of the Royal Society 58, 240–242.
 *
 * @param scalars each with as many chains and draws as the others, unchanged
 * @returns row-major p × p, symmetric, 1 on the diagonal; NaN in the row and column of a scalar that never moved, has a
 *   draw that is not finite, or another number of draws than the first
 */
export function crossCorrelation(scalars: readonly ScalarChains[]): Float64Array {
  const p = scalars.length
  const standardised = scalars.map(({ chains }) => standardise(poolChains(chains)))
  const size = standardised[0]?.length ?? 0
  const correlations = new Float64Array(p * p).fill(NaN)
  for (let i = 0; i < p; i++) {
    const a = standardised[i]!
    if (a.length !== size || Number.isNaN(a[0]!)) continue
    correlations[i * p + i] = size > 0 ? 1 : NaN
    for (let j = 0; j < i; j++) {
      const b = standardised[j]!
      if (b.length !== size) continue
      correlations[i * p + j] = correlations[j * p + i] = Math.max(-1, Math.min(1, dot(a, b)))
    }
  }
  return correlations
}

/** Deviations from the mean over the root of their sum of squares, in place; NaN throughout where that does not exist. */
function standardise(values: Float64Array): Float64Array {
  if (isConstant(values)) return values.fill(NaN)
  const centre = mean(values)
  let largest = 0
  for (let k = 0; k < values.length; k++) largest = Math.max(largest, Math.abs((values[k]! -= centre)))
  // Divided by the largest first, so that squares neither overflow nor vanish.
  for (let k = 0; k < values.length; k++) values[k]! /= largest
  const length = Math.sqrt(dot(values, values))
  if (!Number.isFinite(length)) return values.fill(NaN)
  for (let k = 0; k < values.length; k++) values[k]! /= length
  return values
}

function dot(a: Float64Array, b: Float64Array): number {
  let [s, t, u, v] = [0, 0, 0, 0]
  let k = 0
  for (; k + 3 < a.length; k += 4) {
    s += a[k]! * b[k]!
    t += a[k + 1]! * b[k + 1]!
    u += a[k + 2]! * b[k + 2]!
    v += a[k + 3]! * b[k + 3]!
  }
  for (; k < a.length; k++) s += a[k]! * b[k]!
  return s + t + (u + v)
}
