/**
 * Levels of a model's only grouping factor, merged where their `Z'Z` are equal. Given the spreads such levels share
 * `W = Z'Z/σ² + D⁻¹`, and what they add to the coefficients' equations, `A' W⁻¹ A` with `A = Z'[X r]`, is linear in the
 * sum of the outer products of their A: an evaluation costs as much as there are different levels, and nothing else
 * remembers how many there were. Counts of rows (`q = 1`) and 0/1 predictors merge most of them, balanced designs all.
 */
import { sortBy } from "../kernel/cells.ts"
import type { GaussianStatistics } from "./statistics.ts"

/** Plain data. With p coefficients, K = (p + 1)(p + 2)/2 and T = q(q + 1)/2. */
export interface LevelClasses {
  readonly q: number
  /** Coefficients p. */
  readonly order: number
  /** Classes. */
  readonly different: number
  /**
   * Per class T + K·T values: the lower triangle of `Z'Z` by rows; then for every pair a ≥ b of columns of `[X r]`, by
   * rows, the coefficients of the lower triangle of W⁻¹ in `Σ A_a' W⁻¹ A_b`.
   */
  readonly constants: Float64Array
  /** Classes with the same number of levels stand together: classes, levels of each, and so on. */
  readonly runs: Int32Array
  /** Class of each level. */
  readonly classOf: Int32Array
  /** Per level `Z'[r X]`, column after column: (p + 1)·q. */
  readonly right: Float64Array
}

/** Sizes up to which the code written for them is worth it; beyond, the general factorisation is as quick. */
const MOST_EFFECTS = 3
const MOST_COEFFICIENTS = 6

/** Merges levels; null for a model with other grouping factors, or one that is too large for it. */
export function classifyLevels(s: GaussianStatistics): LevelClasses | null {
  const { q, levels, rest: order } = s
  const fits = s.restTerms.length === 0 && q <= MOST_EFFECTS && order <= MOST_COEFFICIENTS
  if (!fits) return null
  const right = rightSides(s)
  const { first, count, classOf } = findClasses(s.own, levels, q)
  // Stable, so that the order of sums depends on the data alone; a class has at most as many levels as there are.
  const sorted = sortBy(count, levels + 1, null)
  const place = new Int32Array(sorted.length)
  for (let k = 0; k < sorted.length; k++) place[sorted[k]!] = k
  for (let l = 0; l < levels; l++) classOf[l] = place[classOf[l]!]!
  const runs: number[] = []
  for (const c of sorted) {
    if (runs.at(-1) === count[c]) runs[runs.length - 2]! += 1
    else runs.push(1, count[c]!)
  }
  const triangle = (q * (q + 1)) / 2
  const columns = order + 1
  const stride = triangle * (1 + (columns * (columns + 1)) / 2)
  const constants = new Float64Array(stride * sorted.length)
  sorted.forEach((c, k) => {
    let at = k * stride
    const block = first[c]! * q * q
    for (let i = 0; i < q; i++) for (let j = 0; j <= i; j++) constants[at++] = s.own[block + i * q + j]!
  })
  for (let l = 0; l < levels; l++) {
    let at = classOf[l]! * stride + triangle
    const own = l * columns * q
    for (let a = 0; a < columns; a++) {
      for (let b = 0; b <= a; b++) {
        // r stands first among the right sides and last among the pairs.
        const first = own + ((a + 1) % columns) * q
        const second = own + ((b + 1) % columns) * q
        for (let i = 0; i < q; i++) {
          for (let j = 0; j < i; j++) {
            constants[at++]! +=
              right[first + i]! * right[second + j]! + right[first + j]! * right[second + i]!
          }
          constants[at++]! += right[first + i]! * right[second + i]!
        }
      }
    }
  }
  return { q, order, different: sorted.length, constants, runs: Int32Array.from(runs), classOf, right }
}

function rightSides({
  q,
  levels,
  rest,
  pointer,
  column,
  cross,
  ownResponse,
}: GaussianStatistics): Float64Array {
  const width = (rest + 1) * q
  const right = new Float64Array(levels * width)
  for (let l = 0; l < levels; l++) {
    for (let t = 0; t < q; t++) right[l * width + t] = ownResponse[l * q + t]!
    for (let e = pointer[l]!; e < pointer[l + 1]!; e++) {
      const at = l * width + (1 + column[e]!) * q
      for (let t = 0; t < q; t++) right[at + t] = cross[e * q + t]!
    }
  }
  return right
}

/** Levels whose blocks are equal to the last bit, found by hashing the bits of their lower triangles. */
function findClasses(
  own: Float64Array,
  levels: number,
  q: number,
): { first: Int32Array; count: Int32Array; classOf: Int32Array } {
  const words = new Int32Array(own.buffer, own.byteOffset, 2 * own.length)
  const perLevel = 2 * q * q
  const size = 2 ** Math.ceil(Math.log2(2 * levels + 2))
  const table = new Int32Array(size).fill(-1)
  const classOf = new Int32Array(levels)
  const first = new Int32Array(levels)
  const count = new Int32Array(levels)
  let classes = 0
  const isEqual = (a: number, b: number): boolean => {
    for (let k = 0; k < q * q; k++) if (own[a * q * q + k] !== own[b * q * q + k]) return false
    return true
  }
  for (let l = 0; l < levels; l++) {
    // FNV-1a on words; Fowler, Noll & Vo.
    let hash = 0x811c9dc5 | 0
    for (let k = 0; k < perLevel; k++) hash = Math.imul(hash ^ words[l * perLevel + k]!, 0x01000193)
    let slot = (hash ^ (hash >>> 15)) & (size - 1)
    while (table[slot] !== -1 && !isEqual(first[table[slot]!]!, l)) slot = (slot + 1) & (size - 1)
    if (table[slot] === -1) {
      first[classes] = l
      table[slot] = classes++
    }
    classOf[l] = table[slot]!
    count[table[slot]!]! += 1
  }
  return { first: first.subarray(0, classes), count: count.subarray(0, classes), classOf }
}
