import { dependsOn, divide, element, inverse, multiply, number } from "../../models/expression.ts"
import { refusal } from "../conditional.ts"
import { type ConjugatePair, childValue, overTarget } from "./pair.ts"

/**
 * Inverse-gamma target t in one entry `c/t` of the diagonal scale matrix of an inverse-Wishart child: the density
 * has the factors `|S|^(df/2) exp(−tr(S Σ⁻¹)/2)`, which add df/2 to the shape and `c (Σ⁻¹)_kk / 2` to the scale.
 * Source: Huang & Wand (2013), Bayesian Analysis 8(2), section 4.
 */
export const inverseGammaInverseWishart: ConjugatePair = {
  family: "inverseGamma",
  child: "inverseWishart",
  parameter: "scale",
  contribute(site) {
    const { df, scale } = site.child.distribution.parameters
    const entries = scale!.op === "diagonal" ? scale!.elements : []
    const k = entries.findIndex((entry) => dependsOn(entry, site.target.id))
    const c = k === -1 ? undefined : overTarget(entries[k]!, site.target.id)
    if (c === undefined || entries.filter((entry) => dependsOn(entry, site.target.id)).length > 1) {
      return refusal(
        "not-reciprocal",
        `the scale of ${site.child.id} is not a diagonal with ${site.target.id} once`,
      )
    }
    return {
      natural: {
        shape: divide(df!, number(2)),
        scale: divide(multiply(c, element(inverse(childValue(site.graph, site.child)), k, k)), number(2)),
      },
      because: `${site.child.id} is inverse-Wishart with ${site.target.id} dividing entry ${k + 1} of its scale`,
    }
  },
}
