/** Whitened rows beside the blocks of random effects that they belong to. */

import { assembleFactors } from "./covariance-factor.ts"
import { multiplySquare, multiplyTall } from "./dense-products.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { RandomBlock } from "./random-blocks.ts"
import type { CorrelationTransform } from "./structures/correlation.ts"
import { rowsOf, whitenRows } from "./structures/whitened-rows.ts"

/** A block with what stands between its effects and the rows: `H = ZGZ' + I`, `H⁻¹ = I − ZNZ'`, `A = Z'H⁻¹Z`. */
export interface RowBlock extends RandomBlock {
  readonly g: Float64Array
  /** `N = G − GAG`, row-major m × m. */
  readonly n: Float64Array
  /** `I − AG`, row-major m × m. */
  readonly rest: Float64Array
}

export interface BlockedRows {
  readonly blocks: readonly RowBlock[]
  /** `E = H⁻¹U`, `U = [Q r]` with r over σ: p + 1 columns of one number a row. */
  readonly e: readonly Float64Array[]
  /** Columns that levels multiply, those of all factors one after another. */
  readonly z: readonly Float64Array[]
  /** Of each row: its block; −1 without random terms. */
  readonly blockOf: Int32Array
  /** Of each column of z, of each row: its place in the block. */
  readonly places: readonly Int32Array[]
}

/** Call after an evaluation at the optimum, whose β̂ is read. @param variance σ² of the scaled response */
export function blockRows(
  { state: { criterion, factors }, nobs }: LmmEstimate,
  transform: CorrelationTransform,
  blocks: readonly RandomBlock[],
  variance: number,
): BlockedRows {
  const { system, equations } = criterion
  const { tailEffects, fixedEffects: p } = system.cross.layout
  const { basis, response, factors: columns } = whitenRows(rowsOf(system), transform)
  const sigma = Math.sqrt(variance)
  const residuals = response.map((value, i) => {
    let rest = value
    for (let x = 0; x < p; x++) rest -= basis[x]![i]! * equations.tailSolution[tailEffects + x]!
    return rest / sigma
  })
  const relative = assembleFactors(system, factors)
  const rowBlocks = blocks.map((block) =>
    completeBlock(
      block,
      block.members.map(({ factor }) => relative[factor]!),
    ),
  )
  const starts = system.factors.map(({ levels }) => new Int32Array(levels.length))
  const home = new Int32Array(system.factors[0]?.levels.length ?? 0)
  blocks.forEach(({ members }, b) => {
    for (const { factor, level, start } of members) {
      starts[factor]![level] = start
      if (factor === 0) home[level] = b
    }
  })
  const first = system.factors[0]
  const blockOf = first === undefined ? new Int32Array(nobs).fill(-1) : first.codes.map((code) => home[code]!)
  const places = system.factors.flatMap(({ codes, width }, f) => {
    return Array.from({ length: width }, (_, t) => codes.map((code) => starts[f]![code]! + t))
  })
  const z = columns.flat()
  const shares = rowBlocks.map(({ g, b, size }) => multiplyTall(g, b, size, p + 1))
  const e = [...basis, residuals].map((column, x) => {
    return column.map((value, i) => {
      let rest = value
      z.forEach((own, t) => {
        rest -= own[i]! * shares[blockOf[i]!]![places[t]![i]! * (p + 1) + x]!
      })
      return rest
    })
  })
  return { blocks: rowBlocks, e, z, blockOf, places }
}

function completeBlock(block: RandomBlock, factors: readonly Float64Array[]): RowBlock {
  const { size: m, a, members } = block
  const g = new Float64Array(m * m)
  members.forEach(({ start }, k) => {
    const t = factors[k]!
    const q = Math.round(Math.sqrt(t.length))
    for (let i = 0; i < q; i++) {
      for (let j = 0; j < q; j++) {
        let sum = 0
        for (let c = 0; c < q; c++) sum += t[i * q + c]! * t[j * q + c]!
        g[(start + i) * m + start + j] = sum
      }
    }
  })
  const rest = multiplySquare(a, g, m).map((value, x) => (x % (m + 1) === 0 ? 1 : 0) - value)
  return { ...block, g, rest, n: multiplySquare(g, rest, m) }
}

/** `Z'x_s` for several columns x, gathered by block: row-major m × (how many). */
export function gatherByBlock(
  { blocks, z, blockOf, places }: BlockedRows,
  columns: readonly Float64Array[],
): readonly Float64Array[] {
  const c = columns.length
  const out = blocks.map(({ size }) => new Float64Array(size * c))
  z.forEach((own, t) => {
    for (let i = 0; i < own.length; i++) {
      const target = out[blockOf[i]!]!
      const at = places[t]![i]! * c
      for (let x = 0; x < c; x++) target[at + x] = target[at + x]! + own[i]! * columns[x]![i]!
    }
  })
  return out
}

/** `Z'MZ` of each block, m × m, from the columns Mz. */
export function gatherSquares(
  { blocks, z, blockOf, places }: BlockedRows,
  mz: readonly Float64Array[],
): readonly Float64Array[] {
  const out = blocks.map(({ size }) => new Float64Array(size * size))
  z.forEach((own, t) => {
    mz.forEach((moved, u) => {
      for (let i = 0; i < own.length; i++) {
        const { size } = blocks[blockOf[i]!]!
        const target = out[blockOf[i]!]!
        const at = places[t]![i]! * size + places[u]![i]!
        target[at] = target[at]! + own[i]! * moved[i]!
      }
    })
  })
  return out
}

/** Row by row `N x`, x the numbers that columns of z have in a row. */
export function multiplyRowwise(
  { blocks, blockOf, places }: BlockedRows,
  columns: readonly Float64Array[],
): readonly Float64Array[] {
  return columns.map((column, t) => {
    return column.map((_, i) => {
      const { n, size } = blocks[blockOf[i]!]!
      const row = places[t]![i]! * size
      let sum = 0
      columns.forEach((other, u) => {
        sum += n[row + places[u]![i]!]! * other[i]!
      })
      return sum
    })
  })
}
