import gammaln from "@stdlib/math-base-special-gammaln"
import { lowerIncompleteGamma, upperIncompleteGamma } from "../math/incomplete-gamma.ts"
import { drawGamma } from "../random/gamma.ts"
import { parameter } from "./distribution.ts"
import { rememberLast } from "./remember-last.ts"
import { infinity, outside, type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"

const logGammaOf = rememberLast(gammaln)
const shapeOf = parameter("shape", "positive", "exponent: the density starts as x^(shape - 1)")

/** Gamma(shape, rate): density rate^shape / Γ(shape) x^(shape−1) exp(−rate x), x ≥ 0; Infinity at 0 for shape < 1. */
export const gamma: ScalarFamily = scalarFamily(
  {
    name: "gamma",
    label: "Gamma",
    latex: "\\operatorname{Gamma}",
    discrete: false,
    parameters: [shapeOf, parameter("rate", "positive", "divides the variable")],
    forms: [
      { arguments: [shapeOf, parameter("rate", "positive", "divides the variable")] },
      {
        arguments: [shapeOf, parameter("scale", "positive", "multiplies the variable")],
        toCanonical: ([shape, scale]) => [shape!, 1 / scale!],
      },
    ],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, shape, rate) => {
      if (!(shape > 0 && rate > 0)) return NaN
      if (!(x > 0 && x < Infinity)) return x === 0 ? atZero(shape, rate) : outside(x)
      return shape * Math.log(rate) - logGammaOf(shape) + (shape - 1) * Math.log(x) - rate * x
    },
    logLikelihood: (x, shape, rate) => {
      if (!(shape > 0 && rate > 0)) return NaN
      if (x === 0) return atZero(shape, rate)
      return shape * Math.log(rate * x) - logGammaOf(shape) - rate * x
    },
    sample: (rng, shape, rate) => drawGamma(rng, shape) / rate,
    mean: (shape, rate) => shape / rate,
    variance: (shape, rate) => shape / (rate * rate),
    cdf: (x, shape, rate) => (x <= 0 ? 0 : lowerIncompleteGamma(shape, rate * x)),
    survival: (x, shape, rate) => (x <= 0 ? 1 : upperIncompleteGamma(shape, rate * x)),
  },
)

function atZero(shape: number, rate: number): number {
  if (shape === 1) return Math.log(rate)
  return shape < 1 ? Infinity : -Infinity
}
