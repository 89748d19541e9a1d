import { ModelError, suggest } from "../core/errors.ts"
import { bernoulli } from "./bernoulli.ts"
import { beta } from "./beta.ts"
import { betaBinomial } from "./beta-binomial.ts"
import { binomial } from "./binomial.ts"
import { categorical } from "./categorical.ts"
import { chiSquared } from "./chi-squared.ts"
import { dirichlet } from "./dirichlet.ts"
import { discreteUniform } from "./discrete-uniform.ts"
import type { Distribution } from "./distribution.ts"
import { doubleExponential } from "./double-exponential.ts"
import { exponential } from "./exponential.ts"
import { fDistribution } from "./f.ts"
import { fixed } from "./fixed.ts"
import { flat } from "./flat.ts"
import { gamma } from "./gamma.ts"
import { generalizedGamma } from "./generalized-gamma.ts"
import { geometric } from "./geometric.ts"
import { halfCauchy } from "./half-cauchy.ts"
import { halfNormal } from "./half-normal.ts"
import { halfT } from "./half-t.ts"
import { huangWand } from "./huang-wand.ts"
import { hypergeometric } from "./hypergeometric.ts"
import { inverseGamma } from "./inverse-gamma.ts"
import { inverseWishart } from "./inverse-wishart.ts"
import { lkj } from "./lkj.ts"
import { logistic } from "./logistic.ts"
import { lognormal } from "./lognormal.ts"
import { multinomial } from "./multinomial.ts"
import { multivariateNormal } from "./multivariate-normal.ts"
import { multivariateT } from "./multivariate-t.ts"
import { negativeBinomial } from "./negative-binomial.ts"
import { normal } from "./normal.ts"
import { normalMixture } from "./normal-mixture.ts"
import { orderedLogit, orderedProbit } from "./ordered.ts"
import { pareto } from "./pareto.ts"
import { poisson } from "./poisson.ts"
import { scaledGamma } from "./scaled-gamma.ts"
import { scaledWishart } from "./scaled-wishart.ts"
import { studentT } from "./student-t.ts"
import { uniform } from "./uniform.ts"
import { weibull } from "./weibull.ts"
import { wishart } from "./wishart.ts"

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
  gamma,
  chiSquared,
  lognormal,
  logistic,
  doubleExponential,
  studentT,
  weibull,
  generalizedGamma,
  pareto,
  beta,
  fDistribution,
  scaledGamma,
  bernoulli,
  binomial,
  betaBinomial,
  negativeBinomial,
  poisson,
  geometric,
  hypergeometric,
  discreteUniform,
  categorical,
  normalMixture,
  orderedLogit,
  orderedProbit,
  multinomial,
  dirichlet,
  multivariateT,
  wishart,
  scaledWishart,
  lkj,
]

const byName: ReadonlyMap<string, Distribution> = new Map(distributions.map((d) => [d.name, d]))

/**
 * The family of that name (`inverseGamma`).
 * @param among the names a suggestion may come from: every family, unless only some can stand there
 * @throws ModelError with a suggestion when there is none
 */
export function lookupDistribution(
  name: string,
  among: readonly string[] = [...byName.keys()],
): Distribution {
  const found = byName.get(name)
  if (found !== undefined) return found
  throw new ModelError(`unknown distribution "${name}"`, {
    code: "unknown-distribution",
    hint: suggest(name, among),
  })
}
