import gammaln from "@stdlib/math-base-special-gammaln"
import { InternalError } from "../core/errors.ts"
import { logMultivariateGamma } from "../math/log-multivariate-gamma.ts"
import { invertPositiveDefinite, logDeterminant } from "../math/small-dense.ts"
import { drawInverseGamma } from "../random/inverse-gamma.ts"
import { drawInverseWishart } from "../random/wishart.ts"
import type { MatrixDistribution, ParameterSpec } from "./distribution.ts"

const LOG_PI = Math.log(Math.PI)

/**
 * Log density of HuangWand(df, scales[start …]) at a covariance, given its inverse: the log determinant of that, and the matrix itself at
 * precision[at …], of which the diagonal is read. NaN for invalid parameters. Allocates nothing.
 */
export function logHuangWandGiven(
  q: number,
  df: number,
  logDeterminantOfPrecision: number,
  precision: Float64Array,
  at: number,
  scales: Float64Array,
  start: number,
): number {
  if (!(df > 0)) return NaN
  const n = df + q - 1
  let sum =
    0.5 * n * q * Math.log(df) -
    logMultivariateGamma(q, 0.5 * n) +
    0.5 * (n + q + 1) * logDeterminantOfPrecision
  for (let k = 0; k < q; k++) {
    const scale = scales[start + k]!
    const rate = df * precision[at + k * q + k]! + 1 / (scale * scale)
    sum += gammaln(0.5 * (n + 1)) - 0.5 * LOG_PI - Math.log(scale) - 0.5 * (n + 1) * Math.log(rate)
  }
  return sum
}

/** Those of a matrix whose sds are half-t. */
export const halfTParameters: readonly ParameterSpec[] = [
  {
    name: "df",
    constraint: "positive",
    description: "degrees of freedom of every sd's half-t",
    shape: "scalar",
  },
  { name: "scale", constraint: "positive", description: "scale of every sd's half-t", shape: "vector" },
]

/**
 * HuangWand(df ν, scales A) of a q × q covariance matrix: every sd is HalfT(ν, A_k), every correlation has density
 * ∝ (1 − ρ²)^(ν / 2 − 1), uniform for ν = 2. `p` is `[df, ...scales]`.
 *
 * A. Huang and M. P. Wand (2013), Simple marginally noninformative prior distributions for covariance matrices, Bayesian
 * Analysis 8, 439–452, eq. (2): Σ | a ~ InverseWishart(ν + q − 1, 2 ν diag(1 / a_k)), a_k ~ InverseGamma(1/2, 1 / A_k²).
 * The a_k integrate out: with n = ν + q − 1 each contributes ∫ a^(−(n+3)/2) exp(−(ν (Σ⁻¹)_kk + A_k⁻²) / a) da, an
 * inverse-gamma integral, which leaves
 *   p(Σ) = ν^(n q / 2) / Γ_q(n / 2) · |Σ|^(−(n + q + 1) / 2) · Π_k Γ((n + 1) / 2) / (√π A_k) (ν (Σ⁻¹)_kk + A_k⁻²)^(−(n + 1) / 2).
 */
export const huangWand: MatrixDistribution = {
  kind: "matrix",
  name: "huangWand",
  label: "HuangWand",
  latex: "\\operatorname{HuangWand}",
  isProper: true,
  parameters: halfTParameters,
  forms: [{ arguments: halfTParameters }],
  logDensity: (x, q, p) => {
    const df = p[0]!
    const inverse = new Float64Array(q * q)
    const factor = new Float64Array(q * q)
    // `factor` is left holding the Cholesky factor of x for q > 1 only.
    if (!invertPositiveDefinite(x, 0, q, inverse, 0, factor)) return -Infinity
    if (q === 1) factor[0] = Math.sqrt(x[0]!)
    // The precision's log determinant and diagonal.
    return logHuangWandGiven(q, df, -logDeterminant(factor, 0, q), inverse, 0, Float64Array.from(p), 1)
  },
  sample: (rng, q, p, out) => {
    const df = p[0]!
    const scale = new Float64Array(q * q)
    for (let k = 0; k < q; k++)
      scale[k * q + k] = (2 * df) / drawInverseGamma(rng, 0.5, 1 / (p[k + 1]! * p[k + 1]!))
    if (!drawInverseWishart(rng, df + q - 1, scale, q, out, 0, new Float64Array(2 * q * q)))
      throw new InternalError("huangWand was sampled with parameters that were not validated")
  },
  // E sd² = A² df / (df − 2); the signs of the correlations are symmetric.
  mean: (q, p) =>
    Float64Array.from({ length: q * q }, (_, at) => {
      const k = Math.floor(at / q)
      if (p[0]! <= 2) return NaN
      return at % q === k ? (p[k + 1]! ** 2 * p[0]!) / (p[0]! - 2) : 0
    }),
}
