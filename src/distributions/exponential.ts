import { drawExponential } from "../random/exponential.ts"
import { parameter, type ScalarDistribution } from "./distribution.ts"

const parameters = [parameter("rate", "positive", "1 / mean")]

/** Exponential(rate): density rate · exp(−rate x), x ≥ 0. */
export const exponential: ScalarDistribution = {
  kind: "scalar",
  name: "exponential",
  label: "Exponential",
  latex: "\\operatorname{Exponential}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  support: () => ({ lower: 0, upper: Infinity }),
  logDensity: (x, [rate]) => (x < 0 ? -Infinity : Math.log(rate!) - rate! * x),
  sample: (rng, [rate]) => drawExponential(rng) / rate!,
  mean: ([rate]) => 1 / rate!,
  variance: ([rate]) => 1 / (rate! * rate!),
  cdf: (x, [rate]) => (x <= 0 ? 0 : -Math.expm1(-rate! * x)),
}
