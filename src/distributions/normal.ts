import erfc from "@stdlib/math-base-special-erfc"
import { drawNormal } from "../random/normal.ts"
import { parameter, type ScalarDistribution } from "./distribution.ts"

const LOG_TWO_PI = Math.log(2 * Math.PI)
const mean = parameter("mean", "real", "centre")

/** Normal(mean, variance): density exp(−(x − mean)² / (2 variance)) / √(2π variance). */
export const normal: ScalarDistribution = {
  kind: "scalar",
  name: "normal",
  label: "Normal",
  latex: "\\operatorname{Normal}",
  isProper: true,
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
  support: () => ({ lower: -Infinity, upper: Infinity }),
  logDensity: (x, [centre, variance]) =>
    -0.5 * (LOG_TWO_PI + Math.log(variance!) + ((x - centre!) * (x - centre!)) / variance!),
  sample: (rng, [centre, variance]) => centre! + Math.sqrt(variance!) * drawNormal(rng),
  mean: ([centre]) => centre!,
  variance: ([, variance]) => variance!,
  cdf: (x, [centre, variance]) => 0.5 * erfc((centre! - x) / Math.sqrt(2 * variance!)),
}
