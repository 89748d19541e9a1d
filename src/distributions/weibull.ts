import gammaln from "@stdlib/math-base-special-gammaln"
import { drawExponential } from "../random/exponential.ts"
import { parameter } from "./distribution.ts"
import { infinity, outside, type ScalarFamily, scalarFamily, xlogy, zero } from "./scalar-family.ts"

/** E x^k. */
const moment = (k: number, shape: number, rate: number): number =>
  Math.exp(gammaln(1 + k / shape) - (k / shape) * Math.log(rate))

/** Weibull(shape, rate): density shape · rate · x^(shape−1) exp(−rate x^shape), x ≥ 0: x^shape is Exponential(rate). */
export const weibull: ScalarFamily = scalarFamily(
  {
    name: "weibull",
    label: "Weibull",
    latex: "\\operatorname{Weibull}",
    discrete: false,
    parameters: [
      parameter("shape", "positive", "the hazard goes as x^(shape - 1)"),
      parameter("rate", "positive", "rate of x^shape, which is exponential"),
    ],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, shape, rate) => {
      if (!(shape > 0 && rate > 0)) return NaN
      if (!(x >= 0 && x < Infinity)) return outside(x)
      return Math.log(shape) + Math.log(rate) + xlogy(shape - 1, x) - rate * x ** shape
    },
    logLikelihood: (x, shape, rate) =>
      shape > 0 && rate > 0 ? Math.log(shape * rate) + xlogy(shape - 1, x) - rate * x ** shape : NaN,
    sample: (rng, shape, rate) => (drawExponential(rng) / rate) ** (1 / shape),
    mean: (shape, rate) => moment(1, shape, rate),
    variance: (shape, rate) => moment(2, shape, rate) - moment(1, shape, rate) ** 2,
    cdf: (x, shape, rate) => (x <= 0 ? 0 : -Math.expm1(-rate * x ** shape)),
    survival: (x, shape, rate) => (x <= 0 ? 1 : Math.exp(-rate * x ** shape)),
    logSurvival: (x, shape, rate) => (x <= 0 ? 0 : -rate * x ** shape),
    quantile: (q, shape, rate) => (q >= 0 && q <= 1 ? (-Math.log1p(-q) / rate) ** (1 / shape) : NaN),
  },
)
