import { lowerIncompleteGamma, upperIncompleteGamma } from "../math/incomplete-gamma.ts"
import { drawPoisson } from "../random/poisson.ts"
import { parameter } from "./distribution.ts"
import { logPoissonMass } from "./saddle-point.ts"
import { infinity, outside, type ScalarFamily, scalarFamily, xlogy, zero } from "./scalar-family.ts"

/** Poisson(mean): mass mean^x e^−mean / x!, x = 0, 1, …. The mean may be 0. */
export const poisson: ScalarFamily = scalarFamily(
  {
    name: "poisson",
    label: "Poisson",
    latex: "\\operatorname{Poisson}",
    discrete: true,
    parameters: [parameter("mean", "nonnegative", "expected count")],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, mean) => {
      if (!(mean >= 0 && mean < Infinity)) return NaN
      return x >= 0 && Number.isInteger(x) ? logPoissonMass(x, mean) : outside(x)
    },
    logLikelihood: (x, mean) => (mean >= 0 && mean < Infinity ? xlogy(x, mean) - mean : NaN),
    sample: drawPoisson,
    mean: (mean) => mean,
    variance: (mean) => mean,
    cdf: (x, mean) => {
      if (!(x >= 0)) return x < 0 ? 0 : NaN
      return mean === 0 || x === Infinity ? 1 : upperIncompleteGamma(Math.floor(x) + 1, mean)
    },
    survival: (x, mean) => {
      if (!(x >= 0)) return x < 0 ? 1 : NaN
      return mean === 0 || x === Infinity ? 0 : lowerIncompleteGamma(Math.floor(x) + 1, mean)
    },
  },
)
