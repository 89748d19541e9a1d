import { parameter } from "./distribution.ts"
import { gamma } from "./gamma.ts"
import { infinity, type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"

const { direct } = gamma

/** ChiSquared(df): Gamma(df / 2, rate 1 / 2), x ≥ 0. */
export const chiSquared: ScalarFamily = scalarFamily(
  {
    name: "chiSquared",
    label: "ChiSquared",
    latex: "\\operatorname{ChiSquared}",
    discrete: false,
    parameters: [parameter("df", "positive", "degrees of freedom, the mean")],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, df) => direct.logDensity(x, 0.5 * df, 0.5, 0, 0),
    logLikelihood: (x, df) => direct.logLikelihood(x, 0.5 * df, 0.5, 0, 0),
    sample: (rng, df) => direct.sample(rng, 0.5 * df, 0.5, 0, 0),
    mean: (df) => df,
    variance: (df) => 2 * df,
    cdf: (x, df) => direct.cdf(x, 0.5 * df, 0.5, 0, 0),
    survival: (x, df) => direct.survival(x, 0.5 * df, 0.5, 0, 0),
  },
)
