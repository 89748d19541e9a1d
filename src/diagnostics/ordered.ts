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

/** Sorts a copy of `values`; −0 comes before 0. */
export function orderValues(values: Float64Array): Ordered {
  const order = sortOrder(values)
  const sorted = new Float64Array(values.length)
  for (let k = 0; k < sorted.length; k++) sorted[k] = values[order[k]!]!
  return { sorted, order }
}

/**
 * The distances |θ − median| in ascending order, by merging the values below the median, taken backwards, with those
 * above: each side is in order already, also after rounding. Linear time.
 *
 * @param median finite; the values are not NaN
 */
export function foldOrdered({ sorted, order }: Ordered, median: number): Ordered {
  const size = sorted.length
  const folded = { sorted: new Float64Array(size), order: new Uint32Array(size) }
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
const PASSES = 6
/** Which of the two words of a double holds sign and exponent. */
const HIGH_WORD = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0

/** Positions of the values in ascending order: least significant digit first, three digits a word. */
function sortOrder(values: Float64Array): Uint32Array {
  const size = values.length
  const words = [new Uint32Array(size), new Uint32Array(size)] as const
  fillKeys(values, words[0], words[1])
  let order = new Uint32Array(size)
  for (let i = 0; i < size; i++) order[i] = i
  let next = new Uint32Array(size)
  const starts = new Uint32Array(DIGITS)
  for (let pass = 0; pass < PASSES; pass++) {
    const keys = words[pass < PASSES / 2 ? 0 : 1]
    const shift = (pass % 3) * DIGIT_BITS
    starts.fill(0)
    for (let i = 0; i < size; i++) starts[(keys[i]! >>> shift) & (DIGITS - 1)]!++
    let start = 0
    for (let digit = 0; digit < DIGITS; digit++) {
      const count = starts[digit]!
      starts[digit] = start
      start += count
    }
    for (let i = 0; i < size; i++) {
      const position = order[i]!
      const digit = (keys[position]! >>> shift) & (DIGITS - 1)
      next[starts[digit]!] = position
      starts[digit]!++
    }
    ;[order, next] = [next, order]
  }
  return order
}

/**
 * Unsigned 64-bit keys, low and high words, in the order of the doubles: the sign bit of a positive number set, all bits
 * of a negative one flipped (IEEE 754 orders magnitudes as integers); NaN, of either sign, above all.
 */
function fillKeys(values: Float64Array, low: Uint32Array, high: Uint32Array): void {
  const bits = new Uint32Array(values.slice().buffer)
  for (let i = 0; i < values.length; i++) {
    const highBits = bits[2 * i + HIGH_WORD]!
    const lowBits = bits[2 * i + 1 - HIGH_WORD]!
    const flip = highBits >>> 31 === 1 ? 0xffffffff : 0
    low[i] = lowBits ^ flip
    high[i] = highBits ^ (flip | 0x80000000)
    if (Number.isNaN(values[i]!)) low[i] = high[i] = 0xffffffff
  }
}
