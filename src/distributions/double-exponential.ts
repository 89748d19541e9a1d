import { parameter } from "./distribution.ts"
import { infinity, minusInfinity, type ScalarFamily, scalarFamily } from "./scalar-family.ts"

/** P(Z > z) for the standard double exponential. */
const tail = (z: number): number => (z > 0 ? 0.5 * Math.exp(-z) : 1 - 0.5 * Math.exp(z))
const logTail = (z: number): number => (z > 0 ? -Math.LN2 - z : Math.log1p(-0.5 * Math.exp(z)))

/** DoubleExponential(location, scale), Laplace's: density exp(−|x − location| / scale) / (2 scale). */
export const doubleExponential: ScalarFamily = scalarFamily(
  {
    name: "doubleExponential",
    label: "DoubleExponential",
    latex: "\\operatorname{DoubleExponential}",
    discrete: false,
    parameters: [
      parameter("location", "real", "centre"),
      parameter("scale", "positive", "mean distance from the centre"),
    ],
  },
  {
    lower: minusInfinity,
    upper: infinity,
    logDensity: (x, location, scale) =>
      scale > 0 ? -Math.abs(x - location) / scale - Math.log(2 * scale) : NaN,
    sample: (rng, location, scale) => {
      // One uniform on (−1, 1): its sign is the side, and 1 − |u| is a uniform again.
      const u = 2 * rng.uniform() - 1
      return location - scale * Math.sign(u) * Math.log1p(-Math.abs(u))
    },
    mean: (location) => location,
    variance: (_, scale) => 2 * scale * scale,
    cdf: (x, location, scale) => tail((location - x) / scale),
    survival: (x, location, scale) => tail((x - location) / scale),
    logCdf: (x, location, scale) => logTail((location - x) / scale),
    logSurvival: (x, location, scale) => logTail((x - location) / scale),
    quantile: (q, location, scale) =>
      q < 0.5 ? location + scale * Math.log(2 * q) : location - scale * Math.log(2 * (1 - q)),
  },
)
