import { parameter } from "./distribution.ts"
import { infinity, minusInfinity, type ScalarFamily, scalarFamily } from "./scalar-family.ts"

/** log(1 + e^z) without overflow. */
const softplus = (z: number): number => (z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z)))

/** Logistic(location, scale): density e^(−z) / (scale (1 + e^(−z))²), z = (x − location) / scale. */
export const logistic: ScalarFamily = scalarFamily(
  {
    name: "logistic",
    label: "Logistic",
    latex: "\\operatorname{Logistic}",
    discrete: false,
    parameters: [
      parameter("location", "real", "centre"),
      parameter("scale", "positive", "multiplies the variable; the sd is 1.81 times it"),
    ],
  },
  {
    lower: minusInfinity,
    upper: infinity,
    logDensity: (x, location, scale) => {
      const z = Math.abs(x - location) / scale
      return -z - 2 * Math.log1p(Math.exp(-z)) - Math.log(scale)
    },
    sample: (rng, location, scale) => {
      const u = rng.uniform()
      return location + scale * (Math.log(u) - Math.log1p(-u))
    },
    mean: (location) => location,
    variance: (_, scale) => (Math.PI * scale) ** 2 / 3,
    cdf: (x, location, scale) => 1 / (1 + Math.exp((location - x) / scale)),
    survival: (x, location, scale) => 1 / (1 + Math.exp((x - location) / scale)),
    logCdf: (x, location, scale) => -softplus((location - x) / scale),
    logSurvival: (x, location, scale) => -softplus((x - location) / scale),
    quantile: (q, location, scale) => location + scale * (Math.log(q) - Math.log1p(-q)),
  },
)
