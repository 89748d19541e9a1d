import { beta } from "../../../distributions/beta.ts"
import { drawBeta } from "../../../random/beta.ts"
import type { ConjugateFamily, ConjugatePair } from "./conjugate-family.ts"
import { numbersOf } from "./numbers-of.ts"

type Count = (y: number, args: Float64Array) => number

/** A child whose density has the factor `p^successes (1 − p)^failures`, p the target or 1 less it. */
function pairs(
  child: string,
  successes: Count,
  failures: Count,
  symbols: (y: string, args: readonly string[]) => readonly [string, string],
): ConjugatePair[] {
  return [false, true].map((complement) => ({
    child,
    argument: 0,
    power: 1,
    unit: true,
    complement,
    leastShape: 0,
    contribute(natural, y, args) {
      natural[complement ? 1 : 0]! += successes(y[0]!, args)
      natural[complement ? 0 : 1]! += failures(y[0]!, args)
    },
    symbols: (y, args) => {
      const [yes, no] = symbols(y, args)
      return complement ? [no, yes] : [yes, no]
    },
  }))
}

/** The BUGS language's truncated beta. */
const table = numbersOf("dbeta")

/** Density in x: x^(alpha − 1) (1 − x)^(beta − 1). */
export const betaFamily: ConjugateFamily = {
  id: "Beta",
  label: "Beta",
  natural: ["alpha", "beta"],
  source: "Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.4",
  kernel: (t, [a, b]) => `${t}^(${a} - 1) (1 - ${t})^(${b} - 1)`,
  factor: (t, [a, b]) => `${t}^(${a}) (1 - ${t})^(${b})`,
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
    ...pairs(
      "dbern",
      (y) => y,
      (y) => 1 - y,
      (y) => [y, `(1 - ${y})`],
    ),
    ...pairs(
      "dbin",
      (y) => y,
      (y, [, size]) => size! - y,
      (y, [, size]) => [y, `(${size} - ${y})`],
    ),
    ...pairs(
      "dnegbin",
      (_, [, size]) => size!,
      (y) => y,
      (y, [, size]) => [size!, y],
    ),
  ],
  draw: (rng, natural, lower, upper) =>
    lower <= 0 && upper >= 1
      ? drawBeta(rng, natural[0]!, natural[1]!)
      : table.sampleTruncated(rng, lower, upper, natural[0]!, natural[1]!, 0, 0),
  logDensity(x, natural, lower, upper) {
    const density = beta.direct.logDensity(x, natural[0]!, natural[1]!, 0, 0)
    return lower <= 0 && upper >= 1
      ? density
      : density - table.logMass(lower, upper, natural[0]!, natural[1]!, 0, 0)
  },
}
