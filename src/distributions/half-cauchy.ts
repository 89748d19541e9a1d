import { drawNormal } from "../random/normal.ts"
import { parameter } from "./distribution.ts"
import { infinity, type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"

/** HalfCauchy(scale): |Cauchy| · scale, density 2 / (π scale (1 + (x / scale)²)), x ≥ 0. */
export const halfCauchy: ScalarFamily = scalarFamily(
  {
    name: "halfCauchy",
    label: "HalfCauchy",
    latex: "\\operatorname{HalfCauchy}",
    discrete: false,
    parameters: [parameter("scale", "positive", "median")],
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, scale) =>
      x < 0 ? -Infinity : Math.log(2 / Math.PI) - Math.log(scale) - Math.log1p((x / scale) ** 2),
    // The ratio of two normals: exact far out in either tail, which inversion is not.
    sample: (rng, scale) => scale * Math.abs(drawNormal(rng) / drawNormal(rng)),
    mean: infinity,
    variance: () => NaN,
    cdf: (x, scale) => (x <= 0 ? 0 : (2 / Math.PI) * Math.atan(x / scale)),
    survival: (x, scale) => (x <= 0 ? 1 : (2 / Math.PI) * Math.atan(scale / x)),
  },
)
