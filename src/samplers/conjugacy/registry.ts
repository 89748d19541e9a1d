/** Every conjugate pair. A new pair is one file and one line here. */

import { inverseGammaInverseGamma } from "./inverse-gamma-inverse-gamma.ts"
import { inverseGammaInverseWishart } from "./inverse-gamma-inverse-wishart.ts"
import { inverseGammaNormal } from "./inverse-gamma-normal.ts"
import { inverseWishartNormal } from "./inverse-wishart-normal.ts"
import { multivariateNormalNormal } from "./multivariate-normal-normal.ts"
import { normalNormal } from "./normal-normal.ts"
import type { ConjugatePair } from "./pair.ts"

export const CONJUGATE_PAIRS: readonly ConjugatePair[] = [
  normalNormal,
  multivariateNormalNormal,
  inverseGammaNormal,
  inverseWishartNormal,
  inverseGammaInverseGamma,
  inverseGammaInverseWishart,
]
