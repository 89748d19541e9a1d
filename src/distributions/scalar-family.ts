import type { ScalarDistribution, ScalarFunctions } from "./distribution.ts"
import { invertContinuous, invertDiscrete } from "./invert-cdf.ts"

/** What `logDensity` says of an x outside the support: −Infinity, NaN for NaN. */
export const outside = (x: number): number => (Number.isNaN(x) ? NaN : -Infinity)

/** a log y with 0 log 0 = 0. */
export const xlogy = (a: number, y: number): number => (a === 0 ? 0 : a * Math.log(y))

/** a log(1 + y) with 0 log 0 = 0. */
export const xlog1py = (a: number, y: number): number => (a === 0 ? 0 : a * Math.log1p(y))

/** The domain of a family is one of these for most. */
export const zero = (): number => 0
export const infinity = (): number => Infinity
export const minusInfinity = (): number => -Infinity

/** What a family must state about itself; the rest follows from it. */
export type Description = Pick<
  ScalarDistribution,
  "name" | "label" | "latex" | "parameters" | "discrete" | "relation"
> &
  Partial<Pick<ScalarDistribution, "forms" | "isProper">>

type Derivable = "logLikelihood" | "survival" | "logCdf" | "logSurvival" | "quantile"
export type StatedFunctions = Omit<ScalarFunctions, Derivable> & Partial<Pick<ScalarFunctions, Derivable>>

/** A family with its functions in both forms: over plain numbers (`direct`) and over an array of parameters. */
export type ScalarFamily = ScalarDistribution & { readonly direct: ScalarFunctions }

/**
 * A family of one number from its functions over plain numbers. What is not stated is derived: `logLikelihood` is
 * `logDensity`, `survival` is 1 − cdf, their logarithms are the logarithms, and `quantile` inverts the cdf numerically.
 */
export function scalarFamily(description: Description, stated: StatedFunctions): ScalarFamily {
  const { discrete } = description
  const cdf = stated.cdf
  const survival = stated.survival ?? ((x, a, b, c, d) => 1 - cdf(x, a, b, c, d))
  const f: ScalarFunctions = {
    ...stated,
    survival,
    logLikelihood: stated.logLikelihood ?? stated.logDensity,
    logCdf: stated.logCdf ?? ((x, a, b, c, d) => Math.log(cdf(x, a, b, c, d))),
    logSurvival: stated.logSurvival ?? ((x, a, b, c, d) => Math.log(survival(x, a, b, c, d))),
    quantile:
      stated.quantile ??
      ((q, a, b, c, d) => {
        const lower = stated.lower(a, b, c, d)
        const upper = stated.upper(a, b, c, d)
        return discrete
          ? invertDiscrete(cdf, survival, q, lower, upper, a, b, c, d)
          : invertContinuous(cdf, survival, q, lower, upper, a, b, c, d)
      }),
  }
  return {
    isProper: true,
    forms: [{ arguments: description.parameters }],
    ...description,
    kind: "scalar",
    direct: f,
    support: (p) => ({
      lower: f.lower(p[0]!, p[1]!, p[2]!, p[3]!),
      upper: f.upper(p[0]!, p[1]!, p[2]!, p[3]!),
    }),
    logDensity: (x, p) => f.logDensity(x, p[0]!, p[1]!, p[2]!, p[3]!),
    logLikelihood: (x, p) => f.logLikelihood(x, p[0]!, p[1]!, p[2]!, p[3]!),
    sample: (rng, p) => f.sample(rng, p[0]!, p[1]!, p[2]!, p[3]!),
    mean: (p) => f.mean(p[0]!, p[1]!, p[2]!, p[3]!),
    variance: (p) => f.variance(p[0]!, p[1]!, p[2]!, p[3]!),
    cdf: (x, p) => f.cdf(x, p[0]!, p[1]!, p[2]!, p[3]!),
    survival: (x, p) => f.survival(x, p[0]!, p[1]!, p[2]!, p[3]!),
    quantile: (q, p) => f.quantile(q, p[0]!, p[1]!, p[2]!, p[3]!),
  }
}
