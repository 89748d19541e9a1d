import betaln from "@stdlib/math-base-special-betaln"
import { drawLogGamma } from "../random/gamma.ts"
import { betaCdf, betaSurvival } from "./beta-tails.ts"
import { parameter } from "./distribution.ts"
import { infinity, outside, type ScalarFamily, scalarFamily, xlogy, zero } from "./scalar-family.ts"

/** F(df1, df2): the ratio of χ²_df1 / df1 and χ²_df2 / df2, x ≥ 0. */
export const fDistribution: ScalarFamily = scalarFamily(
  {
    name: "fDistribution",
    label: "FDistribution",
    latex: "\\operatorname{FDistribution}",
    discrete: false,
    parameters: [
      parameter("df1", "positive", "degrees of freedom of the numerator"),
      parameter("df2", "positive", "degrees of freedom of the denominator"),
    ],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, df1, df2) => {
      if (!(df1 > 0 && df2 > 0)) return NaN
      if (!(x >= 0 && x < Infinity)) return outside(x)
      const ratio = df1 / df2
      return (
        0.5 * df1 * Math.log(ratio) +
        xlogy(0.5 * df1 - 1, x) -
        0.5 * (df1 + df2) * Math.log1p(ratio * x) -
        betaln(0.5 * df1, 0.5 * df2)
      )
    },
    // In logarithms: either χ² underflows for few degrees of freedom.
    sample: (rng, df1, df2) => {
      const numerator = drawLogGamma(rng, 0.5 * df1)
      return (df2 / df1) * Math.exp(numerator - drawLogGamma(rng, 0.5 * df2))
    },
    mean: (_, df2) => (df2 > 2 ? df2 / (df2 - 2) : Infinity),
    variance: (df1, df2) => {
      if (df2 <= 2) return NaN
      return df2 > 4 ? (2 * df2 * df2 * (df1 + df2 - 2)) / (df1 * (df2 - 2) ** 2 * (df2 - 4)) : Infinity
    },
    cdf: (x, df1, df2) => {
      if (x <= 0) return 0
      if (x === Infinity) return 1
      const scaled = df1 * x
      return scaled < df2
        ? betaCdf(scaled / (df2 + scaled), 0.5 * df1, 0.5 * df2)
        : betaSurvival(df2 / (df2 + scaled), 0.5 * df2, 0.5 * df1)
    },
    survival: (x, df1, df2) => {
      if (x <= 0) return 1
      if (x === Infinity) return 0
      const scaled = df1 * x
      return scaled < df2
        ? betaSurvival(scaled / (df2 + scaled), 0.5 * df1, 0.5 * df2)
        : betaCdf(df2 / (df2 + scaled), 0.5 * df2, 0.5 * df1)
    },
  },
)
