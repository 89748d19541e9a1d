import { inverseGamma } from "../../../distributions/inverse-gamma.ts"
import { lookupBugsDistribution } from "../../../models/bugs/distribution-table.ts"
import { drawInverseGamma } from "../../../random/inverse-gamma.ts"
import type { ConjugateFamily, ConjugatePair } from "./conjugate-family.ts"
import { gammaFamily } from "./gamma-family.ts"

const table = lookupBugsDistribution("dinvgamma")

/** Where a gamma is conjugate to k x, an inverse-gamma is to k / x: 1/x takes the same factors. */
const reciprocal = (pair: ConjugatePair): ConjugatePair => ({
  ...pair,
  entry: "reciprocal",
  // An argument k / x is (k / x²) x: as if x were 1/x with the slope that gives this value.
  contribute: (natural, y, args, x) => pair.contribute(natural, y, args, 1 / x),
})

/** Density in x: x^(−shape − 1) exp(−scale / x). */
export const inverseGammaFamily: ConjugateFamily = {
  label: "InverseGamma",
  natural: ["shape", "scale"],
  source: gammaFamily.source,
  priors: {
    dinvgamma: {
      start: (natural, args) => {
        natural[0] = args[0]!
        natural[1] = args[1]!
      },
      symbols: ([shape, scale]) => [shape!, scale!],
    },
    // Flat on its interval: x^(1 − 1 − 1) … of InverseGamma(−1, 0), cut off there.
    dunif: {
      start: (natural) => {
        natural[0] = -1
        natural[1] = 0
      },
      symbols: () => ["-1", "0"],
    },
  },
  pairs: gammaFamily.pairs.map(reciprocal),
  draw(rng, natural, lower, upper) {
    if (lower <= 0 && upper === Infinity) return drawInverseGamma(rng, natural[0]!, natural[1]!)
    return table.calling === "numbers"
      ? table.sampleTruncated(rng, lower, upper, natural[0]!, natural[1]!, 0, 0)
      : Number.NaN
  },
  logDensity(x, natural, lower, upper) {
    const density = inverseGamma.direct.logDensity(x, natural[0]!, natural[1]!, 0, 0)
    if ((lower <= 0 && upper === Infinity) || table.calling !== "numbers") return density
    return density - table.logMass(lower, upper, natural[0]!, natural[1]!, 0, 0)
  },
}
