import { ModelError, suggest } from "../core/errors.ts"
import type { Distribution } from "./distribution.ts"
import { exponential } from "./exponential.ts"
import { fixed } from "./fixed.ts"
import { flat } from "./flat.ts"
import { halfCauchy } from "./half-cauchy.ts"
import { halfNormal } from "./half-normal.ts"
import { halfT } from "./half-t.ts"
import { huangWand } from "./huang-wand.ts"
import { inverseGamma } from "./inverse-gamma.ts"
import { inverseWishart } from "./inverse-wishart.ts"
import { multivariateNormal } from "./multivariate-normal.ts"
import { normal } from "./normal.ts"
import { uniform } from "./uniform.ts"

export { canonicalParameters, validateParameters } from "./parameters.ts"

/** Every family. Adding one is a file, a line here, and a test. */
export const distributions: readonly Distribution[] = [
  normal,
  inverseGamma,
  inverseWishart,
  multivariateNormal,
  halfT,
  halfCauchy,
  halfNormal,
  huangWand,
  exponential,
  uniform,
  flat,
  fixed,
]

const byName: ReadonlyMap<string, Distribution> = new Map(distributions.map((d) => [d.name, d]))

/**
 * The family of that name (`inverseGamma`).
 * @throws ModelError with a suggestion when there is none
 */
export function lookupDistribution(name: string): Distribution {
  const found = byName.get(name)
  if (found !== undefined) return found
  throw new ModelError(`unknown distribution "${name}"`, {
    code: "unknown-distribution",
    hint: suggest(name, [...byName.keys()]),
  })
}
