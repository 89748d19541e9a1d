import { outer } from "../../models/expression.ts"
import { contributeLinear } from "./linear-normal.ts"
import type { ConjugatePair } from "./pair.ts"

/**
 * Multivariate normal target in the mean of scalar normal children, mean `offset + z't`: each child adds `z z'/v` to the
 * precision matrix and `z (y − offset)/v` to the shift. Source: Lindley & Smith (1972), JRSS B 34, lemma (4)–(6).
 */
export const multivariateNormalNormal: ConjugatePair = {
  family: "multivariateNormal",
  child: "normal",
  parameter: "mean",
  contribute: (site) => contributeLinear(site, outer),
}
