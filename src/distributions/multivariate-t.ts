import gammaln from "@stdlib/math-base-special-gammaln"
import { drawLogGamma } from "../random/gamma.ts"
import type { Stream } from "../random/stream.ts"
import type { MatrixDistribution, ParameterSpec } from "./distribution.ts"
import { drawCentred, findGaussianForm, type GaussianForm } from "./gaussian-form.ts"

const form: GaussianForm = { logDeterminant: 0, square: 0 }

/**
 * Log density at x[at …] of mean + t with df degrees of freedom; `matrix` is the scale matrix or (isPrecision) its inverse. −Infinity
 * when that is not positive definite, NaN for df ≤ 0. Allocates nothing after the first call with a size.
 */
export function logMultivariateT(
  x: Float64Array,
  at: number,
  q: number,
  mean: Float64Array,
  meanAt: number,
  matrix: Float64Array,
  matrixAt: number,
  isPrecision: boolean,
  df: number,
): number {
  if (!(df > 0)) return NaN
  if (!findGaussianForm(x, at, q, mean, meanAt, matrix, matrixAt, isPrecision, form)) return -Infinity
  return (
    gammaln(0.5 * (df + q)) -
    gammaln(0.5 * df) -
    0.5 * q * Math.log(df * Math.PI) +
    0.5 * form.logDeterminant -
    0.5 * (df + q) * Math.log1p(form.square / df)
  )
}

/** One draw into out[at …]: a normal over √(χ²_df / df). `out` must not be the place of the mean. */
export function drawMultivariateT(
  rng: Stream,
  q: number,
  mean: Float64Array,
  meanAt: number,
  matrix: Float64Array,
  matrixAt: number,
  isPrecision: boolean,
  df: number,
  out: Float64Array,
  at: number,
): void {
  drawCentred(rng, q, matrix, matrixAt, isPrecision, out, at)
  const stretch = Math.exp(0.5 * (Math.log(0.5 * df) - drawLogGamma(rng, 0.5 * df)))
  for (let i = 0; i < q; i++) out[at + i] = mean[meanAt + i]! + stretch * out[at + i]!
}

const parameters: readonly ParameterSpec[] = [
  { name: "mean", constraint: "real", description: "centre", shape: "vector" },
  {
    name: "scale",
    constraint: "positiveDefinite",
    description: "scale matrix: the covariance times (df - 2) / df",
    shape: "matrix",
  },
  { name: "df", constraint: "positive", description: "degrees of freedom", shape: "scalar" },
]

/** MultivariateT(mean, scale, df) of a vector of length q; `p` is `[...mean, ...scale, df]`. */
export const multivariateT: MatrixDistribution = {
  kind: "vector",
  name: "multivariateT",
  label: "MultivariateT",
  latex: "\\operatorname{MultivariateT}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  logDensity: (x, q, p) => {
    const values = Float64Array.from(p)
    return logMultivariateT(x, 0, q, values, 0, values, q, false, values[q + q * q]!)
  },
  sample: (rng, q, p, out) => {
    const values = Float64Array.from(p)
    drawMultivariateT(rng, q, values, 0, values, q, false, values[q + q * q]!, out, 0)
  },
  mean: (q, p) => Float64Array.from(p.slice(0, q), (value) => (p[q + q * q]! > 1 ? value : NaN)),
}
