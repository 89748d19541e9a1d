import gammaln from "@stdlib/math-base-special-gammaln"
import { lowerIncompleteGamma, upperIncompleteGamma } from "../math/incomplete-gamma.ts"
import { drawInverseGamma } from "../random/inverse-gamma.ts"
import { parameter } from "./distribution.ts"
import { infinity, type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"

/** InverseGamma(shape, scale): density scale^shape / Γ(shape) x^(−shape−1) exp(−scale / x), x > 0. */
export const inverseGamma: ScalarFamily = scalarFamily(
  {
    name: "inverseGamma",
    label: "InverseGamma",
    latex: "\\operatorname{InverseGamma}",
    discrete: false,
    parameters: [
      parameter("shape", "positive", "the tail falls as x^(-shape - 1)"),
      parameter("scale", "positive", "multiplies the variable"),
    ],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, shape, scale) => {
      if (!(shape > 0 && scale > 0)) return NaN
      return x <= 0 || x === Infinity
        ? -Infinity
        : shape * Math.log(scale) - gammaln(shape) - (shape + 1) * Math.log(x) - scale / x
    },
    logLikelihood: (x, shape, scale) =>
      shape > 0 && scale > 0 ? shape * (Math.log(scale) - Math.log(x)) - gammaln(shape) - scale / x : NaN,
    sample: drawInverseGamma,
    mean: (shape, scale) => (shape > 1 ? scale / (shape - 1) : Infinity),
    variance: (shape, scale) => {
      if (shape <= 1) return NaN
      return shape > 2 ? (scale / (shape - 1)) ** 2 / (shape - 2) : Infinity
    },
    cdf: (x, shape, scale) => (x <= 0 ? 0 : upperIncompleteGamma(shape, scale / x)),
    survival: (x, shape, scale) => (x <= 0 ? 1 : lowerIncompleteGamma(shape, scale / x)),
  },
)
