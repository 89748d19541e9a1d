/**
 * Draws the effects of the eliminated factor given everything else: `L'u = c − C δ + ε`, level by level. One and two effects a
 * level have loops of their own, as in `eliminate.ts`.
 */
import { solveLowerTransposed } from "../../math/small-dense.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import type { Factorisation } from "./factorisation-types.ts"

/** Writes the effects into `state`; `f.draw` holds the other columns' draw, measured from their centre. */
export function drawEffects(f: Factorisation, state: Float64Array, rng: Stream): void {
  const { q } = f.statistics
  if (q === 1) drawScalars(f, state, rng)
  else if (q === 2) drawPairs(f, state, rng)
  else drawBlocks(f, state, rng)
}

function drawScalars(f: Factorisation, state: Float64Array, rng: Stream): void {
  const { statistics, own, solvedCross, solvedResponse, draw } = f
  const { levels, pointer, column, ownSlots } = statistics
  for (let l = 0; l < levels; l++) {
    let value = solvedResponse[l]! + drawNormal(rng)
    const end = pointer[l + 1]!
    for (let e = pointer[l]!; e < end; e++) value -= solvedCross[e]! * draw[column[e]!]!
    state[ownSlots[l]!] = value / own[l]!
  }
}

function drawPairs(f: Factorisation, state: Float64Array, rng: Stream): void {
  const { statistics, own, solvedCross, solvedResponse, draw } = f
  const { levels, pointer, column, ownSlots } = statistics
  for (let l = 0; l < levels; l++) {
    let value1 = solvedResponse[2 * l]! + drawNormal(rng)
    let value2 = solvedResponse[2 * l + 1]! + drawNormal(rng)
    const end = pointer[l + 1]!
    for (let e = pointer[l]!; e < end; e++) {
      const other = draw[column[e]!]!
      value1 -= solvedCross[2 * e]! * other
      value2 -= solvedCross[2 * e + 1]! * other
    }
    const base = 4 * l
    const second = value2 / own[base + 3]!
    state[ownSlots[2 * l]!] = (value1 - own[base + 2]! * second) / own[base]!
    state[ownSlots[2 * l + 1]!] = second
  }
}

function drawBlocks(f: Factorisation, state: Float64Array, rng: Stream): void {
  const { statistics, own, solvedCross, solvedResponse, draw, scratch } = f
  const { q, levels, pointer, column, ownSlots } = statistics
  for (let l = 0; l < levels; l++) {
    for (let t = 0; t < q; t++) {
      let value = solvedResponse[l * q + t]! + drawNormal(rng)
      for (let e = pointer[l]!; e < pointer[l + 1]!; e++) value -= solvedCross[e * q + t]! * draw[column[e]!]!
      scratch[t] = value
    }
    solveLowerTransposed(own, l * q * q, q, scratch, 0)
    for (let t = 0; t < q; t++) state[ownSlots[l * q + t]!] = scratch[t]!
  }
}
