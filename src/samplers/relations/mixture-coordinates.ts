/** Unbounded coordinates of a few numbers and sets of probabilities, together. */
import { type Coordinates, coordinateSlope, fromCoordinate, toCoordinate } from "./curvature-coordinates.ts"

/** What moves. Plain data. */
export interface MixtureElements {
  /** Slots of numbers, with the coordinates of each. */
  readonly slots: Int32Array
  readonly coordinates: Coordinates
  /** Slots of each set of probabilities; its coordinates are logarithms of ratios to the last. */
  readonly simplices: readonly Int32Array[]
}

/** Number of coordinates. */
export const countCoordinates = ({ slots, simplices }: MixtureElements): number =>
  simplices.reduce((total, { length }) => total + length - 1, slots.length)

/** Writes the coordinates of a state into `out`. */
export function readCoordinates(
  { slots, coordinates, simplices }: MixtureElements,
  s: Float64Array,
  out: Float64Array,
): void {
  let k = 0
  for (; k < slots.length; k++) out[k] = toCoordinate(coordinates, k, s[slots[k]!]!)
  for (let j = 0; j < simplices.length; j++) {
    const own = simplices[j]!
    const last = Math.log(s[own[own.length - 1]!]!)
    for (let w = 0; w < own.length - 1; w++) out[k++] = Math.log(s[own[w]!]!) - last
  }
}

/** Writes the elements at coordinates into the state. */
export function placeCoordinates(
  { slots, coordinates, simplices }: MixtureElements,
  from: Float64Array,
  s: Float64Array,
): void {
  let k = 0
  for (; k < slots.length; k++) s[slots[k]!] = fromCoordinate(coordinates, k, from[k]!)
  for (let j = 0; j < simplices.length; j++) {
    const own = simplices[j]!
    const last = own.length - 1
    let largest = 0
    for (let w = 0; w < last; w++) largest = Math.max(largest, from[k + w]!)
    let total = Math.exp(-largest)
    s[own[last]!] = total
    for (let w = 0; w < last; w++) {
      const weight = Math.exp(from[k + w]! - largest)
      s[own[w]!] = weight
      total += weight
    }
    for (let w = 0; w <= last; w++) s[own[w]!]! /= total
    k += last
  }
}

/** Log of the absolute derivative of the elements by their coordinates at a state: for probabilities p, ∏ p over all of them. */
export function logSlopes({ slots, coordinates, simplices }: MixtureElements, s: Float64Array): number {
  let total = 0
  for (let k = 0; k < slots.length; k++)
    if (coordinates.kinds[k] !== 0)
      total += Math.log(Math.abs(coordinateSlope(coordinates, k, s[slots[k]!]!)))
  for (let j = 0; j < simplices.length; j++) {
    const own = simplices[j]!
    for (let w = 0; w < own.length; w++) total += Math.log(s[own[w]!]!)
  }
  return total
}
