import { InternalError } from "../../core/errors.ts"
import { cholesky, invertPositiveDefinite, logDeterminant } from "../../math/small-dense.ts"
import type { SpreadValue } from "./factorisation-types.ts"
import type { Spread } from "./gaussian-model.ts"

/** A value for each spread, those of known ones filled in for good, and scratch memory for the largest. */
export function compileSpreads(spreads: readonly Spread[]): { values: SpreadValue[]; scratch: Float64Array } {
  const values = spreads.map((spread): SpreadValue => {
    const { q, value } = spread
    const result = { q, inverse: new Float64Array(q * q), logDeterminant: 0 }
    if (value !== null) setSpread(result, Float64Array.from(value), 0, new Float64Array(q * q))
    return result
  })
  return { values, scratch: new Float64Array(Math.max(...spreads.map(({ q }) => q)) ** 2) }
}

/** Sets a value from a covariance matrix. @returns false when it is not positive definite */
function setSpread(
  value: SpreadValue,
  covariance: Float64Array,
  offset: number,
  scratch: Float64Array,
): boolean {
  const { q, inverse } = value
  if (!invertPositiveDefinite(covariance, offset, q, inverse, 0, scratch)) return false
  if (q === 1) {
    value.logDeterminant = Math.log(covariance[offset]!)
    return true
  }
  for (let k = 0; k < q * q; k++) scratch[k] = covariance[offset + k]!
  if (!cholesky(scratch, 0, q)) throw new InternalError("a matrix that was inverted has no Cholesky factor")
  value.logDeterminant = logDeterminant(scratch, 0, q)
  return true
}

/** Sets a value from the current state of its spread's node. @returns false when it is not positive definite */
export function readSpreadState(
  spread: Spread,
  value: SpreadValue,
  state: Float64Array,
  scratch: Float64Array,
): boolean {
  if (spread.kind === "known") return true
  if (spread.kind === "covariance") return setSpread(value, state, spread.slot, scratch)
  const x = state[spread.slot]!
  const variance = spread.kind === "sd" ? x * x : x
  value.inverse[0] = 1 / variance
  value.logDeterminant = Math.log(variance)
  return variance > 0
}
