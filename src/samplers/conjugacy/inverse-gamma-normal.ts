import { affineIn, isAffine } from "../../models/affine.ts"
import { dependsOn, divide, isConstant, number, power, subtract } from "../../models/expression.ts"
import { refusal } from "../conditional.ts"
import { type ConjugatePair, childValue, describeChildren, overVariance, sumOverChildren } from "./pair.ts"

/**
 * Inverse-gamma target that is the variance of normal children, variance `c t`: each child adds 1/2 to the shape and
 * `(y − mean)²/(2c)` to the scale. Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.6.
 */
export const inverseGammaNormal: ConjugatePair = {
  family: "inverseGamma",
  child: "normal",
  parameter: "variance",
  contribute(site) {
    const { mean, variance } = site.child.distribution.parameters
    const affine = affineIn(variance!, site.target.id)
    if (!isAffine(affine)) return refusal("not-proportional", affine.reason)
    if (!isConstant(affine.offset, 0))
      return refusal("not-proportional", `a term is added to ${site.target.id}`)
    if (dependsOn(mean!, site.target.id))
      return refusal("not-proportional", `${site.target.id} enters the mean too`)
    const half = divide(number(1), number(2))
    const squared = power(subtract(childValue(site.graph, site.child), mean!), 2)
    return {
      natural: {
        shape: sumOverChildren(site, affine.at, half),
        scale: divide(sumOverChildren(site, affine.at, overVariance(squared, affine.coefficient)), number(2)),
      },
      because: `${describeChildren(site)}; ${site.target.id} is their variance`,
    }
  },
}
