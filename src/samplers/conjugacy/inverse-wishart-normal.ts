import { number, outer, subtract } from "../../models/expression.ts"
import { refusal } from "../conditional.ts"
import { type ConjugatePair, childValue, describeChildren, sumOverChildren } from "./pair.ts"

/**
 * Inverse-Wishart target that is the covariance of multivariate normal children: each child adds 1 to the degrees of
 * freedom and `(u − mean)(u − mean)'` to the scale. Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 3.6.
 */
export const inverseWishartNormal: ConjugatePair = {
  family: "inverseWishart",
  child: "multivariateNormal",
  parameter: "covariance",
  contribute(site) {
    const { mean, covariance } = site.child.distribution.parameters
    if (covariance!.op !== "state")
      return refusal("not-identity", `${site.target.id} is transformed before it is used`)
    return {
      natural: {
        df: sumOverChildren(site, covariance!.at, number(1)),
        scale: sumOverChildren(
          site,
          covariance!.at,
          outer(subtract(childValue(site.graph, site.child), mean!)),
        ),
      },
      because: `${describeChildren(site)}; ${site.target.id} is their covariance`,
    }
  },
}
