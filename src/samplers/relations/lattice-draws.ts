/**
 * Draws of normal numbers given the rest: the lattice of each is shifted by a uniform number, and a point taken by its weight. As
 * the sum over a lattice does not hang on where it starts, this is a draw from the density.
 */
import type { Stream } from "../../random/stream.ts"
import type { Lattice } from "./lattice-sums.ts"
import type { ScalarClasses } from "./scalar-classes.ts"
import type { ScalarGroups } from "./scalar-groups.ts"

/** Numbers whose points are weighed together. */
const TOGETHER = 128
/** Points of a number for which there is room at first. */
const POINTS = 64

/** A function that draws every number, into its slot, given the rest, of which `lattice` is. */
export function bindLatticeDraws(
  { slots, children }: ScalarGroups,
  lattice: Lattice,
): (s: Float64Array, classes: ScalarClasses, rng: Stream) => void {
  const { mean, precision, low, high } = lattice
  const n = slots.length
  const drawn = new Float64Array(n)
  const shifts = new Float64Array(TOGETHER)
  const sums = new Int32Array(TOGETHER)
  const chosen = new Int32Array(TOGETHER)
  const entry = {
    list: new Int32Array(TOGETHER),
    low: new Int32Array(TOGETHER),
    high: new Int32Array(TOGETHER),
    shifts: new Float64Array(TOGETHER),
    places: new Int32Array(TOGETHER),
  }
  let logs: Float64Array = new Float64Array(POINTS * TOGETHER)
  let added = new Float64Array(POINTS * TOGETHER)

  /** Draws numbers `a` to `b`: a lattice of each is shifted by a uniform number, and a point taken by its weight. */
  const drawSome = (
    s: Float64Array,
    { ofNumber, start, functions, instances: lists }: ScalarClasses,
    a: number,
    b: number,
    rng: Stream,
  ): void => {
    const { step } = lattice
    let length = 0
    let entries = 0
    for (let k = a; k < b; k++) {
      const c = ofNumber[k]!
      const mu = mean[c]!
      const tau = precision[c]!
      shifts[k - a] = rng.uniform() - 1
      sums[k - a] = length
      const count = high[c]! + 1 - low[c]!
      entries = Math.max(entries, start[c + 1]! - start[c]!)
      if (length + count > logs.length) logs = enlarge(logs, length + count)
      for (let i = 0; i < count; i++) {
        const deviation = (low[c]! + i + shifts[k - a]!) * step - mu
        logs[length + i] = -0.5 * tau * deviation * deviation
      }
      length += count
    }
    let g = 0
    for (let part = 0; part < children.length; part++) {
      const list = lists[part]!
      const end = g + list.length
      // One child of each number at a time.
      for (let r = 0; r < entries; r++) {
        let count = 0
        let at = 0
        for (let k = a; k < b; k++) {
          const c = ofNumber[k]!
          const own = start[c]! + r
          if (own >= start[c + 1]! || functions[own]! < g || functions[own]! >= end) continue
          chosen[count] = k - a
          entry.list[count] = list[functions[own]! - g]!
          entry.low[count] = low[c]!
          entry.high[count] = high[c]! + 1
          entry.shifts[count] = shifts[k - a]!
          entry.places[count] = at
          at += high[c]! + 1 - low[c]!
          count++
        }
        if (count === 0) continue
        if (at > added.length) added = new Float64Array(2 * at)
        const { list: own, low: l, high: h, shifts: by, places: into } = entry
        children[part]!.weigh(s, own, l, h, by, into, count, step, added)
        for (let e = 0; e < count; e++) {
          const to = sums[chosen[e]!]!
          for (let i = 0; i < h[e]! - l[e]!; i++) logs[to + i]! += added[into[e]! + i]!
        }
      }
      g = end
    }
    for (let k = a; k < b; k++) {
      const c = ofNumber[k]!
      const count = high[c]! + 1 - low[c]!
      const i = drawIndex(logs, sums[k - a]!, count, rng)
      drawn[k] = (low[c]! + i + shifts[k - a]!) * step
    }
  }

  return (s, classes, rng) => {
    for (let at = 0; at < n; at += TOGETHER) drawSome(s, classes, at, Math.min(n, at + TOGETHER), rng)
    for (let k = 0; k < n; k++) s[slots[k]!] = drawn[k]!
  }
}

function enlarge(values: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(2 * length)
  larger.set(values)
  return larger
}

/** Draws one of a row of log weights. */
function drawIndex(logs: Float64Array, at: number, count: number, rng: Stream): number {
  let most = -Infinity
  for (let k = 0; k < count; k++) if (logs[at + k]! > most) most = logs[at + k]!
  let total = 0
  for (let k = 0; k < count; k++) total += logs[at + k] = Math.exp(logs[at + k]! - most) || 0
  let left = total * rng.uniform()
  for (let k = 0; k < count; k++) {
    left -= logs[at + k]!
    if (left < 0) return k
  }
  return count - 1
}
