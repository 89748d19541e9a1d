/**
 * Takes the largest grouping factor out of the mixed-model equations, level by level: the hot loop of the joint samplers.
 * A scalar effect has a loop of its own, with everything in registers.
 */
import { cholesky, solveLower } from "../../math/small-dense.ts"
import type { Factorisation } from "./factorisation-types.ts"

/** A product of pivots within these bounds can take another pivot without leaving the range of doubles. */
const LARGE = 1e100
const SMALL = 1e-100

/**
 * Factorises each level's block, solves its right sides, and subtracts what it explains from the equations of the other
 * columns (`rest`, `solvedRest`); sums go to `eliminated`. @returns false when a block is not positive definite
 */
export function eliminateLevels(f: Factorisation, weight: number): boolean {
  return f.statistics.q === 1 ? eliminateScalars(f, weight) : eliminateBlocks(f, weight)
}

function eliminateScalars(f: Factorisation, weight: number): boolean {
  const { statistics: s, own, solvedCross, solvedResponse, rest: m, solvedRest } = f
  const { levels, pointer, column, cross, ownResponse } = s
  const order = s.rest
  const prior = f.ownPrecision[0]!
  let quadratic = 0
  let product = 1
  let logs = 0
  for (let l = 0; l < levels; l++) {
    const precision = weight * s.own[l]! + prior
    if (!(precision > 0)) return false
    const pivot = Math.sqrt(precision)
    // One logarithm for many pivots.
    product *= precision
    if (product > LARGE || product < SMALL) {
      logs += Math.log(product)
      product = 1
    }
    const scale = weight / pivot
    const response = scale * ownResponse[l]!
    own[l] = pivot
    solvedResponse[l] = response
    quadratic += response * response
    const start = pointer[l]!
    const end = pointer[l + 1]!
    for (let e = start; e < end; e++) {
      const value = scale * cross[e]!
      solvedCross[e] = value
      const row = column[e]! * order
      for (let d = start; d <= e; d++) m[row + column[d]!]! -= value * solvedCross[d]!
      solvedRest[column[e]!]! -= value * response
    }
  }
  f.eliminated.quadratic = quadratic
  f.eliminated.logDeterminant = logs + Math.log(product)
  return true
}

function eliminateBlocks(f: Factorisation, weight: number): boolean {
  const { statistics: s, own, solvedCross: c, solvedResponse, rest: m, solvedRest, ownPrecision } = f
  const { q, levels, pointer, column } = s
  const order = s.rest
  const square = q * q
  let quadratic = 0
  let product = 1
  let logs = 0
  for (let l = 0; l < levels; l++) {
    const base = l * square
    for (let k = 0; k < square; k++) own[base + k] = weight * s.own[base + k]! + ownPrecision[k]!
    if (!cholesky(own, base, q)) return false
    for (let t = 0; t < q; t++) {
      const pivot = own[base + t * q + t]!
      product *= pivot * pivot
      if (product > LARGE || product < SMALL) {
        logs += Math.log(product)
        product = 1
      }
      solvedResponse[l * q + t] = weight * s.ownResponse[l * q + t]!
    }
    solveLower(own, base, q, solvedResponse, l * q)
    for (let t = 0; t < q; t++) quadratic += solvedResponse[l * q + t]! ** 2

    const start = pointer[l]!
    const end = pointer[l + 1]!
    for (let e = start; e < end; e++) {
      const at = e * q
      for (let t = 0; t < q; t++) c[at + t] = weight * s.cross[at + t]!
      solveLower(own, base, q, c, at)
      const row = column[e]! * order
      // Columns ascend within a level, so that this fills the lower triangle.
      for (let d = start; d <= e; d++) {
        let inner = 0
        for (let t = 0; t < q; t++) inner += c[at + t]! * c[d * q + t]!
        m[row + column[d]!]! -= inner
      }
      let inner = 0
      for (let t = 0; t < q; t++) inner += c[at + t]! * solvedResponse[l * q + t]!
      solvedRest[column[e]!]! -= inner
    }
  }
  f.eliminated.quadratic = quadratic
  f.eliminated.logDeterminant = logs + Math.log(product)
  return true
}
