import { parameter } from "./distribution.ts"
import { type ScalarFamily, scalarFamily } from "./scalar-family.ts"

const parameters = [parameter("lower", "real", "smallest value"), parameter("upper", "real", "largest value")]

/** Uniform(lower, upper): density 1 / (upper − lower) on [lower, upper]. */
export const uniform: ScalarFamily = scalarFamily(
  {
    name: "uniform",
    label: "Uniform",
    latex: "\\operatorname{Uniform}",
    discrete: false,
    parameters,
    forms: [
      { arguments: parameters },
      { arguments: [parameter("a", "real", "smallest value"), parameter("b", "real", "largest value")] },
    ],
    relation: {
      holds: ([lower, upper]) => lower! < upper! && upper! - lower! < Infinity,
      text: "lower must be less than upper",
      remedy: "give the smaller bound first",
    },
  },
  {
    lower: (lower) => lower,
    upper: (_, upper) => upper,
    logDensity: (x, lower, upper) => {
      if (Number.isNaN(x) || !(lower < upper)) return NaN
      return x < lower || x > upper ? -Infinity : -Math.log(upper - lower)
    },
    sample: (rng, lower, upper) => lower + (upper - lower) * rng.uniform(),
    mean: (lower, upper) => lower + 0.5 * (upper - lower),
    variance: (lower, upper) => (upper - lower) ** 2 / 12,
    cdf: (x, lower, upper) => Math.min(1, Math.max(0, (x - lower) / (upper - lower))),
    survival: (x, lower, upper) => Math.min(1, Math.max(0, (upper - x) / (upper - lower))),
    quantile: (q, lower, upper) => (q >= 0 && q <= 1 ? lower + (upper - lower) * q : NaN),
  },
)
