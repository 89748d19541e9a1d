import { affineIn, isAffine } from "../../models/affine.ts"
import { dependsOn, divide, multiply, power, subtract } from "../../models/expression.ts"
import { renderText } from "../../models/render.ts"
import { refusal } from "../conditional.ts"
import { type ConjugatePair, childValue, describeChildren, sumOverChildren } from "./pair.ts"

/**
 * Normal target in the mean of normal children, mean `offset + c t`: each child adds `c²/v` to the precision and
 * `c (y − offset)/v` to the shift. Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 14.2.
 */
export const normalNormal: ConjugatePair = {
  family: "normal",
  child: "normal",
  parameter: "mean",
  contribute(site) {
    const { mean, variance } = site.child.distribution.parameters
    const affine = affineIn(mean!, site.target.id)
    if (!isAffine(affine)) return refusal("not-affine", affine.reason)
    if (dependsOn(variance!, site.target.id))
      return refusal("not-affine", `${site.target.id} enters the variance too`)
    const c = affine.coefficient
    const residual = subtract(childValue(site.graph, site.child), affine.offset)
    return {
      natural: {
        precision: sumOverChildren(site, affine.at, divide(power(c, 2), variance!)),
        shift: sumOverChildren(site, affine.at, divide(multiply(c, residual), variance!)),
      },
      because: `${describeChildren(site)}; mean affine in ${site.target.id}, coefficient ${renderText(c, site.graph)}`,
    }
  },
}
