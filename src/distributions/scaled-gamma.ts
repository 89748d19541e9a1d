import { parameter } from "./distribution.ts"
import { fDistribution } from "./f.ts"
import { infinity, type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"

const f = fDistribution.direct

/**
 * ScaledGamma(scale s, df ν) of a precision x: the sd 1 / √x is HalfT(ν, s), so that x s² is F(ν, 1). It is the
 * distribution that Huang & Wand (2013) give for one dimension, seen as a precision.
 */
export const scaledGamma: ScalarFamily = scalarFamily(
  {
    name: "scaledGamma",
    label: "ScaledGamma",
    latex: "\\operatorname{ScaledGamma}",
    discrete: false,
    parameters: [
      parameter("scale", "positive", "scale of the half-t of the sd"),
      parameter("df", "positive", "degrees of freedom of the half-t of the sd"),
    ],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, s, df) => f.logDensity(x * s * s, df, 1, 0, 0) + 2 * Math.log(s),
    sample: (rng, s, df) => f.sample(rng, df, 1, 0, 0) / (s * s),
    mean: infinity,
    variance: () => NaN,
    cdf: (x, s, df) => f.cdf(x * s * s, df, 1, 0, 0),
    survival: (x, s, df) => f.survival(x * s * s, df, 1, 0, 0),
  },
)
