import { lowerIncompleteGamma } from "../math/incomplete-gamma.ts"
import { drawNormal } from "../random/normal.ts"
import { parameter, type ScalarDistribution } from "./distribution.ts"

const parameters = [parameter("sd", "positive", "standard deviation of the normal that is folded")]

/** HalfNormal(sd): |N(0, sd²)|, density √(2 / π) / sd · exp(−x² / (2 sd²)), x ≥ 0. */
export const halfNormal: ScalarDistribution = {
  kind: "scalar",
  name: "halfNormal",
  label: "HalfNormal",
  latex: "\\operatorname{HalfNormal}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  support: () => ({ lower: 0, upper: Infinity }),
  logDensity: (x, [sd]) =>
    x < 0 ? -Infinity : 0.5 * Math.log(2 / Math.PI) - Math.log(sd!) - 0.5 * (x / sd!) ** 2,
  sample: (rng, [sd]) => sd! * Math.abs(drawNormal(rng)),
  mean: ([sd]) => sd! * Math.sqrt(2 / Math.PI),
  variance: ([sd]) => sd! * sd! * (1 - 2 / Math.PI),
  cdf: (x, [sd]) => (x <= 0 ? 0 : lowerIncompleteGamma(0.5, 0.5 * (x / sd!) ** 2)),
}
