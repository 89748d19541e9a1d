import erfc from "@stdlib/math-base-special-erfc"
import { normalQuantile } from "../math/normal-quantile.ts"
import { drawNormal } from "../random/normal.ts"
import { parameter } from "./distribution.ts"
import { logNormalSurvival } from "./normal-tail.ts"
import { infinity, minusInfinity, type ScalarFamily, scalarFamily } from "./scalar-family.ts"

const LOG_TWO_PI = Math.log(2 * Math.PI)
const mean = parameter("mean", "real", "centre")

/** Normal(mean, variance): density exp(−(x − mean)² / (2 variance)) / √(2π variance). */
export const normal: ScalarFamily = scalarFamily(
  {
    name: "normal",
    label: "Normal",
    latex: "\\operatorname{Normal}",
    discrete: false,
    parameters: [mean, parameter("variance", "positive", "variance")],
    forms: [
      {
        arguments: [mean, parameter("sd", "positive", "standard deviation")],
        toCanonical: ([centre, sd]) => [centre!, sd! * sd!],
      },
      { arguments: [mean, parameter("var", "positive", "variance")] },
      { arguments: [mean, parameter("variance", "positive", "variance")] },
      {
        arguments: [mean, parameter("precision", "positive", "1 / variance")],
        toCanonical: ([centre, precision]) => [centre!, 1 / precision!],
      },
    ],
  },
  {
    lower: minusInfinity,
    upper: infinity,
    logDensity: (x, centre, variance) =>
      -0.5 * (LOG_TWO_PI + Math.log(variance) + ((x - centre) * (x - centre)) / variance),
    logLikelihood: (x, centre, variance) =>
      -0.5 * (Math.log(variance) + ((x - centre) * (x - centre)) / variance),
    sample: (rng, centre, variance) => centre + Math.sqrt(variance) * drawNormal(rng),
    mean: (centre) => centre,
    variance: (_, variance) => variance,
    cdf: (x, centre, variance) => 0.5 * erfc((centre - x) / Math.sqrt(2 * variance)),
    survival: (x, centre, variance) => 0.5 * erfc((x - centre) / Math.sqrt(2 * variance)),
    logCdf: (x, centre, variance) => logNormalSurvival((centre - x) / Math.sqrt(variance)),
    logSurvival: (x, centre, variance) => logNormalSurvival((x - centre) / Math.sqrt(variance)),
    quantile: (q, centre, variance) => centre + Math.sqrt(variance) * normalQuantile(q),
  },
)
