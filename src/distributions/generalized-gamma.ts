import gammaln from "@stdlib/math-base-special-gammaln"
import { lowerIncompleteGamma, upperIncompleteGamma } from "../math/incomplete-gamma.ts"
import { drawLogGamma } from "../random/gamma.ts"
import { parameter } from "./distribution.ts"
import { infinity, outside, type ScalarFamily, scalarFamily, xlogy, zero } from "./scalar-family.ts"

/** E x^k. */
const moment = (k: number, shape: number, rate: number, power: number): number =>
  Math.exp(gammaln(shape + k / power) - gammaln(shape) - k * Math.log(rate))

/**
 * GeneralizedGamma(shape, rate, power): (rate x)^power is Gamma(shape, 1), density
 * power rate^(power shape) x^(power shape − 1) exp(−(rate x)^power) / Γ(shape), x ≥ 0. E. W. Stacy (1962), A generalization of
 * the gamma distribution, Ann. Math. Statist. 33, 1187–1192.
 */
export const generalizedGamma: ScalarFamily = scalarFamily(
  {
    name: "generalizedGamma",
    label: "GeneralizedGamma",
    latex: "\\operatorname{GeneralizedGamma}",
    discrete: false,
    parameters: [
      parameter("shape", "positive", "shape of the gamma"),
      parameter("rate", "positive", "divides the variable"),
      parameter("power", "positive", "(rate x)^power is the gamma"),
    ],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, shape, rate, power) => {
      if (!(shape > 0 && rate > 0 && power > 0)) return NaN
      if (!(x >= 0 && x < Infinity)) return outside(x)
      return (
        Math.log(power) +
        power * shape * Math.log(rate) +
        xlogy(power * shape - 1, x) -
        (rate * x) ** power -
        gammaln(shape)
      )
    },
    sample: (rng, shape, rate, power) => Math.exp(drawLogGamma(rng, shape) / power) / rate,
    mean: (shape, rate, power) => moment(1, shape, rate, power),
    variance: (shape, rate, power) => moment(2, shape, rate, power) - moment(1, shape, rate, power) ** 2,
    cdf: (x, shape, rate, power) => (x <= 0 ? 0 : lowerIncompleteGamma(shape, (rate * x) ** power)),
    survival: (x, shape, rate, power) => (x <= 0 ? 1 : upperIncompleteGamma(shape, (rate * x) ** power)),
  },
)
