/** The normal approximation of each group of a block by itself, given what the groups share. */
import { cholesky, solveLower } from "../../math/small-dense.ts"
import type { SparseSymbolic } from "../../math/sparse-cholesky.ts"
import type { ElementGroups } from "./local-groups.ts"

/** Of all groups, in the order of the elements. */
export interface GroupApproximation {
  /** Curvature of all elements of the block. */
  readonly q: Float64Array
  /** The gradient; of what is in groups then L⁻¹ times it. */
  readonly gradient: Float64Array
  /** Lower Cholesky factors L of each group's curvature, row-major. */
  readonly factors: Float64Array
  /** Coordinates at which it was taken. */
  readonly from: Float64Array
  /** Σ log of the diagonals of L. */
  logRoot: number
}

export const createGroupApproximation = (
  { size, entries }: SparseSymbolic,
  groups: ElementGroups,
): GroupApproximation => ({
  q: new Float64Array(entries),
  gradient: new Float64Array(size),
  factors: new Float64Array(offsetsOf(groups)[groups.count]!),
  from: new Float64Array(size),
  logRoot: 0,
})

/** Where the factor of each group starts. */
function offsetsOf({ count, start }: ElementGroups): Int32Array {
  const offsets = new Int32Array(count + 1)
  for (let g = 1; g < count; g++) offsets[g + 1] = offsets[g]! + (start[g + 1]! - start[g]!) ** 2
  return offsets
}

/**
 * Functions of an approximation. With gradient g and curvature Q of a group at `from`, u = from + Q⁻¹ g + L⁻ᵀ z.
 * @param symbolic the pattern of the curvature of the block
 */
export function bindGroupApproximation(symbolic: SparseSymbolic, groups: ElementGroups) {
  const { count, columns, start } = groups
  const offsets = offsetsOf(groups)
  const sources = findSources(symbolic, groups, offsets)
  const widest = Math.max(0, ...Array.from({ length: count - 1 }, (_, g) => start[g + 2]! - start[g + 1]!))
  const x = new Float64Array(widest)
  return {
    /** Factorises the curvature in `q` and whitens the gradient. @returns false where a group has no normal approximation */
    factorise(into: GroupApproximation): boolean {
      const { q, factors, gradient } = into
      let sum = 0
      for (let k = 0; k < sources.length; k++) factors[k] = sources[k]! < 0 ? 0 : q[sources[k]!]!
      for (let g = 1; g < count; g++) {
        const first = start[g]!
        const size = start[g + 1]! - first
        const at = offsets[g]!
        if (!cholesky(factors, at, size)) return false
        for (let k = 0; k < size; k++) {
          x[k] = gradient[columns[first + k]!]!
          sum += Math.log(factors[at + k * size + k]!)
        }
        solveLower(factors, at, size, x, 0)
        for (let k = 0; k < size; k++) gradient[columns[first + k]!] = x[k]!
      }
      into.logRoot = sum
      return Number.isFinite(sum)
    },
    /** Writes the coordinates u of groups that stand at z, by element; those of what is shared are as in `from`. */
    unstandardise({ gradient, factors, from }: GroupApproximation, z: Float64Array, u: Float64Array): void {
      for (let k = start[0]!; k < start[1]!; k++) u[columns[k]!] = from[columns[k]!]!
      for (let g = 1; g < count; g++) {
        const first = start[g]!
        const size = start[g + 1]! - first
        const at = offsets[g]!
        for (let k = size - 1; k >= 0; k--) {
          const column = columns[first + k]!
          let value = gradient[column]! + z[column]!
          for (let l = k + 1; l < size; l++) value -= factors[at + l * size + k]! * x[l]!
          x[k] = value / factors[at + k * size + k]!
          u[column] = from[column]! + x[k]!
        }
      }
    },
    /** Writes z of groups that stand at u. */
    standardise({ gradient, factors, from }: GroupApproximation, u: Float64Array, z: Float64Array): void {
      for (let g = 1; g < count; g++) {
        const first = start[g]!
        const size = start[g + 1]! - first
        const at = offsets[g]!
        for (let k = 0; k < size; k++) {
          let sum = -gradient[columns[first + k]!]!
          for (let l = k; l < size; l++) {
            const column = columns[first + l]!
            sum += factors[at + l * size + k]! * (u[column]! - from[column]!)
          }
          z[columns[first + k]!] = sum
        }
      }
    },
  }
}

/** For each place of the factors where the curvature of the block has the entry; −1 where it is zero. */
function findSources(
  { size, permutation, matrixPointers, matrixColumns, matrixSources }: SparseSymbolic,
  { count, columns, start, ofColumn }: ElementGroups,
  offsets: Int32Array,
): Int32Array {
  const place = new Int32Array(size)
  for (let g = 1; g < count; g++)
    for (let k = start[g]!; k < start[g + 1]!; k++) place[columns[k]!] = k - start[g]!
  const sources = new Int32Array(offsets[count]!).fill(-1)
  for (let row = 0; row < size; row++)
    for (let k = matrixPointers[row]!; k < matrixPointers[row + 1]!; k++) {
      const a = permutation[row]!
      const b = permutation[matrixColumns[k]!]!
      const g = ofColumn[a]!
      if (g === 0 || ofColumn[b] !== g) continue
      const width = start[g + 1]! - start[g]!
      sources[offsets[g]! + place[a]! * width + place[b]!] = matrixSources[k]!
      sources[offsets[g]! + place[b]! * width + place[a]!] = matrixSources[k]!
    }
  return sources
}
