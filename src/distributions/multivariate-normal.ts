import { cholesky, logDeterminant, solveLower } from "../math/small-dense.ts"
import { drawFromCovarianceFactor } from "../random/multivariate-normal.ts"
import type { MatrixDistribution, ParameterSpec } from "./distribution.ts"

const LOG_TWO_PI = Math.log(2 * Math.PI)

const parameters: readonly ParameterSpec[] = [
  { name: "mean", constraint: "real", description: "centre", shape: "vector" },
  { name: "covariance", constraint: "positiveDefinite", description: "covariance matrix", shape: "matrix" },
]

/** The lower Cholesky factor of the covariance in `p`, q × q. */
function factorOf(q: number, p: readonly number[]): Float64Array {
  const factor = Float64Array.from(p.slice(q))
  cholesky(factor, 0, q)
  return factor
}

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
    const factor = factorOf(q, p)
    const z = Float64Array.from({ length: q }, (_, i) => x[i]! - p[i]!)
    solveLower(factor, 0, q, z, 0)
    let square = 0
    for (const value of z) square += value * value
    return -0.5 * (q * LOG_TWO_PI + logDeterminant(factor, 0, q) + square)
  },
  sample: (rng, q, p, out) => {
    for (let i = 0; i < q; i++) out[i] = p[i]!
    drawFromCovarianceFactor(rng, factorOf(q, p), 0, q, out, 0)
  },
  mean: (q, p) => Float64Array.from(p.slice(0, q)),
}
