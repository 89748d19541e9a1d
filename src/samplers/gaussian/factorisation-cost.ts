/** What one factorisation of the mixed-model equations would cost, before anything is reduced. */
import { type Refusal, refusal } from "../conditional.ts"
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

/** Bytes of dense matrices beyond which a factorisation is refused: a sweep would take most of a minute. */
const MOST_BYTES = 1e9

/** Code of the refusal of a factorisation that is too large. */
export const TOO_LARGE = "too-large"

/**
 * Why the model's effects cannot be factorised together: what is left once the largest factor is eliminated is dense and
 * large, as of two crossed factors of many levels each. Null where they can.
 * @param factors how many Cholesky factors are held beside the cross-products
 */
export function refusalBySize(model: Reducible, factors: number): Refusal | null {
  const { columns, rows } = model.child
  const levels = columns.map((column) => (column.codes === null ? 1 : column.levels))
  const bytesOf = (rest: number): number => 8 * rest * rest * (1 + factors)
  const total = levels.reduce((sum, one) => sum + one, 0)
  if (bytesOf(total - Math.max(...levels)) < MOST_BYTES) return null
  const meetings = meetingsOf(model)
  const bytes = bytesOf(meetings.rest)
  if (bytes < MOST_BYTES || findRestPattern(meetings) !== null) return null
  const gigabytes = (bytes / 1e9).toPrecision(2)
  const multiplications = (meetings.rest ** 3 / 3).toExponential(0)
  return refusal(
    TOO_LARGE,
    `its ${rows} rows leave ${meetings.rest} columns beside the largest factor that nearly all meet: their factorisation takes ${gigabytes} GB and ${multiplications} multiplications a sweep`,
  )
}
