import { logMultivariateGamma } from "../math/log-multivariate-gamma.ts"
import { cholesky, logDeterminant, solveLower, solveLowerTransposed } from "../math/small-dense.ts"
import type { Stream } from "../random/stream.ts"
import { drawWishartFactor } from "../random/wishart.ts"
import type { MatrixDistribution, ParameterSpec } from "./distribution.ts"
import { createScratch } from "./scratch.ts"

const scratch = createScratch()

/**
 * Log density of a Wishart at the q × q matrix x[at …]; `matrix` is its scale S (mean df · S) or (isInverse) S⁻¹, as BUGS's
 * dwish(R, k) takes it. −Infinity where x or the matrix is not positive definite, NaN for df ≤ q − 1. Reads lower triangles of x.
 * Allocates nothing after the first call with a size.
 */
export function logWishart(
  x: Float64Array,
  at: number,
  q: number,
  df: number,
  matrix: Float64Array,
  matrixAt: number,
  isInverse: boolean,
): number {
  if (!(df > q - 1)) return NaN
  const space = scratch(2 * q * q + q)
  const size = q * q
  for (let k = 0; k < size; k++) {
    space[k] = x[at + k]!
    space[size + k] = matrix[matrixAt + k]!
  }
  if (!cholesky(space, 0, q) || !cholesky(space, size, q)) return -Infinity
  const trace = isInverse ? traceOfProduct(x, at, matrix, matrixAt, q) : traceOfRatio(space, q)
  const logScale = (isInverse ? -1 : 1) * logDeterminant(space, size, q)
  return (
    0.5 * (df - q - 1) * logDeterminant(space, 0, q) -
    0.5 * trace -
    0.5 * df * (q * Math.LN2 + logScale) -
    logMultivariateGamma(q, 0.5 * df)
  )
}

/** tr(A B) of symmetric matrices, from lower triangles. */
function traceOfProduct(a: Float64Array, aAt: number, b: Float64Array, bAt: number, q: number): number {
  let sum = 0
  for (let i = 0; i < q; i++)
    for (let j = 0; j <= i; j++) sum += (i === j ? 1 : 2) * a[aAt + i * q + j]! * b[bAt + i * q + j]!
  return sum
}

/** tr(S⁻¹ X) = |L_S⁻¹ L_X|², column by column; the factor of X stands first in `space`, that of S after it. */
function traceOfRatio(space: Float64Array, q: number): number {
  const column = 2 * q * q
  let sum = 0
  for (let j = 0; j < q; j++) {
    for (let i = 0; i < q; i++) space[column + i] = i < j ? 0 : space[i * q + j]!
    solveLower(space, q * q, q, space, column)
    for (let i = 0; i < q; i++) sum += space[column + i]! ** 2
  }
  return sum
}

/** One draw into out[at …], both triangles; NaN when df ≤ q − 1 or the matrix is not positive definite. Arguments as `logWishart`. */
export function drawWishart(
  rng: Stream,
  q: number,
  df: number,
  matrix: Float64Array,
  matrixAt: number,
  isInverse: boolean,
  out: Float64Array,
  at: number,
): void {
  const size = q * q
  const space = scratch(2 * size + q)
  for (let k = 0; k < size; k++) space[k] = matrix[matrixAt + k]!
  if (!(df > q - 1) || !cholesky(space, 0, q)) {
    out.fill(NaN, at, at + size)
    return
  }
  drawWishartFactor(rng, df, q, space, size)
  // M = L B, or L⁻ᵀ B for the inverse scale; the draw is M M'. Column by column, in place of B.
  for (let j = 0; j < q; j++) {
    for (let i = 0; i < q; i++) space[2 * size + i] = space[size + i * q + j]!
    if (isInverse) solveLowerTransposed(space, 0, q, space, 2 * size)
    else multiplyLower(space, q, 2 * size)
    for (let i = 0; i < q; i++) space[size + i * q + j] = space[2 * size + i]!
  }
  for (let i = 0; i < q; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < q; k++) sum += space[size + i * q + k]! * space[size + j * q + k]!
      out[at + i * q + j] = sum
      out[at + j * q + i] = sum
    }
  }
}

/** The vector at `at` of `space` becomes L times it; L stands first. */
function multiplyLower(space: Float64Array, q: number, at: number): void {
  for (let i = q - 1; i >= 0; i--) {
    let sum = 0
    for (let k = 0; k <= i; k++) sum += space[i * q + k]! * space[at + k]!
    space[at + i] = sum
  }
}

const parameters: readonly ParameterSpec[] = [
  { name: "df", constraint: "aboveDimension", description: "degrees of freedom", shape: "scalar" },
  { name: "scale", constraint: "positiveDefinite", description: "the mean divided by df", shape: "matrix" },
]

/**
 * Wishart(df, scale S) of a q × q precision matrix; `p` is `[df, ...S]`. Density ∝ |X|^((df − q − 1) / 2) exp(−tr(S⁻¹ X) / 2), mean df S. BUGS's
 * dwish(R, k) has R = S⁻¹. For q = 1 it is Gamma(df / 2, rate 1 / (2 S)).
 */
export const wishart: MatrixDistribution = {
  kind: "matrix",
  name: "wishart",
  label: "Wishart",
  latex: "\\operatorname{Wishart}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  logDensity: (x, q, p) => logWishart(x, 0, q, p[0]!, Float64Array.from(p), 1, false),
  sample: (rng, q, p, out) => drawWishart(rng, q, p[0]!, Float64Array.from(p), 1, false, out, 0),
  mean: (_, p) => Float64Array.from(p.slice(1), (value) => p[0]! * value),
}
