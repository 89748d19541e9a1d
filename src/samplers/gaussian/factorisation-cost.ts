/** What one factorisation of the mixed-model equations would cost, before anything is reduced. */
import { LARGE_REST } from "./factorisation.ts"
import { findRestPattern } from "./rest-pattern.ts"
import { meetingsOf, type Reducible } from "./statistics.ts"

/** Whether what is left once the largest factor is eliminated is factorised as a sparse matrix. */
export const isSparselyFactorised = (model: Reducible): boolean => findRestPattern(meetingsOf(model)) !== null

/** Multiplications: eliminating each level, then the rest, dense or sparse by predicted fill. */
export function costOfFactorisation(model: Reducible): number {
  const found = meetingsOf(model)
  const { q, levels, rest, pointer } = found
  let meetings = 0
  for (let l = 0; l < levels; l++) meetings += (pointer[l + 1]! - pointer[l]!) ** 2 / 2
  const pattern = findRestPattern(found)
  // The kernels for large blocks take an eighth of the time for each.
  const ofRest = pattern === null ? rest ** 3 / (rest < LARGE_REST ? 3 : 24) : pattern.symbolic.flops
  return levels * q ** 3 + q * meetings + ofRest
}
