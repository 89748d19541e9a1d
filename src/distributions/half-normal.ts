import { lowerIncompleteGamma, upperIncompleteGamma } from "../math/incomplete-gamma.ts"
import { normalQuantile } from "../math/normal-quantile.ts"
import { drawNormal } from "../random/normal.ts"
import { parameter } from "./distribution.ts"
import { logNormalSurvival } from "./normal-tail.ts"
import { infinity, type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"

/** HalfNormal(sd): |N(0, sd²)|, density √(2 / π) / sd · exp(−x² / (2 sd²)), x ≥ 0. */
export const halfNormal: ScalarFamily = scalarFamily(
  {
    name: "halfNormal",
    label: "HalfNormal",
    latex: "\\operatorname{HalfNormal}",
    discrete: false,
    parameters: [parameter("sd", "positive", "standard deviation of the normal that is folded")],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, sd) =>
      x < 0 ? -Infinity : 0.5 * Math.log(2 / Math.PI) - Math.log(sd) - 0.5 * (x / sd) ** 2,
    sample: (rng, sd) => sd * Math.abs(drawNormal(rng)),
    mean: (sd) => sd * Math.sqrt(2 / Math.PI),
    variance: (sd) => sd * sd * (1 - 2 / Math.PI),
    cdf: (x, sd) => (x <= 0 ? 0 : lowerIncompleteGamma(0.5, 0.5 * (x / sd) ** 2)),
    survival: (x, sd) => (x <= 0 ? 1 : upperIncompleteGamma(0.5, 0.5 * (x / sd) ** 2)),
    logSurvival: (x, sd) => (x <= 0 ? 0 : Math.LN2 + logNormalSurvival(x / sd)),
    quantile: (q, sd) => (q >= 0 && q <= 1 ? sd * Math.abs(normalQuantile(0.5 * (1 - q))) : NaN),
  },
)
