/** Numbers in little space: 16-bit steps between `low` and `high`, little-endian, in base64. */
export interface PackedNumbers {
  readonly low: number
  readonly high: number
  readonly base64: string
}

/** The code of a value that is missing; finite values use the codes below it. */
const missingCode = 65535
const topCode = 65534

/**
 * Quantises to 65,535 levels between the smallest and the largest finite value: an error of at most
 * (high − low) / 131,068, far below a pixel. Values that are `null`, NaN or infinite stay missing.
 */
export function packNumbers(values: readonly (number | null)[]): PackedNumbers {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) {
    low = 0
    high = 0
  }
  const bytes = Buffer.alloc(values.length * 2)
  // Halved before subtracting: the range of doubles near the largest one would overflow.
  const halfRange = high / 2 - low / 2
  values.forEach((value, i) => {
    const code =
      value === null || !Number.isFinite(value)
        ? missingCode
        : halfRange === 0
          ? 0
          : Math.round(((value / 2 - low / 2) / halfRange) * topCode)
    bytes.writeUInt16LE(code, i * 2)
  })
  return { low, high, base64: bytes.toString("base64") }
}
