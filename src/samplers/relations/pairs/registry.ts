/** Every conjugate family of numbers. A new one is a file and a line here; a new pair is an entry of its family. */
import { betaFamily } from "./beta-family.ts"
import type { ConjugateFamily } from "./conjugate-family.ts"
import { gammaFamily, inverseGammaFamily, standardDeviationFamily } from "./gamma-family.ts"
import { paretoFamily } from "./pareto-family.ts"

export const CONJUGATE_FAMILIES: readonly ConjugateFamily[] = [
  gammaFamily,
  inverseGammaFamily,
  standardDeviationFamily,
  betaFamily,
  paretoFamily,
]
