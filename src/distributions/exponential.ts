import { drawExponential } from "../random/exponential.ts"
import { parameter } from "./distribution.ts"
import { infinity, type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"

/** Exponential(rate): density rate · exp(−rate x), x ≥ 0. */
export const exponential: ScalarFamily = scalarFamily(
  {
    name: "exponential",
    label: "Exponential",
    latex: "\\operatorname{Exponential}",
    discrete: false,
    parameters: [parameter("rate", "positive", "1 / mean")],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, rate) => (x < 0 ? -Infinity : Math.log(rate) - rate * x),
    sample: (rng, rate) => drawExponential(rng) / rate,
    mean: (rate) => 1 / rate,
    variance: (rate) => 1 / (rate * rate),
    cdf: (x, rate) => (x <= 0 ? 0 : -Math.expm1(-rate * x)),
    survival: (x, rate) => (x <= 0 ? 1 : Math.exp(-rate * x)),
    logSurvival: (x, rate) => (x <= 0 ? 0 : -rate * x),
    quantile: (q, rate) => (q >= 0 ? -Math.log1p(-q) / rate : NaN),
  },
)
