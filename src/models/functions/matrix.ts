/** Inverse, determinant and exponential of square matrices. */

import { matrixExponential } from "../../math/matrix-exponential.ts"
import { factorLu, solveLu } from "../../math/pivoted-lu.ts"
import { cholesky, invertPositiveDefinite, logDeterminant } from "../../math/small-dense.ts"
import type { ArrayValue } from "../array-value.ts"
import { dimensionMismatch } from "./function-errors.ts"
import type { ArrayFunction } from "./model-function.ts"

/** @throws ModelError unless the argument is a square matrix; a scalar is one of one row. */
function checkSquare(name: string, args: readonly (readonly number[])[]): void {
  const dims = args[0]!
  const isScalar = dims.length === 1 && dims[0] === 1
  if (!isScalar && (dims.length !== 2 || dims[0] !== dims[1])) {
    throw dimensionMismatch(name, args, "a square matrix")
  }
}

function isSymmetric(a: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) for (let i = 0; i < j; i++) if (a[j * n + i] !== a[i * n + j]) return false
  return true
}

function inverse(x: ArrayValue, out: Float64Array): void {
  const n = x.dims[0]!
  const a = x.values
  // Symmetric positive definite nearly always; and then the result is symmetric to the last bit.
  if (isSymmetric(a, n) && invertPositiveDefinite(a, 0, n, out, 0, new Float64Array(n * n))) return
  const lu = a.slice()
  const pivots = new Int32Array(n)
  if (factorLu(lu, n, pivots) === 0) {
    out.fill(Number.NaN)
    return
  }
  out.fill(0)
  for (let i = 0; i < n; i++) out[i * n + i] = 1
  solveLu(lu, n, pivots, out, n)
}

function logDet(x: ArrayValue): number {
  const n = x.dims[0]!
  const factor = x.values.slice()
  if (isSymmetric(factor, n)) {
    return cholesky(factor, 0, n) ? logDeterminant(factor, 0, n) : Number.NaN
  }
  let sign: number = factorLu(factor, n, new Int32Array(n))
  let total = 0
  for (let i = 0; i < n; i++) {
    const pivot = factor[i * n + i]!
    sign *= Math.sign(pivot)
    total += Math.log(Math.abs(pivot))
  }
  return sign > 0 ? total : Number.NaN
}

export const matrixFunctions: readonly ArrayFunction[] = [
  {
    kind: "array",
    name: "inverse",
    arity: 1,
    describe: "inverse(x), the inverse of a square matrix; NaN when it is singular",
    dims: (args) => {
      checkSquare("inverse", args)
      return args[0]!
    },
    evaluate: ([x], out) => inverse(x!, out),
  },
  {
    kind: "array",
    name: "logdet",
    arity: 1,
    describe:
      "logdet(x), the logarithm of the determinant; NaN where it is not positive, or x symmetric and not positive definite",
    dims: (args) => {
      checkSquare("logdet", args)
      return [1]
    },
    evaluate: ([x], out) => {
      out[0] = logDet(x!)
    },
  },
  {
    kind: "array",
    name: "mexp",
    arity: 1,
    describe: "mexp(x), the matrix exponential",
    dims: (args) => {
      checkSquare("mexp", args)
      return args[0]!
    },
    evaluate: ([x], out) => matrixExponential(x!.values, x!.dims[0]!, out),
  },
]
