/**
 * Takes the largest grouping factor out of the mixed-model equations, level by level: the hot loop of the joint samplers.
 * One and two effects a level have loops of their own, with everything in registers. A product of two columns goes to its row and column of a
 * dense M, or to the entry of a sparse M that `targets` names.
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
  const { q } = f.statistics
  return q === 1
    ? eliminateScalars(f, weight)
    : q === 2
      ? eliminatePairs(f, weight)
      : eliminateBlocks(f, weight)
}

function eliminateScalars(f: Factorisation, weight: number): boolean {
  const { statistics: s, own, solvedCross, solvedResponse, rest: m, solvedRest } = f
  const { levels, pointer, column, cross, ownResponse } = s
  const order = s.rest
  const targets = s.pattern?.targets ?? null
  let next = 0
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
      if (targets === null) for (let d = start; d <= e; d++) m[row + column[d]!]! -= value * solvedCross[d]!
      else for (let d = start; d <= e; d++) m[targets[next++]!]! -= value * solvedCross[d]!
      solvedRest[column[e]!]! -= value * response
    }
  }
  f.eliminated.quadratic = quadratic
  f.eliminated.logDeterminant = logs + Math.log(product)
  return true
}

function eliminatePairs(f: Factorisation, weight: number): boolean {
  const { statistics: s, own, solvedCross, solvedResponse, rest: m, solvedRest, ownPrecision } = f
  const { levels, pointer, column, cross, ownResponse } = s
  const blocks = s.own
  const order = s.rest
  const targets = s.pattern?.targets ?? null
  let next = 0
  const prior11 = ownPrecision[0]!
  const prior21 = ownPrecision[2]!
  const prior22 = ownPrecision[3]!
  let quadratic = 0
  let product = 1
  let logs = 0
  for (let l = 0; l < levels; l++) {
    const base = 4 * l
    const a11 = weight * blocks[base]! + prior11
    const l11 = Math.sqrt(a11)
    const l21 = (weight * blocks[base + 2]! + prior21) / l11
    const a22 = weight * blocks[base + 3]! + prior22 - l21 * l21
    if (!(a11 > 0 && a22 > 0)) return false
    const l22 = Math.sqrt(a22)
    product *= a11 * a22
    if (product > LARGE || product < SMALL) {
      logs += Math.log(product)
      product = 1
    }
    own[base] = l11
    own[base + 2] = l21
    own[base + 3] = l22
    const scale1 = weight / l11
    const scale2 = weight / l22
    const ratio = l21 / l22
    const r1 = scale1 * ownResponse[2 * l]!
    const r2 = scale2 * ownResponse[2 * l + 1]! - ratio * r1
    solvedResponse[2 * l] = r1
    solvedResponse[2 * l + 1] = r2
    quadratic += r1 * r1 + r2 * r2
    const start = pointer[l]!
    const end = pointer[l + 1]!
    for (let e = start; e < end; e++) {
      const c1 = scale1 * cross[2 * e]!
      const c2 = scale2 * cross[2 * e + 1]! - ratio * c1
      solvedCross[2 * e] = c1
      solvedCross[2 * e + 1] = c2
      const row = column[e]! * order
      if (targets === null)
        for (let d = start; d <= e; d++)
          m[row + column[d]!]! -= c1 * solvedCross[2 * d]! + c2 * solvedCross[2 * d + 1]!
      else
        for (let d = start; d <= e; d++)
          m[targets[next++]!]! -= c1 * solvedCross[2 * d]! + c2 * solvedCross[2 * d + 1]!
      solvedRest[column[e]!]! -= c1 * r1 + c2 * r2
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
  const targets = s.pattern?.targets ?? null
  let next = 0
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
        m[targets === null ? row + column[d]! : targets[next++]!]! -= inner
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
