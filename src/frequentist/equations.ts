/**
 * The mixed-model equations of Henderson in their spherical form (Bates, Mächler, Bolker & Walker 2015, J. Stat.
 * Softw. 67(1), section 3.4): with `b = T u` level by level, `B = blkdiag(T, …, T, I)` and `S = [Z X y]'[Z X y]`,
 *
 *   C = B' S B + blkdiag(I, …, I, 0)
 *
 * A workspace is allocated once a fit; evaluating at another T only overwrites it.
 */

import type { DenseArena } from "../math/wasm-dense/arena.ts"
import { createDenseArena } from "../math/wasm-dense/dense-arena.ts"
import { createPlainArena } from "../math/wasm-dense/fallback.ts"
import type { CrossProducts } from "./cross-products.ts"

export interface Equations {
  readonly cross: CrossProducts
  /** C, then its Cholesky factor, in the places of the cross-products. Lower triangle only in diagonal and tail. */
  readonly diagonal: readonly Float64Array[]
  readonly below: readonly Float64Array[]
  readonly tail: Float64Array
  /** Blocks of C⁻¹ in the same places, y left out; diagonal and tail full symmetric. */
  readonly inverseDiagonal: readonly Float64Array[]
  readonly inverseBelow: readonly Float64Array[]
  readonly inverseTail: Float64Array
  /** The solution: spherical effects u of each chain factor, and of the tail u, then the fixed effects. */
  readonly effects: readonly Float64Array[]
  readonly tailSolution: Float64Array
  readonly scratch: Float64Array
  /** Where the tail and its inverse live. */
  readonly arena: DenseArena
  /** One number that changes whenever the workspace is overwritten. */
  readonly revision: Float64Array
}

/** Below this order a tail is factored before a WebAssembly module would be set up. */
const LARGE_TAIL = 64

/** Allocates the equations of a system; their numbers are formed at every evaluation. */
export function createEquations(cross: CrossProducts): Equations {
  const { layout } = cross
  const longest = layout.chain.reduce((most, chain) => {
    let largest = most
    for (let j = 0; j < chain.levels; j++) {
      largest = Math.max(largest, chain.offPointer[j + 1]! - chain.offPointer[j]!)
    }
    return largest
  }, 0)
  const widest = layout.factors.reduce((most, factor) => Math.max(most, factor.width), 1)
  const arena = layout.tailSize < LARGE_TAIL ? createPlainArena() : createDenseArena(2 * cross.tail.length)
  return {
    cross,
    diagonal: cross.diagonal.map((values) => new Float64Array(values.length)),
    below: cross.below.map((values) => new Float64Array(values.length)),
    tail: arena.allocate(cross.tail.length),
    inverseDiagonal: cross.diagonal.map((values) => new Float64Array(values.length)),
    inverseBelow: cross.below.map((values) => new Float64Array(values.length)),
    inverseTail: arena.allocate(cross.tail.length),
    effects: layout.chain.map((chain) => new Float64Array(chain.levels * chain.width)),
    tailSolution: new Float64Array(layout.tailSize - 1),
    scratch: new Float64Array(Math.max(longest, layout.tailSize, widest * widest)),
    arena,
    revision: new Float64Array(1),
  }
}

/**
 * Overwrites `diagonal`, `below` and `tail` with C at the given relative covariance factors.
 *
 * @param factors T of each grouping factor, row-major width × width, block diagonal over the terms of the factor;
 *   need not be triangular
 */
export function formEquations(equations: Equations, factors: readonly Float64Array[]): void {
  markOverwritten(equations)
  const { layout } = equations.cross
  layout.chain.forEach((chain, c) => {
    const t = factors[chain.factor]!
    formDiagonal(equations, c, t)
    const source = equations.cross.below[c]!
    const target = equations.below[c]!
    multiplyRows(source, target, chain.width, t)
    for (let j = 0; j < chain.levels; j++) {
      let at = chain.offPointer[j]!
      for (const parent of chain.parentFactors) {
        const rows = layout.factors[parent]!.width
        multiplyLeft(target, at, rows, chain.width, chain.width, factors[parent]!, equations.scratch)
        at += rows * chain.width
      }
      for (let block = chain.blockPointer[j]!; block < chain.blockPointer[j + 1]!; block++) {
        const f = chain.blockFactor[block]!
        const rows = layout.factors[f]!.width
        multiplyLeft(target, at, rows, chain.width, chain.width, factors[f]!, equations.scratch)
        at += rows * chain.width
      }
    }
  })
  formTail(equations, factors)
}

/** To be called by whatever overwrites the factor or the inverse. */
export function markOverwritten({ revision }: Equations): void {
  revision[0] = revision[0]! + 1
}

function formDiagonal(equations: Equations, c: number, t: Float64Array): void {
  const { width: q, levels } = equations.cross.layout.chain[c]!
  const source = equations.cross.diagonal[c]!
  const target = equations.diagonal[c]!
  const product = equations.scratch
  for (let j = 0; j < levels; j++) {
    const at = j * q * q
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) {
        let sum = 0
        for (let k = 0; k < q; k++) sum += source[at + a * q + k]! * t[k * q + b]!
        product[a * q + b] = sum
      }
    }
    for (let a = 0; a < q; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = a === b ? 1 : 0
        for (let k = 0; k < q; k++) sum += t[k * q + a]! * product[k * q + b]!
        target[at + a * q + b] = sum
      }
    }
  }
}

/** `target = source T` for rows of `q` doubles. */
function multiplyRows(source: Float64Array, target: Float64Array, q: number, t: Float64Array): void {
  if (q === 1) {
    const factor = t[0]!
    for (let i = 0; i < source.length; i++) target[i] = source[i]! * factor
    return
  }
  for (let row = 0; row < source.length; row += q) {
    for (let b = 0; b < q; b++) {
      let sum = 0
      for (let k = 0; k < q; k++) sum += source[row + k]! * t[k * q + b]!
      target[row + b] = sum
    }
  }
}

/** `M := T' M` for a block of `rows` rows, `columns` wide, `stride` apart, in place. */
function multiplyLeft(
  m: Float64Array,
  at: number,
  rows: number,
  columns: number,
  stride: number,
  t: Float64Array,
  scratch: Float64Array,
): void {
  if (rows === 1) {
    const factor = t[0]!
    for (let i = 0; i < columns; i++) m[at + i] = m[at + i]! * factor
    return
  }
  for (let i = 0; i < columns; i++) {
    for (let a = 0; a < rows; a++) {
      let sum = 0
      for (let b = 0; b < rows; b++) sum += t[b * rows + a]! * m[at + b * stride + i]!
      scratch[a] = sum
    }
    for (let a = 0; a < rows; a++) m[at + a * stride + i] = scratch[a]!
  }
}

function formTail(equations: Equations, factors: readonly Float64Array[]): void {
  const { layout } = equations.cross
  const { tailSize, tailEffects } = layout
  const { tail } = equations
  tail.set(equations.cross.tail)
  layout.factors.forEach((factor, f) => {
    const start = layout.tailStart[f]!
    if (start < 0) return
    const t = factors[f]!
    const q = factor.width
    const end = start + factor.levels.length * q
    // Columns of this factor in every row from its own first on (the lower triangle, diagonal blocks whole).
    for (let row = start; row < tailSize; row++) {
      const from = row * tailSize
      multiplyRowBlocks(tail, from + start, from + Math.min(end, lowerEnd(row, start, q, end)), q, t)
    }
    for (let level = start; level < end; level += q) {
      multiplyLeft(tail, level * tailSize, q, level + q, tailSize, t, equations.scratch)
    }
  })
  for (let row = 0; row < tailEffects; row++) {
    tail[row * (tailSize + 1)] = tail[row * (tailSize + 1)]! + 1
  }
}

/** End of the diagonal block that `row` lies in, or of the factor for rows below it. */
function lowerEnd(row: number, start: number, q: number, end: number): number {
  return row >= end ? end : start + (Math.floor((row - start) / q) + 1) * q
}

/** Right-multiplies consecutive blocks of q doubles by T, in place. */
function multiplyRowBlocks(m: Float64Array, from: number, to: number, q: number, t: Float64Array): void {
  if (q === 1) {
    const factor = t[0]!
    for (let i = from; i < to; i++) m[i] = m[i]! * factor
    return
  }
  const product = new Float64Array(q)
  for (let at = from; at < to; at += q) {
    for (let b = 0; b < q; b++) {
      let sum = 0
      for (let k = 0; k < q; k++) sum += m[at + k]! * t[k * q + b]!
      product[b] = sum
    }
    for (let b = 0; b < q; b++) m[at + b] = product[b]!
  }
}
