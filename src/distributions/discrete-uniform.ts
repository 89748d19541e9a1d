import { parameter } from "./distribution.ts"
import { outside, type ScalarFamily, scalarFamily } from "./scalar-family.ts"

/** DiscreteUniform(lower, upper): every integer from lower to upper with the same probability. */
export const discreteUniform: ScalarFamily = scalarFamily(
  {
    name: "discreteUniform",
    label: "DiscreteUniform",
    latex: "\\operatorname{DiscreteUniform}",
    discrete: true,
    parameters: [
      parameter("lower", "integer", "smallest value"),
      parameter("upper", "integer", "largest value"),
    ],
    relation: {
      holds: ([lower, upper]) => lower! <= upper!,
      text: "lower must not exceed upper",
      remedy: "give the smaller bound first",
    },
  },
  {
    lower: (lower) => lower,
    upper: (_, upper) => upper,
    logDensity: (x, lower, upper) => {
      if (!(Number.isInteger(lower) && Number.isInteger(upper) && lower <= upper)) return NaN
      return x >= lower && x <= upper && Number.isInteger(x) ? -Math.log(upper - lower + 1) : outside(x)
    },
    sample: (rng, lower, upper) => lower + Math.floor((upper - lower + 1) * rng.uniform()),
    mean: (lower, upper) => lower + 0.5 * (upper - lower),
    variance: (lower, upper) => ((upper - lower + 1) ** 2 - 1) / 12,
    cdf: (x, lower, upper) => Math.min(1, Math.max(0, (Math.floor(x) - lower + 1) / (upper - lower + 1))),
    survival: (x, lower, upper) => Math.min(1, Math.max(0, (upper - Math.floor(x)) / (upper - lower + 1))),
  },
)
