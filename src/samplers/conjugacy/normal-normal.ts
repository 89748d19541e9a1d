import { power } from "../../models/expression.ts"
import { contributeLinear } from "./linear-normal.ts"
import type { ConjugatePair } from "./pair.ts"

/**
 * Normal target in the mean of normal children, mean `offset + c t`: each child adds `c²/v` to the precision and
 * `c (y − offset)/v` to the shift. Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 14.2.
 */
export const normalNormal: ConjugatePair = {
  family: "normal",
  child: "normal",
  parameter: "mean",
  contribute: (site) => contributeLinear(site, (c) => power(c, 2)),
}
