import { dependsOn, divide } from "../../models/expression.ts"
import { refusal } from "../conditional.ts"
import { type ConjugatePair, childValue, overTarget, sumOverChildren } from "./pair.ts"

/**
 * Inverse-gamma target t in the scale `c/t` of an inverse-gamma child with shape a: the child's density has the factor
 * `(c/t)^a exp(−c/(t v))`, which adds a to the shape and `c/v` to the scale. With a = ν/2 and c = ν this is the
 * mixture behind half-t priors: Wand, Ormerod, Padoan & Frühwirth (2011), Bayesian Analysis 6(4), result 5.
 */
export const inverseGammaInverseGamma: ConjugatePair = {
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
