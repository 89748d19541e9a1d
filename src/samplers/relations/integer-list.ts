/** Integers that become more. */
export class IntegerList {
  length = 0
  private values = new Int32Array(16)

  /** The storage, with room for `count` more. */
  reserve(count: number): Int32Array {
    const needed = this.length + count
    if (needed > this.values.length) {
      const grown = new Int32Array(Math.max(needed, 2 * this.values.length))
      grown.set(this.values)
      this.values = grown
    }
    return this.values
  }

  push(value: number): void {
    this.reserve(1)[this.length++] = value
  }

  /** Sorts what stands from `first` on, in place. @returns a view of it */
  sortFrom(first: number): Int32Array {
    const own = this.values.subarray(first, this.length)
    return isAscending(own) ? own : own.sort()
  }

  finish(): Int32Array {
    return this.values.slice(0, this.length)
  }
}

/** Most lists that are short are in order. */
function isAscending(values: Int32Array): boolean {
  for (let k = 1; k < values.length; k++) if (values[k]! < values[k - 1]!) return false
  return true
}
