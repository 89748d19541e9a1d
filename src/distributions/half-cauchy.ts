import { drawNormal } from "../random/normal.ts"
import { parameter, type ScalarDistribution } from "./distribution.ts"

const parameters = [parameter("scale", "positive", "median")]

/** HalfCauchy(scale): |Cauchy| · scale, density 2 / (π scale (1 + (x / scale)²)), x ≥ 0. */
export const halfCauchy: ScalarDistribution = {
  kind: "scalar",
  name: "halfCauchy",
  label: "HalfCauchy",
  latex: "\\operatorname{HalfCauchy}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  support: () => ({ lower: 0, upper: Infinity }),
  logDensity: (x, [scale]) =>
    x < 0 ? -Infinity : Math.log(2 / Math.PI) - Math.log(scale!) - Math.log1p((x / scale!) ** 2),
  // The ratio of two normals: exact far out in either tail, which inversion is not.
  sample: (rng, [scale]) => scale! * Math.abs(drawNormal(rng) / drawNormal(rng)),
  mean: () => Infinity,
  variance: () => NaN,
  cdf: (x, [scale]) => (x <= 0 ? 0 : (2 / Math.PI) * Math.atan(x / scale!)),
}
