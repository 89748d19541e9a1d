import erfc from "@stdlib/math-base-special-erfc"
import { normalQuantile } from "../math/normal-quantile.ts"
import { drawNormal } from "../random/normal.ts"
import { parameter } from "./distribution.ts"
import { logNormalSurvival } from "./normal-tail.ts"
import { infinity, outside, type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"

const LOG_TWO_PI = Math.log(2 * Math.PI)
const meanLog = parameter("meanLog", "real", "mean of the logarithm")

/** Lognormal(meanLog, varianceLog): log x is Normal(meanLog, varianceLog), x > 0. */
export const lognormal: ScalarFamily = scalarFamily(
  {
    name: "lognormal",
    label: "Lognormal",
    latex: "\\operatorname{Lognormal}",
    discrete: false,
    parameters: [meanLog, parameter("varianceLog", "positive", "variance of the logarithm")],
    forms: [
      {
        arguments: [meanLog, parameter("sdLog", "positive", "standard deviation of the logarithm")],
        toCanonical: ([centre, sd]) => [centre!, sd! * sd!],
      },
      { arguments: [meanLog, parameter("varianceLog", "positive", "variance of the logarithm")] },
    ],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, centre, variance) => {
      if (!(x > 0 && x < Infinity)) return outside(x)
      const z = Math.log(x) - centre
      return -0.5 * (LOG_TWO_PI + Math.log(variance) + (z * z) / variance) - Math.log(x)
    },
    logLikelihood: (x, centre, variance) => {
      const z = Math.log(x) - centre
      return -0.5 * (Math.log(variance) + (z * z) / variance)
    },
    sample: (rng, centre, variance) => Math.exp(centre + Math.sqrt(variance) * drawNormal(rng)),
    mean: (centre, variance) => Math.exp(centre + 0.5 * variance),
    variance: (centre, variance) => Math.expm1(variance) * Math.exp(2 * centre + variance),
    cdf: (x, centre, variance) => (x <= 0 ? 0 : 0.5 * erfc((centre - Math.log(x)) / Math.sqrt(2 * variance))),
    survival: (x, centre, variance) =>
      x <= 0 ? 1 : 0.5 * erfc((Math.log(x) - centre) / Math.sqrt(2 * variance)),
    logCdf: (x, centre, variance) =>
      x <= 0 ? -Infinity : logNormalSurvival((centre - Math.log(x)) / Math.sqrt(variance)),
    logSurvival: (x, centre, variance) =>
      x <= 0 ? 0 : logNormalSurvival((Math.log(x) - centre) / Math.sqrt(variance)),
    quantile: (q, centre, variance) => Math.exp(centre + Math.sqrt(variance) * normalQuantile(q)),
  },
)
