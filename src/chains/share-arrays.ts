/** Large arrays of plain data in shared memory, where threads read them instead of a copy each. */

/** Bytes from which on an array is shared: what is smaller is sent as quickly. */
const LARGE = 2 ** 20

/**
 * The same plain data with its large arrays of doubles and integers in shared memory; parts without any are the same objects.
 * Nobody may write to them.
 */
export function shareArrays<T>(data: T, large = LARGE): T {
  const known = new Map<object, unknown>()
  const share = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value
    if (!known.has(value)) known.set(value, shareObject(value))
    return known.get(value)
  }
  const shareObject = (value: object): unknown => {
    if (value instanceof Float64Array || value instanceof Int32Array)
      return value.byteLength < large ? value : inSharedMemory(value)
    if (Array.isArray(value)) {
      // A list is of one kind: that of a million numbers or texts holds no array.
      const items: readonly unknown[] = typeof value[0] === "object" ? value.map(share) : value
      return items.every((item, k) => item === value[k]) ? value : items
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) return value
    const entries = Object.entries(value).map(([key, member]) => [key, member, share(member)] as const)
    return entries.every(([, member, shared]) => member === shared)
      ? value
      : Object.fromEntries(entries.map(([key, , shared]) => [key, shared]))
  }
  return share(data) as T
}

function inSharedMemory(values: Float64Array | Int32Array): Float64Array | Int32Array {
  if (values.buffer instanceof SharedArrayBuffer) return values
  const buffer = new SharedArrayBuffer(values.byteLength)
  const shared = values instanceof Float64Array ? new Float64Array(buffer) : new Int32Array(buffer)
  shared.set(values)
  return shared
}
