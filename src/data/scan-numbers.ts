/**
 * Questions to a whole column, asked of a stretch of rows at a time: a loop over tens of millions of rows that runs once would end
 * before the engine has replaced its slow form, a function called for each stretch is replaced after a few.
 */

/** Rows of a stretch. */
const STRETCH = 4096

/** True when no number is missing (NaN) or infinite. */
export function areFinite(values: Float64Array): boolean {
  for (let start = 0; start < values.length; start += STRETCH) {
    if (!isStretchFinite(values, start, Math.min(values.length, start + STRETCH))) return false
  }
  return true
}

function isStretchFinite(values: Float64Array, start: number, end: number): boolean {
  // Zero, or NaN where a value is not finite; two sums, since an addition waits for the one before it.
  let [even, odd] = [0, 0]
  let i = start
  for (; i + 1 < end; i += 2) {
    even += values[i]! - values[i]!
    odd += values[i + 1]! - values[i + 1]!
  }
  if (i < end) even += values[i]! - values[i]!
  return even + odd === 0
}

/** The least and the greatest number; infinite the wrong way round where there is none, and where one is no whole number. */
export interface WholeRange {
  least: number
  most: number
  areWhole: boolean
}

/** Over numbers that are not missing (NaN). */
export function findWholeRange(values: Float64Array | Int32Array): WholeRange {
  const range = { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY, areWhole: true }
  for (let start = 0; range.areWhole && start < values.length; start += STRETCH) {
    const end = Math.min(values.length, start + STRETCH)
    if (values instanceof Int32Array) widenByIntegers(range, values, start, end)
    else widenByNumbers(range, values, start, end)
  }
  return range
}

function widenByIntegers(range: WholeRange, values: Int32Array, start: number, end: number): void {
  let least = values[start]!
  let most = least
  for (let i = start; i < end; i++) {
    const value = values[i]!
    if (value < least) least = value
    if (value > most) most = value
  }
  range.least = Math.min(range.least, least)
  range.most = Math.max(range.most, most)
}

function widenByNumbers(range: WholeRange, values: Float64Array, start: number, end: number): void {
  let { least, most } = range
  for (let i = start; i < end; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) continue
    if (Math.floor(value) !== value) {
      range.areWhole = false
      return
    }
    if (value < least) least = value
    if (value > most) most = value
  }
  range.least = least
  range.most = most
}

/** Sets `found[value − least]` to 1 for every number that is not missing. */
export function markPresent(
  values: Float64Array | Int32Array,
  least: number,
  found: Int32Array | Uint8Array,
): void {
  for (let start = 0; start < values.length; start += STRETCH) {
    const end = Math.min(values.length, start + STRETCH)
    if (values instanceof Int32Array) markIntegers(values, start, end, least, found)
    else markNumbers(values, start, end, least, found)
  }
}

function markIntegers(
  values: Int32Array,
  start: number,
  end: number,
  least: number,
  found: Int32Array | Uint8Array,
): void {
  for (let i = start; i < end; i++) found[values[i]! - least] = 1
}

function markNumbers(
  values: Float64Array,
  start: number,
  end: number,
  least: number,
  found: Int32Array | Uint8Array,
): void {
  for (let i = start; i < end; i++) {
    const value = values[i]!
    if (!Number.isNaN(value)) found[value - least] = 1
  }
}

/** `codeOf[value − least]` of every number, −1 where it is missing. */
export function lookUpCodes(
  values: Float64Array | Int32Array,
  least: number,
  codeOf: Int32Array,
): Int32Array {
  const codes = new Int32Array(values.length)
  for (let start = 0; start < values.length; start += STRETCH) {
    const end = Math.min(values.length, start + STRETCH)
    if (values instanceof Int32Array) codeIntegers(values, start, end, least, codeOf, codes)
    else codeNumbers(values, start, end, least, codeOf, codes)
  }
  return codes
}

function codeIntegers(
  values: Int32Array,
  start: number,
  end: number,
  least: number,
  codeOf: Int32Array,
  codes: Int32Array,
): void {
  for (let i = start; i < end; i++) codes[i] = codeOf[values[i]! - least]!
}

function codeNumbers(
  values: Float64Array,
  start: number,
  end: number,
  least: number,
  codeOf: Int32Array,
  codes: Int32Array,
): void {
  for (let i = start; i < end; i++) {
    const value = values[i]!
    codes[i] = Number.isNaN(value) ? -1 : codeOf[value - least]!
  }
}
