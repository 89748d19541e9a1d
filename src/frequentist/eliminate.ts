/** Cholesky factorisation of the mixed-model equations, and their solution. */

import { cholesky, logDeterminant, solveLower, solveLowerTransposed } from "../math/small-dense.ts"
import type { ChainFactor, EliminationLayout } from "./elimination-layout.ts"
import type { Equations } from "./equations.ts"

export interface Elimination {
  /** log |M|, `M = T'Z'ZT + I`. */
  readonly logDetEffects: number
  /** log |X'V⁻¹X|, V the covariance matrix of y divided by the residual variance. */
  readonly logDetFixed: number
  /** The penalised residual sum of squares: the last pivot squared. */
  readonly residualSquares: number
}

/**
 * Factors the equations in place (block elimination child before parent, then the dense tail: Bates et al. 2015,
 * section 3.4, with the response carried along as the last row).
 *
 * @returns null when a pivot is not positive, which at finite T means that X'V⁻¹X lost its rank to rounding
 */
export function eliminate(equations: Equations): Elimination | null {
  const { layout } = equations.cross
  let logDetEffects = 0
  for (let c = 0; c < layout.chain.length; c++) {
    const chain = layout.chain[c]!
    const { width: q } = chain
    const diagonal = equations.diagonal[c]!
    const below = equations.below[c]!
    for (let j = 0; j < chain.levels; j++) {
      const at = j * q * q
      if (!cholesky(diagonal, at, q)) return null
      logDetEffects += logDeterminant(diagonal, at, q)
      const end = chain.offPointer[j + 1]!
      if (q === 1) {
        const pivot = diagonal[at]!
        for (let row = chain.offPointer[j]!; row < end; row++) below[row] = below[row]! / pivot
      } else {
        for (let row = chain.offPointer[j]!; row < end; row += q) solveLower(diagonal, at, q, below, row)
      }
      updateParents(equations, layout, chain, c, j)
      updateTail(equations, layout, chain, below, j)
    }
  }
  const { tail } = equations
  const { tailSize, tailEffects } = layout
  const order = tailSize - 1
  if (equations.arena.choleskyLarge(tail, tailSize, order, 1) !== -1) return null
  let logDetFixed = 0
  for (let i = 0; i < order; i++) {
    const value = 2 * Math.log(tail[i * (tailSize + 1)]!)
    if (i < tailEffects) logDetEffects += value
    else logDetFixed += value
  }
  const last = order * tailSize
  let residualSquares = tail[last + order]!
  for (let k = 0; k < order; k++) residualSquares -= tail[last + k]! ** 2
  return { logDetEffects, logDetFixed, residualSquares }
}

/** Subtracts the outer product of level j's rows where one of the two rows is a parent's. */
function updateParents(
  equations: Equations,
  layout: EliminationLayout,
  chain: ChainFactor,
  c: number,
  j: number,
): void {
  const { width: q } = chain
  const rows = equations.below[c]!
  const off = chain.offPointer[j]!
  const firstTail = chain.tailPointer[j]!
  const tailRows = chain.tailPointer[j + 1]! - firstTail
  let parentRow = 0
  chain.parentFactors.forEach((_, k) => {
    const parentIndex = c + 1 + k
    const parent = layout.chain[parentIndex]!
    const w = parent.width
    const level = chain.parents[k]![j]!
    const diagonal = equations.diagonal[parentIndex]!
    const target = equations.below[parentIndex]!
    const targetOff = parent.offPointer[level]!
    const relative = chain.relative[k]!
    for (let b = 0; b < w; b++) {
      const rowB = off + (parentRow + b) * q
      for (let a = b; a < w; a++) {
        const to = (level * w + a) * w + b
        diagonal[to] = diagonal[to]! - inner(rows, off + (parentRow + a) * q, rowB, q)
      }
      const later = chain.parentRows - parentRow - w
      for (let r = 0; r < later; r++) {
        const to = targetOff + r * w + b
        target[to] = target[to]! - inner(rows, off + (parentRow + w + r) * q, rowB, q)
      }
      for (let i = 0; i < tailRows; i++) {
        const to = targetOff + (parent.parentRows + relative[firstTail + i]!) * w + b
        target[to] = target[to]! - inner(rows, off + (chain.parentRows + i) * q, rowB, q)
      }
    }
    parentRow += w
  })
}

function updateTail(
  equations: Equations,
  layout: EliminationLayout,
  chain: ChainFactor,
  rows: Float64Array,
  j: number,
): void {
  const { tailSize } = layout
  const { tail } = equations
  const { width: q, tailRow } = chain
  const first = chain.tailPointer[j]!
  const end = chain.tailPointer[j + 1]!
  const off = chain.offPointer[j]! + chain.parentRows * q
  if (q === 1) {
    for (let i = first; i < end; i++) {
      const to = tailRow[i]! * tailSize
      const own = rows[off + i - first]!
      for (let h = first; h <= i; h++) {
        const cell = to + tailRow[h]!
        tail[cell] = tail[cell]! - own * rows[off + h - first]!
      }
    }
    return
  }
  for (let i = first; i < end; i++) {
    const to = tailRow[i]! * tailSize
    const rowI = off + (i - first) * q
    for (let h = first; h <= i; h++) {
      const rowH = off + (h - first) * q
      let sum = 0
      for (let t = 0; t < q; t++) sum += rows[rowI + t]! * rows[rowH + t]!
      tail[to + tailRow[h]!] = tail[to + tailRow[h]!]! - sum
    }
  }
}

function inner(values: Float64Array, a: number, b: number, q: number): number {
  let sum = 0
  for (let t = 0; t < q; t++) sum += values[a + t]! * values[b + t]!
  return sum
}

/** One number an effect, laid out as the solution is. */
export interface EffectVector {
  readonly chain: readonly Float64Array[]
  /** Tail effects, then the fixed effects. */
  readonly tail: Float64Array
}

/** `L⁻¹ v` after {@link eliminate}, in place: what elimination does to a right-hand side. Returns v. */
export function solveForward(equations: Equations, v: EffectVector): EffectVector {
  const { layout } = equations.cross
  const { tail } = equations
  const { tailSize } = layout
  layout.chain.forEach((chain, c) => {
    const { width: q } = chain
    const below = equations.below[c]!
    const own = v.chain[c]!
    for (let j = 0; j < chain.levels; j++) {
      solveLower(equations.diagonal[c]!, j * q * q, q, own, j * q)
      let row = chain.offPointer[j]!
      chain.parentFactors.forEach((_, k) => {
        const w = layout.chain[c + 1 + k]!.width
        const start = chain.parents[k]![j]! * w
        const target = v.chain[c + 1 + k]!
        for (let b = 0; b < w; b++, row += q) {
          for (let t = 0; t < q; t++) {
            target[start + b] = target[start + b]! - below[row + t]! * own[j * q + t]!
          }
        }
      })
      for (let i = chain.tailPointer[j]!; i < chain.tailPointer[j + 1]! - 1; i++, row += q) {
        const to = chain.tailRow[i]!
        for (let t = 0; t < q; t++) v.tail[to] = v.tail[to]! - below[row + t]! * own[j * q + t]!
      }
    }
  })
  for (let i = 0; i < tailSize - 1; i++) {
    const from = i * tailSize
    let value = v.tail[i]!
    for (let k = 0; k < i; k++) value -= tail[from + k]! * v.tail[k]!
    v.tail[i] = value / tail[from + i]!
  }
  return v
}

/** Back substitution after {@link eliminate}: overwrites `effects` and `tailSolution`. */
export function solveEquations(equations: Equations): void {
  const { layout } = equations.cross
  const { tail, tailSolution } = equations
  const { tailSize } = layout
  const order = tailSize - 1
  for (let i = 0; i < order; i++) tailSolution[i] = tail[order * tailSize + i]!
  for (let i = order - 1; i >= 0; i--) {
    const x = tailSolution[i]! / tail[i * tailSize + i]!
    tailSolution[i] = x
    for (let k = 0; k < i; k++) tailSolution[k] = tailSolution[k]! - tail[i * tailSize + k]! * x
  }
  for (let c = layout.chain.length - 1; c >= 0; c--) {
    const chain = layout.chain[c]!
    const { width: q } = chain
    const below = equations.below[c]!
    const u = equations.effects[c]!
    for (let j = 0; j < chain.levels; j++) {
      const end = chain.offPointer[j + 1]! - q
      for (let t = 0; t < q; t++) u[j * q + t] = below[end + t]!
      let row = chain.offPointer[j]!
      chain.parentFactors.forEach((_, k) => {
        const w = layout.chain[c + 1 + k]!.width
        const parentEffects = equations.effects[c + 1 + k]!
        const start = chain.parents[k]![j]! * w
        for (let b = 0; b < w; b++, row += q) subtractRow(u, j * q, below, row, q, parentEffects[start + b]!)
      })
      for (let i = chain.tailPointer[j]!; i < chain.tailPointer[j + 1]! - 1; i++, row += q) {
        subtractRow(u, j * q, below, row, q, tailSolution[chain.tailRow[i]!]!)
      }
      solveLowerTransposed(equations.diagonal[c]!, j * q * q, q, u, j * q)
    }
  }
}

function subtractRow(
  u: Float64Array,
  at: number,
  rows: Float64Array,
  row: number,
  q: number,
  factor: number,
): void {
  for (let t = 0; t < q; t++) u[at + t] = u[at + t]! - rows[row + t]! * factor
}
