import { drawLogGamma } from "../random/gamma.ts"
import { drawNormal } from "../random/normal.ts"
import { parameter } from "./distribution.ts"
import { infinity, minusInfinity, type ScalarFamily, scalarFamily } from "./scalar-family.ts"
import { logTDensity, twoSidedTail } from "./t-density.ts"

/** P(T > z). */
function tail(z: number, df: number): number {
  const half = 0.5 * twoSidedTail(Math.abs(z), df)
  return z >= 0 ? half : 1 - half
}

/** StudentT(location, scale, df): location + scale · t_df. */
export const studentT: ScalarFamily = scalarFamily(
  {
    name: "studentT",
    label: "StudentT",
    latex: "\\operatorname{StudentT}",
    discrete: false,
    parameters: [
      parameter("location", "real", "centre"),
      parameter("scale", "positive", "multiplies the standard t"),
      parameter("df", "positive", "degrees of freedom"),
    ],
  },
  {
    lower: minusInfinity,
    upper: infinity,
    logDensity: (x, location, scale, df) =>
      scale > 0 && df > 0 ? logTDensity((x - location) / scale, df) - Math.log(scale) : NaN,
    // The root in logarithms: χ² underflows for a small df.
    sample: (rng, location, scale, df) => {
      const z = drawNormal(rng)
      return location + scale * z * Math.exp(0.5 * (Math.log(0.5 * df) - drawLogGamma(rng, 0.5 * df)))
    },
    mean: (location, _scale, df) => (df > 1 ? location : NaN),
    variance: (_location, scale, df) => {
      if (df <= 1) return NaN
      return df > 2 ? (scale * scale * df) / (df - 2) : Infinity
    },
    cdf: (x, location, scale, df) => tail((location - x) / scale, df),
    survival: (x, location, scale, df) => tail((x - location) / scale, df),
  },
)
