import { affineIn, isAffine } from "../../models/affine.ts"
import { dependsOn, divide, multiply, outer, subtract } from "../../models/expression.ts"
import { renderText } from "../../models/render.ts"
import { refusal } from "../conditional.ts"
import { type ConjugatePair, childValue, describeChildren, sumOverChildren } from "./pair.ts"

/**
 * Multivariate normal target in the mean of scalar normal children, mean `offset + z't`: each child adds `z z'/v` to the
 * precision matrix and `z (y − offset)/v` to the shift. Source: Lindley & Smith (1972), JRSS B 34, lemma (4)–(6).
 */
export const multivariateNormalNormal: ConjugatePair = {
  family: "multivariateNormal",
  child: "normal",
  parameter: "mean",
  contribute(site) {
    const { mean, variance } = site.child.distribution.parameters
    const affine = affineIn(mean!, site.target.id)
    if (!isAffine(affine)) return refusal("not-affine", affine.reason)
    if (dependsOn(variance!, site.target.id))
      return refusal("not-affine", `${site.target.id} enters the variance too`)
    const z = affine.coefficient
    const residual = subtract(childValue(site.graph, site.child), affine.offset)
    return {
      natural: {
        precision: sumOverChildren(site, affine.at, divide(outer(z), variance!)),
        shift: sumOverChildren(site, affine.at, divide(multiply(z, residual), variance!)),
      },
      because: `${describeChildren(site)}; mean linear in ${site.target.id}, coefficients ${renderText(z, site.graph)}`,
    }
  },
}
