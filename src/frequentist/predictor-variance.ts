/** Variance of what a fit says about a linear predictor of fixed and random effects. */

import { solveLower } from "../math/small-dense.ts"
import { evaluateCriterion } from "./criterion.ts"
import type { Equations } from "./equations.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"

/** The share of one random term in a predictor: `z'b`, b the coefficients of one level. */
export interface RandomShare {
  /** Index in `design.random`. */
  readonly designIndex: number
  readonly level: number
  /** Length q, for the columns as the user gave them. */
  readonly z: Float64Array
}

/**
 * Returns a function that gives the variance of `x'(β̂ − β) + Σ z'(b̂ − b)`: with w the predictor in spherical
 * coordinates it is `σ² w'C⁻¹w = σ² ‖L⁻¹w‖²` (Henderson 1975, Biometrics 31, 423–447; C = LL' as in `equations.ts`).
 * Variance parameters are taken as known. The workspace of the fit must not be used elsewhere between calls.
 */
export function predictorVariance(
  fit: LmmEstimate,
): (x: Float64Array, shares: readonly RandomShare[]) => number {
  const { criterion, factors } = fit.state
  evaluateCriterion(criterion, factors)
  const { system, equations } = criterion
  const { layout } = system.cross
  return (x, shares) => {
    const blocks = new Map<string, Block>()
    const tail = new Float64Array(layout.tailSize - 1)
    tail.set(toBasis(system.fixedCoordinates, x), layout.tailEffects)
    for (const { designIndex, level, z } of shares) {
      const k = system.terms.findIndex((term) => term.designIndex === designIndex)
      const term = system.terms[k]!
      const w = toSpherical(term.scaling, factors[k]!, z)
      const chain = layout.chain.findIndex((entry) => entry.factor === term.factor)
      const width = system.factors[term.factor]!.width
      const target =
        chain < 0
          ? tail.subarray(layout.tailStart[term.factor]! + level * width)
          : block(blocks, chain, level, width)
      w.forEach((value, a) => {
        target[term.offset + a] = target[term.offset + a]! + value
      })
    }
    return fit.sigma ** 2 * squaredLength(equations, blocks, tail)
  }
}

interface Block {
  readonly chain: number
  readonly level: number
  readonly values: Float64Array
}

function block(blocks: Map<string, Block>, chain: number, level: number, width: number): Float64Array {
  const key = `${chain}/${level}`
  const known = blocks.get(key) ?? { chain, level, values: new Float64Array(width) }
  blocks.set(key, known)
  return known.values
}

/** `R⁻ᵀx`, R the upper triangle with these columns. */
function toBasis(columns: readonly Float64Array[], x: Float64Array): Float64Array {
  const out = Float64Array.from(x)
  columns.forEach((column, j) => {
    for (let k = 0; k < j; k++) out[j] = out[j]! - column[k]! * out[k]!
    out[j] = out[j]! / column[j]!
  })
  return out
}

/** `T'R⁻ᵀz`, R row-major upper triangular. */
function toSpherical(scaling: Float64Array, t: Float64Array, z: Float64Array): Float64Array {
  const q = z.length
  const internal = Float64Array.from(z)
  for (let j = 0; j < q; j++) {
    for (let k = 0; k < j; k++) internal[j] = internal[j]! - scaling[k * q + j]! * internal[k]!
    internal[j] = internal[j]! / scaling[j * q + j]!
  }
  return internal.map((_, a) => {
    let sum = 0
    for (let k = 0; k < q; k++) sum += t[k * q + a]! * internal[k]!
    return sum
  })
}

/** `‖L⁻¹w‖²`; only levels that the predictor touches, and their parents, are visited. */
function squaredLength(equations: Equations, blocks: Map<string, Block>, tail: Float64Array): number {
  const { layout } = equations.cross
  let squares = 0
  for (let c = 0; c < layout.chain.length; c++) {
    const chain = layout.chain[c]!
    const { width: q } = chain
    const below = equations.below[c]!
    for (const { chain: index, level: j, values: v } of [...blocks.values()]) {
      if (index !== c) continue
      solveLower(equations.diagonal[c]!, j * q * q, q, v, 0)
      for (const value of v) squares += value * value
      let row = chain.offPointer[j]!
      chain.parents.forEach((parent, k) => {
        const w = layout.chain[c + 1 + k]!.width
        const target = block(blocks, c + 1 + k, parent[j]!, w)
        for (let a = 0; a < w; a++, row += q) target[a] = target[a]! - inner(below, row, v)
      })
      for (let i = chain.tailPointer[j]!; i < chain.tailPointer[j + 1]! - 1; i++, row += q) {
        const to = chain.tailRow[i]!
        tail[to] = tail[to]! - inner(below, row, v)
      }
    }
  }
  const { tailSize } = layout
  const first = tail.findIndex((value) => value !== 0)
  for (let i = first < 0 ? tail.length : first; i < tail.length; i++) {
    let value = tail[i]!
    for (let k = first; k < i; k++) value -= equations.tail[i * tailSize + k]! * tail[k]!
    tail[i] = value / equations.tail[i * (tailSize + 1)]!
    squares += tail[i]! ** 2
  }
  return squares
}

function inner(rows: Float64Array, at: number, v: Float64Array): number {
  let sum = 0
  for (let t = 0; t < v.length; t++) sum += rows[at + t]! * v[t]!
  return sum
}
