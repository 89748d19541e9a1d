/**
 * Dense blocks of `A = Z'H⁻¹Z` and `B = Z'H⁻¹[Q r]`, H = V/σ², Q the orthonormal basis of X, r the residuals `y − Xβ̂` over σ: what
 * formulas with V⁻¹ on both sides come down to, without a matrix of the size of the data.
 */

import { NumericalError, OptionError } from "../core/errors.ts"
import { factorDenseCholesky } from "../math/dense-cholesky.ts"
import { assembleFactors } from "./covariance-factor.ts"
import type { Criterion } from "./criterion.ts"
import type { LmmSystem } from "./lmm-system.ts"

/** Random effects that share rows with one another, directly or through others, and with none outside. */
export interface RandomBlock {
  /** Grouping factor and level of each member, and where its columns start in the block. */
  readonly members: readonly { readonly factor: number; readonly level: number; readonly start: number }[]
  /** Number of columns m. */
  readonly size: number
  /** Row-major m × m, symmetric. */
  readonly a: Float64Array
  /** Row-major m × (p + 1). */
  readonly b: Float64Array
}

/** Beyond this a block takes minutes. */
const MAX_BLOCK = 2500

/**
 * By the identity of Woodbury, `Z'H⁻¹Z = S − SBM⁻¹B'S`, `S = Z'Z`, `M = B'SB + I`, one connected block at a time.
 * Call after an evaluation at `termFactors`, whose β̂ it reads.
 *
 * @param termFactors T of each term, internal coordinates
 * @param variance σ² of the scaled response
 * @throws OptionError when a block is too large
 */
export function formRandomBlocks(
  criterion: Criterion,
  termFactors: readonly Float64Array[],
  variance: number,
): readonly RandomBlock[] {
  const { system, equations } = criterion
  const { tailEffects, fixedEffects: p } = system.cross.layout
  const factors = assembleFactors(system, termFactors)
  const sigma = Math.sqrt(variance)
  return connectLevels(system).map((members) => {
    const block = formBlock(system, members, factors)
    for (let at = 0; at < block.b.length; at += p + 1) {
      for (let x = 0; x < p; x++) {
        block.b[at + p] = block.b[at + p]! - block.b[at + x]! * equations.tailSolution[tailEffects + x]!
      }
      block.b[at + p] = block.b[at + p]! / sigma
    }
    return block
  })
}

type Member = RandomBlock["members"][number]

/** Levels connected by common rows, by union and find over the rows. */
function connectLevels(system: LmmSystem): readonly (readonly Member[])[] {
  const starts: number[] = []
  let total = 0
  for (const { levels } of system.factors) {
    starts.push(total)
    total += levels.length
  }
  const parent = Int32Array.from({ length: total }, (_, i) => i)
  const find = (i: number): number => {
    let root = i
    while (parent[root] !== root) root = parent[root]!
    for (let at = i; at !== root; ) {
      const next = parent[at]!
      parent[at] = root
      at = next
    }
    return root
  }
  const [first, ...others] = system.factors
  others.forEach((factor, k) => {
    factor.codes.forEach((code, i) => {
      parent[find(starts[k + 1]! + code)] = find(first!.codes[i]!)
    })
  })
  const blocks = new Map<number, { members: Member[]; size: number }>()
  system.factors.forEach((factor, f) => {
    for (let level = 0; level < factor.levels.length; level++) {
      const root = find(starts[f]! + level)
      const entry = blocks.get(root) ?? { members: [], size: 0 }
      blocks.set(root, entry)
      entry.members.push({ factor: f, level, start: entry.size })
      entry.size += factor.width
    }
  })
  return [...blocks.values()].map(({ members, size }) => {
    if (size <= MAX_BLOCK) return members
    throw new OptionError(
      `${size} random effects are connected by crossed factors, at most ${MAX_BLOCK} are possible here`,
      {
        code: "too-many-effects",
        where: system.design.formula,
        hint: "use Satterthwaite's degrees of freedom instead of Kenward and Roger's",
      },
    )
  })
}

function formBlock(
  system: LmmSystem,
  members: readonly Member[],
  factors: readonly Float64Array[],
): RandomBlock {
  // The response stands behind Q.
  const p = system.cross.layout.fixedEffects + 1
  const size = members.reduce((sum, { factor }) => sum + system.factors[factor]!.width, 0)
  const { s, zq } = gatherCrossProducts(system, members, size)
  // Rows: M, then S B (m rows), then Q'Z B (p rows); the factorisation turns the latter two into K = S B L⁻ᵀ and W.
  const work = new Float64Array((2 * size + p) * size)
  const right = work.subarray(size * size)
  right.set(s)
  for (let i = 0; i < size; i++) for (let x = 0; x < p; x++) right[(size + x) * size + i] = zq[i * p + x]!
  for (const { factor, start } of members) {
    multiplyColumns(right, size + p, size, start, system.factors[factor]!.width, factors[factor]!)
  }
  work.set(right.subarray(0, size * size))
  for (const { factor, start } of members) {
    multiplyRowsTransposed(work, size, start, system.factors[factor]!.width, factors[factor]!)
  }
  for (let i = 0; i < size; i++) work[i * (size + 1)] = work[i * (size + 1)]! + 1
  if (factorDenseCholesky(work, size, size, size + p) !== -1) {
    throw new NumericalError("the covariance matrix of the response cannot be factored", {
      code: "not-positive-definite",
      where: system.design.formula,
      hint: "rescale the predictors of the random terms",
    })
  }
  const row = (i: number) => work.subarray((size + i) * size, (size + i + 1) * size)
  const b = zq
  for (let i = 0; i < size; i++) {
    const left = row(i)
    for (let j = 0; j <= i; j++) {
      s[i * size + j] = s[i * size + j]! - inner(left, row(j))
      s[j * size + i] = s[i * size + j]!
    }
    for (let x = 0; x < p; x++) b[i * p + x] = b[i * p + x]! - inner(left, row(size + x))
  }
  return { members, size, a: s, b }
}

/** Z'Z and Z'[Q y] of a block, out of the places the elimination keeps them in. */
function gatherCrossProducts(
  system: LmmSystem,
  members: readonly Member[],
  size: number,
): { readonly s: Float64Array; readonly zq: Float64Array } {
  const { layout, diagonal, below, tail } = system.cross
  const { tailSize, tailEffects } = layout
  const p = layout.fixedEffects + 1
  const s = new Float64Array(size * size)
  const zq = new Float64Array(size * p)
  const put = (row: number, column: number, value: number): void => {
    s[row * size + column] = value
    s[column * size + row] = value
  }
  const startOf = new Map(members.map(({ factor, level, start }) => [`${factor}/${level}`, start]))
  const inTail = members.filter(({ factor }) => layout.tailStart[factor]! >= 0)
  const tailRows = inTail.flatMap(({ factor, level, start }) => {
    const { width } = system.factors[factor]!
    const first = layout.tailStart[factor]! + level * width
    return Array.from({ length: width }, (_, t) => ({ row: first + t, to: start + t }))
  })
  for (const { row, to } of tailRows) {
    for (const other of tailRows) s[to * size + other.to] = tail[row * tailSize + other.row]!
    for (let x = 0; x < p; x++) zq[to * p + x] = tail[row * tailSize + tailEffects + x]!
  }
  for (const { factor, level, start } of members) {
    const c = layout.chain.findIndex((entry) => entry.factor === factor)
    if (c < 0) continue
    const chain = layout.chain[c]!
    const { width: q } = chain
    for (let a = 0; a < q; a++) {
      for (let t = 0; t < q; t++) put(start + a, start + t, diagonal[c]![(level * q + a) * q + t]!)
    }
    let at = chain.offPointer[level]!
    const placeRows = (other: number, rows: number): void => {
      for (let a = 0; a < rows; a++, at += q) {
        for (let t = 0; t < q; t++) put(other + a, start + t, below[c]![at + t]!)
      }
    }
    chain.parentFactors.forEach((parent, k) => {
      placeRows(startOf.get(`${parent}/${chain.parents[k]![level]!}`)!, system.factors[parent]!.width)
    })
    for (let block = chain.blockPointer[level]!; block < chain.blockPointer[level + 1]!; block++) {
      const f = chain.blockFactor[block]!
      const { width } = system.factors[f]!
      placeRows(startOf.get(`${f}/${(chain.blockStart[block]! - layout.tailStart[f]!) / width}`)!, width)
    }
    for (let x = 0; x < p; x++, at += q) {
      for (let t = 0; t < q; t++) zq[(start + t) * p + x] = below[c]![at + t]!
    }
  }
  return { s, zq }
}

/** Multiplies columns [start, start + q) of `rows` rows by T from the right, in place. */
function multiplyColumns(
  m: Float64Array,
  rows: number,
  stride: number,
  start: number,
  q: number,
  t: Float64Array,
): void {
  const product = new Float64Array(q)
  for (let i = 0; i < rows; i++) {
    const at = i * stride + start
    product.fill(0)
    for (let k = 0; k < q; k++) {
      for (let b = 0; b < q; b++) product[b] = product[b]! + m[at + k]! * t[k * q + b]!
    }
    m.set(product, at)
  }
}

/** Multiplies rows [start, start + q) by T' from the left, in place. */
function multiplyRowsTransposed(
  m: Float64Array,
  columns: number,
  start: number,
  q: number,
  t: Float64Array,
): void {
  const product = new Float64Array(q)
  for (let j = 0; j < columns; j++) {
    product.fill(0)
    for (let k = 0; k < q; k++) {
      for (let a = 0; a < q; a++) product[a] = product[a]! + t[k * q + a]! * m[(start + k) * columns + j]!
    }
    for (let a = 0; a < q; a++) m[(start + a) * columns + j] = product[a]!
  }
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
