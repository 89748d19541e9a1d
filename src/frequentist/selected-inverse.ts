/** The blocks of the inverse that a gradient and a conditional variance need, and no others. */

import { solveLowerTransposed } from "../math/small-dense.ts"
import type { ChainFactor, EliminationLayout } from "./elimination-layout.ts"
import type { Equations } from "./equations.ts"
import { markOverwritten } from "./equations.ts"

/**
 * C⁻¹ on the pattern of its Cholesky factor (Takahashi, Fagan & Chin 1973; Erisman & Tinney 1975), parent before
 * child: with `H = L_below L_jj⁻¹`, `C⁻¹_below = −C⁻¹_rows H` and `C⁻¹_jj = L_jj⁻ᵀ L_jj⁻¹ − H'C⁻¹_below`.
 * Call after `eliminate`; overwrites `inverseDiagonal`, `inverseBelow`, `inverseTail`.
 *
 * @param withFixed true: C includes the fixed effects (REML, prediction variances); false: the inverse is that of
 *   `M = T'Z'ZT + I`, and every entry that belongs to a fixed effect is zero (ML, conditional variances)
 */
export function invertEquations(equations: Equations, withFixed: boolean): void {
  const { layout } = equations.cross
  const { tailSize, tailEffects } = layout
  const { tail, inverseTail, arena } = equations
  markOverwritten(equations)
  if (withFixed) {
    arena.invertLarge(tail, tailSize, tailSize - 1, inverseTail)
  } else {
    inverseTail.fill(0)
    arena.invertLarge(tail, tailSize, tailEffects, inverseTail)
  }
  for (let c = layout.chain.length - 1; c >= 0; c--) invertChainFactor(equations, layout, c)
}

function invertChainFactor(equations: Equations, layout: EliminationLayout, c: number): void {
  const chain = layout.chain[c]!
  const { width: q } = chain
  const factor = equations.diagonal[c]!
  const below = equations.below[c]!
  const inverse = equations.inverseBelow[c]!
  const diagonal = equations.inverseDiagonal[c]!
  const h = equations.scratch
  const unit = new Float64Array(q)
  for (let j = 0; j < chain.levels; j++) {
    const off = chain.offPointer[j]!
    // Without the row of the response.
    const length = chain.offPointer[j + 1]! - q - off
    const at = j * q * q
    for (let i = 0; i < length; i++) h[i] = below[off + i]!
    for (let row = 0; row < length; row += q) solveLowerTransposed(factor, at, q, h, row)
    inverse.fill(0, off, off + length + q)
    multiplyParents(equations, layout, chain, c, j, h)
    multiplyTail(equations, layout, chain, inverse, j, h)
    for (let s = 0; s < q; s++) {
      unit.fill(0)
      unit[s] = 1
      solveUnit(factor, at, q, unit, s)
      for (let t = 0; t < q; t++) {
        let value = unit[t]!
        for (let row = 0; row < length; row += q) value -= h[row + s]! * inverse[off + row + t]!
        diagonal[at + s * q + t] = value
      }
    }
  }
}

/** `unit := (L L')⁻¹ unit` where only entries from `s` on are non-zero before. */
function solveUnit(factor: Float64Array, at: number, q: number, unit: Float64Array, s: number): void {
  for (let i = s; i < q; i++) {
    let value = unit[i]!
    for (let k = s; k < i; k++) value -= factor[at + i * q + k]! * unit[k]!
    unit[i] = value / factor[at + i * q + i]!
  }
  solveLowerTransposed(factor, at, q, unit, 0)
}

/** Contributions to `−C⁻¹_rows H` of pairs of rows of which one belongs to a parent. */
function multiplyParents(
  equations: Equations,
  layout: EliminationLayout,
  chain: ChainFactor,
  c: number,
  j: number,
  h: Float64Array,
): void {
  const { width: q } = chain
  const inverse = equations.inverseBelow[c]!
  const off = chain.offPointer[j]!
  const firstTail = chain.tailPointer[j]!
  const tailRows = chain.tailPointer[j + 1]! - firstTail - 1
  let parentRow = 0
  chain.parentFactors.forEach((_, k) => {
    const parent = layout.chain[c + 1 + k]!
    const w = parent.width
    const level = chain.parents[k]![j]!
    const parentDiagonal = equations.inverseDiagonal[c + 1 + k]!
    const parentBelow = equations.inverseBelow[c + 1 + k]!
    const parentOff = parent.offPointer[level]!
    const relative = chain.relative[k]!
    const later = chain.parentRows - parentRow - w
    for (let b = 0; b < w; b++) {
      const rowB = (parentRow + b) * q
      for (let a = 0; a < w; a++) {
        const value = parentDiagonal[(level * w + a) * w + b]!
        subtractScaled(inverse, off + (parentRow + a) * q, h, rowB, q, value)
      }
      for (let r = 0; r < later; r++) {
        const row = (parentRow + w + r) * q
        const value = parentBelow[parentOff + r * w + b]!
        subtractScaled(inverse, off + row, h, rowB, q, value)
        subtractScaled(inverse, off + rowB, h, row, q, value)
      }
      for (let i = 0; i < tailRows; i++) {
        const row = (chain.parentRows + i) * q
        const value = parentBelow[parentOff + (parent.parentRows + relative[firstTail + i]!) * w + b]!
        subtractScaled(inverse, off + row, h, rowB, q, value)
        subtractScaled(inverse, off + rowB, h, row, q, value)
      }
    }
    parentRow += w
  })
}

function multiplyTail(
  equations: Equations,
  layout: EliminationLayout,
  chain: ChainFactor,
  inverse: Float64Array,
  j: number,
  h: Float64Array,
): void {
  const { width: q, tailRow } = chain
  const { inverseTail } = equations
  const first = chain.tailPointer[j]!
  const end = chain.tailPointer[j + 1]! - 1
  const start = chain.parentRows * q
  const off = chain.offPointer[j]! + start
  if (q === 1) {
    multiplyScalarTail(inverseTail, layout.tailSize, tailRow, first, end, inverse, off, h, start)
    return
  }
  for (let i = first; i < end; i++) {
    const from = tailRow[i]! * layout.tailSize
    for (let k = first; k < end; k++) {
      const value = inverseTail[from + tailRow[k]!]!
      subtractScaled(inverse, off + (i - first) * q, h, start + (k - first) * q, q, value)
    }
  }
}

/** The same for one number a row, each entry of the symmetric inverse read once. */
function multiplyScalarTail(
  inverseTail: Float64Array,
  tailSize: number,
  tailRow: Int32Array,
  first: number,
  end: number,
  target: Float64Array,
  off: number,
  h: Float64Array,
  start: number,
): void {
  for (let i = first; i < end; i++) {
    const from = tailRow[i]! * tailSize
    const own = h[start + i - first]!
    let sum = inverseTail[from + tailRow[i]!]! * own
    for (let k = first; k < i; k++) {
      const value = inverseTail[from + tailRow[k]!]!
      sum += value * h[start + k - first]!
      target[off + k - first] = target[off + k - first]! - value * own
    }
    target[off + i - first] = target[off + i - first]! - sum
  }
}

function subtractScaled(
  target: Float64Array,
  to: number,
  source: Float64Array,
  from: number,
  q: number,
  factor: number,
): void {
  for (let t = 0; t < q; t++) target[to + t] = target[to + t]! - factor * source[from + t]!
}
