import { InternalError } from "../core/errors.ts"
import { logMultivariateGamma } from "../math/log-multivariate-gamma.ts"
import { cholesky, invertPositiveDefinite, logDeterminant } from "../math/small-dense.ts"
import { drawInverseWishart } from "../random/wishart.ts"
import type { MatrixDistribution, ParameterSpec } from "./distribution.ts"

const parameters: readonly ParameterSpec[] = [
  { name: "df", constraint: "aboveDimension", description: "degrees of freedom", shape: "scalar" },
  {
    name: "scale",
    constraint: "positiveDefinite",
    description: "the mean times df - q - 1",
    shape: "matrix",
  },
]

/**
 * InverseWishart(df, scale S) of a q × q covariance matrix; `p` is `[df, ...S]`. Density
 * |S|^(df/2) / (2^(df q / 2) Γ_q(df / 2)) · |Σ|^(−(df + q + 1) / 2) exp(−tr(S Σ⁻¹) / 2). For q = 1 it is InverseGamma(df / 2, S / 2).
 */
export const inverseWishart: MatrixDistribution = {
  kind: "matrix",
  name: "inverseWishart",
  label: "InverseWishart",
  latex: "\\operatorname{InverseWishart}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  logDensity: (x, q, p) => {
    const df = p[0]!
    const inverse = new Float64Array(q * q)
    const factor = new Float64Array(q * q)
    // `factor` is left holding the Cholesky factor of x for q > 1 only.
    if (!invertPositiveDefinite(x, 0, q, inverse, 0, factor)) return -Infinity
    if (q === 1) factor[0] = Math.sqrt(x[0]!)
    const scale = Float64Array.from(p.slice(1))
    let trace = 0
    for (let i = 0; i < q * q; i++) trace += scale[i]! * inverse[i]!
    cholesky(scale, 0, q)
    return (
      0.5 * df * logDeterminant(scale, 0, q) -
      0.5 * df * q * Math.LN2 -
      logMultivariateGamma(q, 0.5 * df) -
      0.5 * (df + q + 1) * logDeterminant(factor, 0, q) -
      0.5 * trace
    )
  },
  sample: (rng, q, p, out) => {
    const scale = Float64Array.from(p.slice(1))
    if (!drawInverseWishart(rng, p[0]!, scale, q, out, 0, new Float64Array(2 * q * q)))
      throw new InternalError("inverseWishart was sampled with parameters that were not validated")
  },
  mean: (q, p) => Float64Array.from(p.slice(1), (value) => (p[0]! > q + 1 ? value / (p[0]! - q - 1) : NaN)),
}
