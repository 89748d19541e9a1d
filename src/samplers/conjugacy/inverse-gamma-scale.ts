import { dependsOn, divide, type Expr, element, inverse, multiply, number } from "../../models/expression.ts"
import { refusal } from "../conditional.ts"
import { type ConjugatePair, childValue, sumOverChildren } from "./pair.ts"

/** c of an expression `c / t`; undefined for anything else. */
function overTarget(e: Expr, target: string): Expr | undefined {
  if (e.op !== "divide" || e.right.op !== "state" || e.right.node !== target) return undefined
  return dependsOn(e.left, target) ? undefined : e.left
}

/**
 * Inverse-gamma target t in the scale `c/t` of an inverse-gamma child with shape a: the child's density has the factor
 * `(c/t)^a exp(−c/(t v))`, which adds a to the shape and `c/v` to the scale. With a = ν/2 and c = ν this is the
 * mixture behind half-t priors: Wand, Ormerod, Padoan & Frühwirth (2011), Bayesian Analysis 6(4), result 5.
 */
export const inverseGammaScale: ConjugatePair = {
  family: "inverseGamma",
  child: "inverseGamma",
  parameter: "scale",
  contribute(site) {
    const { shape, scale } = site.child.distribution.parameters
    const c = overTarget(scale!, site.target.id)
    if (c === undefined || dependsOn(shape!, site.target.id)) {
      return refusal(
        "not-reciprocal",
        `the scale of ${site.child.id} is not a constant over ${site.target.id}`,
      )
    }
    return {
      natural: {
        shape: sumOverChildren(site, null, shape!),
        scale: sumOverChildren(site, null, divide(c, childValue(site.graph, site.child))),
      },
      because: `${site.child.id} is inverse-gamma with ${site.target.id} dividing its scale`,
    }
  },
}

/**
 * Inverse-gamma target t in one entry `c/t` of the diagonal scale matrix of an inverse-Wishart child: the density
 * has the factors `|S|^(df/2) exp(−tr(S Σ⁻¹)/2)`, which add df/2 to the shape and `c (Σ⁻¹)_kk / 2` to the scale.
 * Source: Huang & Wand (2013), Bayesian Analysis 8(2), section 4.
 */
export const inverseGammaWishartScale: ConjugatePair = {
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
