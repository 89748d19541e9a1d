import type { Stream } from "../random/stream.ts"
import type { MatrixDistribution, ParameterSpec } from "./distribution.ts"
import { drawCentred, findGaussianForm, type GaussianForm } from "./gaussian-form.ts"

const LOG_TWO_PI = Math.log(2 * Math.PI)
const form: GaussianForm = { logDeterminant: 0, square: 0 }

/**
 * Log density at x[at …] of a normal vector of length q; `matrix` is its precision or its covariance. −Infinity when that is not positive
 * definite. Allocates nothing after the first call with a size.
 */
export function logMultivariateNormal(
  x: Float64Array,
  at: number,
  q: number,
  mean: Float64Array,
  meanAt: number,
  matrix: Float64Array,
  matrixAt: number,
  isPrecision: boolean,
): number {
  if (!findGaussianForm(x, at, q, mean, meanAt, matrix, matrixAt, isPrecision, form)) return -Infinity
  return -0.5 * (q * LOG_TWO_PI - form.logDeterminant + form.square)
}

/** One draw into out[at …]; NaN when the matrix is not positive definite. `out` must not be the place of the mean. */
export function drawMultivariateNormal(
  rng: Stream,
  q: number,
  mean: Float64Array,
  meanAt: number,
  matrix: Float64Array,
  matrixAt: number,
  isPrecision: boolean,
  out: Float64Array,
  at: number,
): void {
  drawCentred(rng, q, matrix, matrixAt, isPrecision, out, at)
  for (let i = 0; i < q; i++) out[at + i] = out[at + i]! + mean[meanAt + i]!
}

const parameters: readonly ParameterSpec[] = [
  { name: "mean", constraint: "real", description: "centre", shape: "vector" },
  { name: "covariance", constraint: "positiveDefinite", description: "covariance matrix", shape: "matrix" },
]

/** MultivariateNormal(mean, covariance) of a vector of length q; `p` is `[...mean, ...covariance]`. */
export const multivariateNormal: MatrixDistribution = {
  kind: "vector",
  name: "multivariateNormal",
  label: "MultivariateNormal",
  latex: "\\operatorname{MultivariateNormal}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  logDensity: (x, q, p) => {
    const values = Float64Array.from(p)
    return logMultivariateNormal(x, 0, q, values, 0, values, q, false)
  },
  sample: (rng, q, p, out) => {
    const values = Float64Array.from(p)
    drawMultivariateNormal(rng, q, values, 0, values, q, false, out, 0)
  },
  mean: (q, p) => Float64Array.from(p.slice(0, q)),
}
