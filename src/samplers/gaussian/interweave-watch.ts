/**
 * Whether a spread moves well enough given its effects alone, from warm-up: with a and t what the two moves of a sweep
 * leave of each coordinate's autocorrelation, of squared jumps, the one alone gives (1 − a) / (1 + a) effective draws a
 * sweep, both give (1 − a t) / (1 + a t).
 */
import type { Spread } from "./gaussian-model.ts"
import { coordinatesOf, readCoordinates } from "./spread-space.ts"

/** The second move takes about as long as all else in a sweep: it must give so many times the effective draws. */
const WORTHWHILE = 2

/** Doubles of memory: sweeps and second moves, then for each coordinate its last value, sum, squares, and both moves' squared jumps. */
export const watchLength = (d: number): number => 2 + 5 * d

export interface Watch {
  /** Before the second move, and after it or where it was not made. */
  before(state: Float64Array, memory: Float64Array): void
  after(state: Float64Array, memory: Float64Array, moved: boolean): void
  /** Whether the second move is worth its time for some coordinate; begins anew. */
  isSlow(memory: Float64Array): boolean
}

/** @param at where its doubles begin in a chain's memory */
export function bindWatch(spread: Spread, at: number): Watch {
  const d = coordinatesOf(spread)
  const phi = new Float64Array(d)
  const scratch = new Float64Array(spread.q ** 2)
  const placeOf = (i: number): number => at + 2 + 5 * i
  /** Reads φ and adds the squares of what has changed since the last look to the sum at `offset`. */
  const look = (state: Float64Array, memory: Float64Array, offset: number, isFirst: boolean): void => {
    readCoordinates(spread, state, phi, 0, scratch)
    for (let i = 0; i < d; i++) {
      const place = placeOf(i)
      if (!isFirst) memory[place + offset]! += (phi[i]! - memory[place]!) ** 2
      memory[place] = phi[i]!
    }
  }
  return {
    before: (state, memory) => look(state, memory, 3, memory[at] === 0),
    after(state, memory, moved) {
      memory[at]! += 1
      if (moved) {
        memory[at + 1]! += 1
        look(state, memory, 4, false)
      }
      for (let i = 0; i < d; i++) {
        const place = placeOf(i)
        memory[place + 1]! += memory[place]!
        memory[place + 2]! += memory[place]! ** 2
      }
    },
    isSlow(memory) {
      const [sweeps, moves] = [memory[at]!, memory[at + 1]!]
      let slow = false
      for (let i = 0; i < d; i++) {
        const [, sum, squares, alone, together] = memory.subarray(placeOf(i), placeOf(i) + 5)
        const twice = 2 * (squares! / sweeps - (sum! / sweeps) ** 2)
        const left = (jumps: number, of: number) => Math.min(1, Math.max(0, 1 - jumps / of / twice))
        const a = left(alone!, sweeps - 1)
        const t = left(together!, moves)
        const gain = ((1 - a * t) * (1 + a)) / ((1 + a * t) * (1 - a))
        // A coordinate that did not move at all has none.
        if (!(gain < WORTHWHILE)) slow = true
        memory.fill(0, placeOf(i) + 1, placeOf(i) + 5)
      }
      memory.fill(0, at, at + 2)
      return slow
    },
  }
}
