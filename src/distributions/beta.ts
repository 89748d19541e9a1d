import betaln from "@stdlib/math-base-special-betaln"
import { drawBeta } from "../random/beta.ts"
import { betaCdf, betaSurvival } from "./beta-tails.ts"
import { parameter } from "./distribution.ts"
import { rememberLastOfTwo } from "./remember-last.ts"
import { outside, type ScalarFamily, scalarFamily, xlog1py, xlogy, zero } from "./scalar-family.ts"

const logBeta = rememberLastOfTwo(betaln)
const one = (): number => 1

/** Beta(alpha, beta): density x^(alpha−1) (1 − x)^(beta−1) / B(alpha, beta) on [0, 1]; Infinity at an end whose exponent is negative. */
export const beta: ScalarFamily = scalarFamily(
  {
    name: "beta",
    label: "Beta",
    latex: "\\operatorname{Beta}",
    discrete: false,
    parameters: [
      parameter("alpha", "positive", "the density starts as x^(alpha - 1)"),
      parameter("beta", "positive", "the density ends as (1 - x)^(beta - 1)"),
    ],
  },
  {
    lower: zero,
    upper: one,
    logDensity: (x, alpha, other) => {
      if (!(alpha > 0 && other > 0)) return NaN
      if (!(x >= 0 && x <= 1)) return outside(x)
      return xlogy(alpha - 1, x) + xlog1py(other - 1, -x) - logBeta(alpha, other)
    },
    sample: drawBeta,
    mean: (alpha, other) => alpha / (alpha + other),
    variance: (alpha, other) => (alpha * other) / ((alpha + other) ** 2 * (alpha + other + 1)),
    cdf: (x, alpha, other) => {
      if (!(x > 0 && x < 1)) return x <= 0 ? 0 : x >= 1 ? 1 : NaN
      return betaCdf(x, alpha, other)
    },
    survival: (x, alpha, other) => {
      if (!(x > 0 && x < 1)) return x <= 0 ? 1 : x >= 1 ? 0 : NaN
      return betaSurvival(x, alpha, other)
    },
  },
)
