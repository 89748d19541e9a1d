/** Every conjugate pair. A new pair is one file and one line here. */
import { inverseGammaNormal } from "./inverse-gamma-normal.ts"
import { inverseGammaScale, inverseGammaWishartScale } from "./inverse-gamma-scale.ts"
import { inverseWishartNormal } from "./inverse-wishart-normal.ts"
import { multivariateNormalNormal } from "./multivariate-normal-normal.ts"
import { normalNormal } from "./normal-normal.ts"
import type { ConjugatePair } from "./pair.ts"

export const CONJUGATE_PAIRS: readonly ConjugatePair[] = [
  normalNormal,
  multivariateNormalNormal,
  inverseGammaNormal,
  inverseWishartNormal,
  inverseGammaScale,
  inverseGammaWishartScale,
]
