import { affineIn, isAffine } from "../../models/affine.ts"
import { dependsOn, type Expr, multiply, subtract } from "../../models/expression.ts"
import { renderText } from "../../models/render.ts"
import { type Refusal, refusal } from "../conditional.ts"
import {
  type Contributed,
  childValue,
  describeChildren,
  overVariance,
  type Site,
  sumOverChildren,
} from "./pair.ts"

/**
 * What normal children with mean `offset + c't` and variance v add to a normal target t, scalar or vector: each child
 * `c c'/v` to the precision and `c (y − offset)/v` to the shift.
 * @param square `c c'` of the target's shape
 */
export function contributeLinear(site: Site, square: (c: Expr) => Expr): Contributed | Refusal {
  const { mean, variance } = site.child.distribution.parameters
  const affine = affineIn(mean!, site.target.id)
  if (!isAffine(affine)) return refusal("not-affine", affine.reason)
  if (dependsOn(variance!, site.target.id))
    return refusal("not-affine", `${site.target.id} enters the variance too`)
  const { coefficient: c, offset, at } = affine
  const residual = subtract(childValue(site.graph, site.child), offset)
  return {
    natural: {
      precision: sumOverChildren(site, at, overVariance(square(c), variance!)),
      shift: sumOverChildren(site, at, overVariance(multiply(c, residual), variance!)),
    },
    because: `${describeChildren(site)}; mean affine in ${site.target.id}, coefficient ${renderText(c, site.graph)}`,
  }
}
