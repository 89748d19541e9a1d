/**
 * Draws in ascending order together with where each came from: everything that ranks need. The sort is a radix sort of
 * the bits of the doubles, stable and several times faster than comparing.
 */

export interface Ordered {
  /** The values in ascending order, NaN last. */
  readonly sorted: Float64Array
  /** `order[k]` is the position that `sorted[k]` had before; equal values keep their order. */
  readonly order: Uint32Array
}

/** Room for the order of so many values. */
export const makeOrdered = (size: number): Ordered => ({
  sorted: new Float64Array(size),
  order: new Uint32Array(size),
})

/**
 * Sorts a copy of `values`; −0 comes before 0.
 * @param into where to write it, of the size of `values`
 */
export function orderValues(values: Float64Array, into: Ordered = makeOrdered(values.length)): Ordered {
  const { sorted, order } = into
  sortOrder(values, order)
  for (let k = 0; k < sorted.length; k++) sorted[k] = values[order[k]!]!
  return into
}

/**
 * The distances |θ − median| in ascending order, by merging the values below the median, taken backwards, with those
 * above: each side is in order already, also after rounding. Linear time.
 *
 * @param median finite; the values are not NaN
 * @param folded where to write it, of the same size
 */
export function foldOrdered(
  { sorted, order }: Ordered,
  median: number,
  folded: Ordered = makeOrdered(sorted.length),
): Ordered {
  const size = sorted.length
  let above = 0
  while (above < size && sorted[above]! < median) above++
  let below = above - 1
  for (let k = 0; k < size; k++) {
    const fromBelow = above >= size || (below >= 0 && median - sorted[below]! < sorted[above]! - median)
    const source = fromBelow ? below-- : above++
    folded.sorted[k] = Math.abs(sorted[source]! - median)
    folded.order[k] = order[source]!
  }
  return folded
}

const DIGIT_BITS = 11
const DIGITS = 1 << DIGIT_BITS
/** Digits of a word: 11, 11 and 10 bits. */
const PASSES = 3
/** Which of the two words of a double holds sign and exponent. */
const HIGH_WORD = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0
/** Moves for each value that a last insertion sort may take. */
const MOVES = 4

/**
 * Writes the positions of the values in ascending order to `next`. Sorted by the high word of the keys (sign, exponent, 20 bits) few values are out of
 * order, and an insertion sort puts these right; where there are many, the low words are sorted first.
 */
function sortOrder(values: Float64Array, next: Uint32Array): void {
  const size = values.length
  const { low, high, order } = workspace(size)
  fillKeys(values, low, high)
  for (let i = 0; i < size; i++) order[i] = i
  sortByWord(high, order, next, size)
  if (!insertByLow(next, low, high, size)) {
    for (let i = 0; i < size; i++) order[i] = i
    sortByWord(low, order, next, size)
    order.set(next)
    sortByWord(high, order, next, size)
  }
}

/** A stable radix sort of positions by one word of their keys; the result is in `next`, `order` is used up. */
function sortByWord(keys: Uint32Array, order: Uint32Array, next: Uint32Array, size: number): void {
  const starts = new Uint32Array(PASSES * DIGITS)
  for (let i = 0; i < size; i++) {
    const key = keys[i]!
    starts[key & (DIGITS - 1)]!++
    starts[DIGITS + ((key >>> DIGIT_BITS) & (DIGITS - 1))]!++
    starts[2 * DIGITS + (key >>> (2 * DIGIT_BITS))]!++
  }
  let from = order
  let to = next
  for (let pass = 0; pass < PASSES; pass++) {
    const base = pass * DIGITS
    const shift = pass * DIGIT_BITS
    let start = 0
    for (let digit = base; digit < base + DIGITS; digit++) {
      const count = starts[digit]!
      starts[digit] = start
      start += count
    }
    for (let i = 0; i < size; i++) {
      const position = from[i]!
      const digit = base + ((keys[position]! >>> shift) & (DIGITS - 1))
      to[starts[digit]!] = position
      starts[digit]!++
    }
    const done = from
    from = to
    to = done
  }
}

/** Puts positions with equal high words in the order of their low words; false, with nothing lost, where that takes too long. */
function insertByLow(order: Uint32Array, low: Uint32Array, high: Uint32Array, size: number): boolean {
  let moves = MOVES * size
  for (let i = 1; i < size; i++) {
    const position = order[i]!
    let j = i - 1
    if (high[order[j]!] !== high[position]) continue
    while (j >= 0 && high[order[j]!] === high[position] && low[order[j]!]! > low[position]!) {
      order[j + 1] = order[j]!
      j--
      moves--
    }
    order[j + 1] = position
    if (moves < 0) return false
  }
  return true
}

interface Workspace {
  readonly low: Uint32Array
  readonly high: Uint32Array
  readonly order: Uint32Array
}

/** Kept from call to call: all scalars of a run need the same. */
let kept: Workspace | undefined

function workspace(size: number): Workspace {
  if (kept === undefined || kept.low.length < size) {
    const make = (): Uint32Array => new Uint32Array(size)
    kept = { low: make(), high: make(), order: make() }
  }
  return kept
}

/**
 * Unsigned 64-bit keys, low and high words, in the order of the doubles: the sign bit of a positive number set, all bits
 * of a negative one flipped (IEEE 754 orders magnitudes as integers); NaN, of either sign, above all.
 */
function fillKeys(values: Float64Array, low: Uint32Array, high: Uint32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
  const size = values.length
  for (let i = 0; i < size; i++) {
    const highBits = bits[2 * i + HIGH_WORD]!
    const lowBits = bits[2 * i + 1 - HIGH_WORD]!
    const flip = highBits >>> 31 === 1 ? 0xffffffff : 0
    low[i] = lowBits ^ flip
    high[i] = highBits ^ (flip | 0x80000000)
    if (Number.isNaN(values[i]!)) low[i] = high[i] = 0xffffffff
  }
}
