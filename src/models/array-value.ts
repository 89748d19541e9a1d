/** Arrays of numbers as the BUGS language has them: data, initial values, arguments and results of functions. */

/** Column-major (the first index runs fastest), as in R and BUGS. NaN stands for a missing value. */
export interface ArrayValue {
  /** `[1]` for a scalar, `[n]` for a vector; their product is the length of `values`. */
  readonly dims: readonly number[]
  readonly values: Float64Array
}

/** How many elements an array of these dimensions has. */
export function sizeOf(dims: readonly number[]): number {
  let size = 1
  for (const dim of dims) size *= dim
  return size
}

/** The dimensions without those of one element; `[1]` when none is left. */
export function dropDims(dims: readonly number[]): readonly number[] {
  const kept = dims.filter((dim) => dim !== 1)
  return kept.length === 0 ? [1] : kept
}

/** In words: `a scalar`, `a vector of length 3`, `a 3 × 2 matrix`, `a 3 × 2 × 4 array`. */
export function describeDims(dims: readonly number[]): string {
  if (dims.length === 1) return dims[0] === 1 ? "a scalar" : `a vector of length ${dims[0]}`
  const shape = dims.join(" × ")
  return dims.length === 2 ? `a ${shape} matrix` : `a ${shape} array`
}
