/** Scalar functions of arrays, element by element. */

import { type ArrayValue, dropDims, sizeOf } from "../array-value.ts"
import { dimensionMismatch } from "./function-errors.ts"
import type { ScalarFunction } from "./model-function.ts"

/**
 * The dimensions of a scalar function's result at arrays: those of the first argument of more than one element, which
 * all others of more than one element must share (a dimension of length 1 aside). `[1]` when all are scalars.
 * @throws ModelError `dimension-mismatch`
 */
export function elementwiseDims(name: string, args: readonly (readonly number[])[]): readonly number[] {
  const arrays = args.filter((dims) => sizeOf(dims) !== 1)
  const first = arrays[0]
  if (first === undefined) return [1]
  const shape = dropDims(first).join()
  if (arrays.some((dims) => dropDims(dims).join() !== shape)) {
    throw dimensionMismatch(name, args, "scalars and arrays of one shape")
  }
  return first
}

/**
 * A scalar function at arrays, element by element; arguments of one element serve for all. Arguments are not changed.
 * @throws ModelError `dimension-mismatch`
 */
export function elementwise(f: ScalarFunction, args: readonly ArrayValue[]): ArrayValue {
  const dims = elementwiseDims(
    f.name,
    args.map((arg) => arg.dims),
  )
  const values = new Float64Array(sizeOf(dims))
  const row: number[] = new Array(args.length).fill(0)
  for (let i = 0; i < values.length; i++) {
    for (let k = 0; k < row.length; k++) {
      const source = args[k]!.values
      row[k] = source[source.length === 1 ? 0 : i]!
    }
    values[i] = f.evaluate(...row)
  }
  return { dims, values }
}
