import betaln from "@stdlib/math-base-special-betaln"
import { cholesky, logDeterminant } from "../math/small-dense.ts"
import { drawBeta } from "../random/beta.ts"
import { drawNormal } from "../random/normal.ts"
import type { MatrixDistribution, ParameterSpec } from "./distribution.ts"

/** log ∫ |R|^(eta − 1) dR over q × q correlation matrices: Lewandowski, Kurowicka & Joe (2009), eq. (16). */
function logNormaliser(q: number, eta: number): number {
  let sum = 0
  for (let k = 1; k < q; k++) {
    const shape = eta + 0.5 * (q - k - 1)
    sum += (2 * eta - 2 + q - k) * (q - k) * Math.LN2 + (q - k) * betaln(shape, shape)
  }
  return sum
}

const parameters: readonly ParameterSpec[] = [
  {
    name: "eta",
    constraint: "positive",
    description: "1 for a uniform density, above it for smaller correlations",
    shape: "scalar",
  },
]

/**
 * Lkj(eta) of a q × q correlation matrix: density ∝ |R|^(eta − 1), with respect to the q (q − 1) / 2 correlations. Each correlation is
 * 2 Beta(a, a) − 1 with a = eta + q / 2 − 1. D. Lewandowski, D. Kurowicka and H. Joe (2009), Generating random correlation matrices
 * based on vines and extended onion method, J. Multivariate Analysis 100, 1989–2001.
 */
export const lkj: MatrixDistribution = {
  kind: "matrix",
  name: "lkj",
  label: "Lkj",
  latex: "\\operatorname{Lkj}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  logDensity: (x, q, p) => {
    for (let i = 0; i < q; i++) if (Math.abs(x[i * q + i]! - 1) > 1e-10) return -Infinity
    const factor = x.slice(0, q * q)
    if (!cholesky(factor, 0, q)) return -Infinity
    return (p[0]! - 1) * logDeterminant(factor, 0, q) - logNormaliser(q, p[0]!)
  },
  // The onion, as rows of the Cholesky factor: a direction, and how much of the row is not on the diagonal (their section 3.2).
  sample: (rng, q, p, out) => {
    const factor = new Float64Array(q * q)
    factor[0] = 1
    for (let i = 1; i < q; i++) {
      const share = drawBeta(rng, 0.5 * i, p[0]! + 0.5 * (q - 1 - i))
      let square = 0
      for (let j = 0; j < i; j++) {
        const z = drawNormal(rng)
        factor[i * q + j] = z
        square += z * z
      }
      const length = Math.sqrt(share / square)
      for (let j = 0; j < i; j++) factor[i * q + j] = factor[i * q + j]! * length
      factor[i * q + i] = Math.sqrt(1 - share)
    }
    for (let i = 0; i < q; i++)
      for (let j = 0; j <= i; j++) {
        let sum = 0
        for (let k = 0; k <= j; k++) sum += factor[i * q + k]! * factor[j * q + k]!
        out[i * q + j] = i === j ? 1 : sum
        out[j * q + i] = out[i * q + j]!
      }
  },
  mean: (q) => Float64Array.from({ length: q * q }, (_, k) => (k % (q + 1) === 0 ? 1 : 0)),
}
