import { beta } from "../../../distributions/beta.ts"
import { lookupBugsDistribution } from "../../../models/bugs/distribution-table.ts"
import { drawBeta } from "../../../random/beta.ts"
import type { ConjugateFamily, ConjugatePair } from "./conjugate-family.ts"

/** A child whose density has the factor `x^successes (1 − x)^failures`. */
function pair(
  child: string,
  argument: number,
  successes: (y: number, args: Float64Array) => number,
  failures: (y: number, args: Float64Array) => number,
  symbols: ConjugatePair["symbols"],
): ConjugatePair {
  return {
    child,
    argument,
    entry: "identity",
    contribute(natural, y, args) {
      natural[0]! += successes(y, args)
      natural[1]! += failures(y, args)
    },
    symbols,
  }
}

const table = lookupBugsDistribution("dbeta")

/** Density in x: x^(alpha − 1) (1 − x)^(beta − 1). */
export const betaFamily: ConjugateFamily = {
  label: "Beta",
  natural: ["alpha", "beta"],
  source: "Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.4",
  priors: {
    dbeta: {
      start: (natural, args) => {
        natural[0] = args[0]!
        natural[1] = args[1]!
      },
      symbols: ([alpha, beta]) => [alpha!, beta!],
    },
    dunif: {
      start: (natural) => {
        natural[0] = 1
        natural[1] = 1
      },
      symbols: () => ["1", "1"],
    },
  },
  pairs: [
    pair(
      "dbern",
      0,
      (y) => y,
      (y) => 1 - y,
      (y) => [y, `1 - ${y}`],
    ),
    pair(
      "dbin",
      0,
      (y) => y,
      (y, [, size]) => size! - y,
      (y, [, size]) => [y, `${size} - ${y}`],
    ),
    pair(
      "dnegbin",
      0,
      (_, [, size]) => size!,
      (y) => y,
      (y, [, size]) => [size!, y],
    ),
  ],
  draw: (rng, natural, lower, upper) => {
    if (lower <= 0 && upper >= 1) return drawBeta(rng, natural[0]!, natural[1]!)
    return table.calling === "numbers"
      ? table.sampleTruncated(rng, lower, upper, natural[0]!, natural[1]!, 0, 0)
      : Number.NaN
  },
  logDensity(x, natural, lower, upper) {
    const density = beta.direct.logDensity(x, natural[0]!, natural[1]!, 0, 0)
    if ((lower <= 0 && upper >= 1) || table.calling !== "numbers") return density
    return density - table.logMass(lower, upper, natural[0]!, natural[1]!, 0, 0)
  },
}
