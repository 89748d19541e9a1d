/** Parameters of a graph's distributions that are constants: numbers, lists and rows of a matrix. */
import { InternalError } from "../../core/errors.ts"
import { invertPositiveDefinite } from "../../math/small-dense.ts"
import { type Expr, element } from "../expression.ts"

/** @throws InternalError when it is no constant */
export function numberOf(e: Expr | undefined): number {
  if (e?.op === "number") return e.value
  throw new InternalError(`the parameter of a prior is ${e?.op ?? "missing"}, expected a number`)
}

/** The elements of a constant vector. @throws InternalError as `numberOf` */
export const listOf = (e: Expr | undefined): number[] =>
  e?.op === "vector" ? e.elements.map(numberOf) : [numberOf(e)]

/** The rows of a constant matrix. @throws InternalError as `numberOf` */
export function rowsOf(e: Expr | undefined): number[][] {
  const q = e?.op === "matrix" ? e.q : e?.op === "diagonal" ? e.elements.length : 0
  if (q === 0) throw new InternalError(`the parameter of a prior is ${e?.op ?? "missing"}, expected a matrix`)
  return Array.from({ length: q }, (_, r) => Array.from({ length: q }, (_, c) => numberOf(element(e!, r, c))))
}

/** The inverse of a positive definite matrix, by rows. @throws InternalError when it is not */
export function invertRows(rows: readonly (readonly number[])[]): number[][] {
  const q = rows.length
  const out = new Float64Array(q * q)
  if (!invertPositiveDefinite(Float64Array.from(rows.flat()), 0, q, out, 0, new Float64Array(q * q)))
    throw new InternalError("a known covariance matrix is not positive definite")
  return rows.map((_, r) => [...out.subarray(r * q, (r + 1) * q)])
}
