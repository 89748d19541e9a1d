/**
 * The cross-products `S = [Z X y]'[Z X y]`, formed once from the rows, in the places the elimination wants them.
 */

import type { EliminationLayout } from "./elimination-layout.ts"

export interface CrossProducts {
  readonly layout: EliminationLayout
  /** Of each chain factor: `Z_j'Z_j`, row-major q × q a level, full symmetric. */
  readonly diagonal: readonly Float64Array[]
  /** Of each chain factor: the rows below, as the layout's `offPointer` says. */
  readonly below: readonly Float64Array[]
  /** The dense tail, row-major, `tailSize` square, full symmetric. */
  readonly tail: Float64Array
}

/**
 * @param basis the columns of X, orthonormal: their own cross-products are set to I and those with y to 0, which is
 *   what they are
 * @param residual y, orthogonal to the basis and of length `sqrt(residualSquares)`
 */
export function formCrossProducts(
  layout: EliminationLayout,
  basis: readonly Float64Array[],
  residual: Float64Array,
  residualSquares: number,
): CrossProducts {
  const { tailEffects, tailSize, fixedEffects } = layout
  const tail = new Float64Array(tailSize * tailSize)
  addTailRows(layout, basis, residual, tail)
  for (let x = 0; x < fixedEffects; x++) tail[(tailEffects + x) * (tailSize + 1)] = 1
  tail[tailSize * tailSize - 1] = residualSquares
  const diagonal: Float64Array[] = []
  const below: Float64Array[] = []
  layout.chain.forEach((_, c) => {
    const formed = formChainFactor(layout, c, basis, residual)
    diagonal.push(formed.diagonal)
    below.push(formed.below)
  })
  return { layout, diagonal, below, tail }
}

/** A copy whose response can be replaced; the blocks without a response are shared. */
export function copyForResponses(cross: CrossProducts): CrossProducts {
  const below = cross.below.map((values) => Float64Array.from(values))
  return { ...cross, below, tail: Float64Array.from(cross.tail) }
}

/**
 * Overwrites the products with the response. One pass over the rows.
 *
 * @param residual as in {@link formCrossProducts}
 */
export function replaceResponse(cross: CrossProducts, residual: Float64Array, residualSquares: number): void {
  const { layout, tail } = cross
  const { tailSize, tailEffects } = layout
  const last = (tailSize - 1) * tailSize
  layout.chain.forEach(({ factor, width: q, levels, offPointer }, c) => {
    const below = cross.below[c]!
    const { codes, columns } = layout.factors[factor]!
    for (let j = 0; j < levels; j++) below.fill(0, offPointer[j + 1]! - q, offPointer[j + 1]!)
    for (let i = 0; i < residual.length; i++) {
      const at = offPointer[codes[i]! + 1]! - q
      for (let t = 0; t < q; t++) below[at + t] = below[at + t]! + columns[t]![i]! * residual[i]!
    }
  })
  tail.fill(0, last, last + tailEffects)
  layout.factors.forEach(({ codes, columns, width: q }, f) => {
    const start = layout.tailStart[f]!
    if (start < 0) return
    for (let i = 0; i < residual.length; i++) {
      const at = last + start + codes[i]! * q
      for (let t = 0; t < q; t++) tail[at + t] = tail[at + t]! + columns[t]![i]! * residual[i]!
    }
  })
  for (let k = 0; k < tailEffects; k++) tail[k * tailSize + tailSize - 1] = tail[last + k]!
  tail[tailSize * tailSize - 1] = residualSquares
}

function formChainFactor(
  layout: EliminationLayout,
  c: number,
  basis: readonly Float64Array[],
  residual: Float64Array,
): { readonly diagonal: Float64Array; readonly below: Float64Array } {
  const chain = layout.chain[c]!
  const factor = layout.factors[chain.factor]!
  const { width } = chain
  const diagonal = new Float64Array(chain.levels * width * width)
  const below = new Float64Array(chain.offPointer[chain.levels]!)
  const right = [...basis, residual]
  const tailFactors = layout.factors.filter((_, f) => layout.tailStart[f]! >= 0)
  const tailStarts = layout.tailStart.filter((start) => start >= 0)
  const parents = chain.parentFactors.map((f) => layout.factors[f]!)
  // Where the rows of the current level stand; visiting rows level by level keeps this one array enough.
  const place = new Int32Array(layout.tailSize)
  const { order, pointer } = sortByLevel(factor.codes, chain.levels)
  for (let j = 0; j < chain.levels; j++) {
    const off = chain.offPointer[j]!
    const first = chain.tailPointer[j]!
    for (let i = first; i < chain.tailPointer[j + 1]!; i++) {
      place[chain.tailRow[i]!] = off + (chain.parentRows + i - first) * width
    }
    const end = pointer[j + 1]!
    for (let at = pointer[j]!; at < end; at++) {
      const i = order[at]!
      for (let t = 0; t < width; t++) {
        const z = factor.columns[t]![i]!
        if (z === 0) continue
        for (let s = 0; s < width; s++) {
          const to = (j * width + s) * width + t
          diagonal[to] = diagonal[to]! + z * factor.columns[s]![i]!
        }
        let to = off + t
        for (const parent of parents) {
          for (const column of parent.columns) {
            below[to] = below[to]! + z * column[i]!
            to += width
          }
        }
        tailFactors.forEach((other, index) => {
          const start = tailStarts[index]! + other.codes[i]! * other.width
          for (let s = 0; s < other.width; s++) {
            const at = place[start + s]! + t
            below[at] = below[at]! + z * other.columns[s]![i]!
          }
        })
        let x = place[layout.tailEffects]! + t
        for (const column of right) {
          below[x] = below[x]! + z * column[i]!
          x += width
        }
      }
    }
  }
  return { diagonal, below }
}

/** Tail effects with one another, with X and with y; both triangles. */
function addTailRows(
  layout: EliminationLayout,
  basis: readonly Float64Array[],
  residual: Float64Array,
  tail: Float64Array,
): void {
  const { tailSize, tailEffects } = layout
  const tailFactors = layout.factors.filter((_, f) => layout.tailStart[f]! >= 0)
  const tailStarts = layout.tailStart.filter((start) => start >= 0)
  const right = [...basis, residual]
  for (let i = 0; i < residual.length; i++) {
    tailFactors.forEach((a, indexA) => {
      const rowA = tailStarts[indexA]! + a.codes[i]! * a.width
      for (let t = 0; t < a.width; t++) {
        const z = a.columns[t]![i]!
        if (z === 0) continue
        const row = (rowA + t) * tailSize
        tailFactors.forEach((b, indexB) => {
          const columnB = tailStarts[indexB]! + b.codes[i]! * b.width
          for (let s = 0; s < b.width; s++) {
            tail[row + columnB + s] = tail[row + columnB + s]! + z * b.columns[s]![i]!
          }
        })
        right.forEach((column, x) => {
          const value = z * column[i]!
          const to = row + tailEffects + x
          const mirrored = (tailEffects + x) * tailSize + rowA + t
          tail[to] = tail[to]! + value
          tail[mirrored] = tail[mirrored]! + value
        })
      }
    })
  }
}

function sortByLevel(
  codes: Int32Array,
  levels: number,
): { readonly order: Int32Array; readonly pointer: Int32Array } {
  const pointer = new Int32Array(levels + 1)
  for (const code of codes) pointer[code + 1] = pointer[code + 1]! + 1
  for (let j = 0; j < levels; j++) pointer[j + 1] = pointer[j + 1]! + pointer[j]!
  const next = pointer.slice()
  const order = new Int32Array(codes.length)
  codes.forEach((code, i) => {
    order[next[code]!] = i
    next[code] = next[code]! + 1
  })
  return { order, pointer }
}
