import gammaln from "@stdlib/math-base-special-gammaln"
import { upperIncompleteGamma } from "../math/incomplete-gamma.ts"
import { drawInverseGamma } from "../random/inverse-gamma.ts"
import { parameter, type ScalarDistribution } from "./distribution.ts"

const parameters = [
  parameter("shape", "positive", "the tail falls as x^(-shape - 1)"),
  parameter("scale", "positive", "multiplies the variable"),
]

/** InverseGamma(shape, scale): density scale^shape / Γ(shape) x^(−shape−1) exp(−scale / x), x > 0. */
export const inverseGamma: ScalarDistribution = {
  kind: "scalar",
  name: "inverseGamma",
  label: "InverseGamma",
  latex: "\\operatorname{InverseGamma}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  support: () => ({ lower: 0, upper: Infinity }),
  logDensity: (x, [shape, scale]) =>
    x <= 0 || x === Infinity
      ? -Infinity
      : shape! * Math.log(scale!) - gammaln(shape!) - (shape! + 1) * Math.log(x) - scale! / x,
  sample: (rng, [shape, scale]) => drawInverseGamma(rng, shape!, scale!),
  mean: ([shape, scale]) => (shape! > 1 ? scale! / (shape! - 1) : Infinity),
  variance: ([shape, scale]) => {
    if (shape! <= 1) return NaN
    return shape! > 2 ? (scale! / (shape! - 1)) ** 2 / (shape! - 2) : Infinity
  },
  cdf: (x, [shape, scale]) => (x <= 0 ? 0 : upperIncompleteGamma(shape!, scale! / x)),
}
