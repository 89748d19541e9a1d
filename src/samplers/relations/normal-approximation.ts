import { createSparseFactor, type SparseFactor, type SparseSymbolic } from "../../math/sparse-cholesky.ts"

/** A normal approximation: mean, Cholesky factor of the precision. */
export interface Approximation {
  readonly centre: Float64Array
  readonly q: Float64Array
  readonly move: Float64Array
  readonly factor: SparseFactor
  logDeterminant: number
}

export const createApproximation = (symbolic: SparseSymbolic): Approximation => ({
  centre: new Float64Array(symbolic.size),
  q: new Float64Array(symbolic.entries),
  move: new Float64Array(symbolic.size),
  factor: createSparseFactor(symbolic),
  logDeterminant: 0,
})

/** `out := L' x`, x in pivot order. */
export function multiplyUpper({ symbolic, values }: SparseFactor, x: Float64Array, out: Float64Array): void {
  const { size, columnPointers, rowIndices } = symbolic
  for (let j = 0; j < size; j++) {
    let sum = 0
    for (let p = columnPointers[j]!; p < columnPointers[j + 1]!; p++) sum += values[p]! * x[rowIndices[p]!]!
    out[j] = sum
  }
}

/** x·x. */
export function sumOfSquares(x: Float64Array): number {
  let sum = 0
  for (let k = 0; k < x.length; k++) sum += x[k]! * x[k]!
  return sum
}
