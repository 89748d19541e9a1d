import betainc from "@stdlib/math-base-special-betainc"
import { drawLogGamma } from "../random/gamma.ts"
import { drawNormal } from "../random/normal.ts"
import { parameter } from "./distribution.ts"
import { infinity, type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"
import { logTConstant, twoSidedTail } from "./t-density.ts"

function meanOf(df: number, scale: number): number {
  return df > 1 ? (2 * scale * df * Math.exp(logTConstant(df))) / (df - 1) : Infinity
}

/**
 * HalfT(df, scale): |t_df| · scale, density 2 / scale · Γ((df+1)/2) / (Γ(df/2) √(df π)) (1 + (x / scale)² / df)^(−(df+1)/2),
 * x ≥ 0. A. Gelman (2006), Prior distributions for variance parameters in hierarchical models, Bayesian Analysis 1, 515–534.
 */
export const halfT: ScalarFamily = scalarFamily(
  {
    name: "halfT",
    label: "HalfT",
    latex: "\\operatorname{HalfT}",
    discrete: false,
    parameters: [
      parameter("df", "positive", "degrees of freedom: the tail falls as x^(-df - 1)"),
      parameter("scale", "positive", "multiplies the variable"),
    ],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, df, scale) => {
      if (x < 0) return -Infinity
      const z = x / scale
      return Math.LN2 + logTConstant(df) - Math.log(scale) - 0.5 * (df + 1) * Math.log1p((z * z) / df)
    },
    // |z| / √(χ²_df / df), the root in logarithms: χ² underflows for a small df.
    sample: (rng, df, scale) => {
      const z = Math.abs(drawNormal(rng))
      return scale * z * Math.exp(0.5 * (Math.log(0.5 * df) - drawLogGamma(rng, 0.5 * df)))
    },
    mean: meanOf,
    variance: (df, scale) => {
      if (df <= 1) return NaN
      return df > 2 ? (scale * scale * df) / (df - 2) - meanOf(df, scale) ** 2 : Infinity
    },
    cdf: (x, df, scale) => {
      if (x <= 0) return 0
      const square = (x / scale) ** 2
      if (square === Infinity) return 1
      // The regularised incomplete beta on the side where its argument is the smaller, hence exact.
      return square < df
        ? betainc(square / (df + square), 0.5, 0.5 * df)
        : 1 - betainc(df / (df + square), 0.5 * df, 0.5)
    },
    survival: (x, df, scale) => (x <= 0 ? 1 : twoSidedTail(x / scale, df)),
  },
)
