import { gamma } from "../../../distributions/gamma.ts"
import { lookupBugsDistribution } from "../../../models/bugs/distribution-table.ts"
import { drawGamma } from "../../../random/gamma.ts"
import type { Stream } from "../../../random/stream.ts"
import type { ConjugateFamily, ConjugatePair } from "./conjugate-family.ts"

/** A child whose density has the factor `x^shape exp(−rate x)` in its argument k x. */
function pair(
  child: string,
  argument: number,
  shape: (y: number, args: Float64Array) => number,
  rate: (y: number, args: Float64Array) => number,
  symbols: (y: string, args: readonly string[]) => readonly [string, string],
): ConjugatePair {
  return {
    child,
    argument,
    entry: "proportional",
    contribute(natural, y, args, x) {
      natural[0]! += shape(y, args)
      natural[1]! += (args[argument]! / x) * rate(y, args)
    },
    symbols: (y, args, k) => {
      const [a, b] = symbols(y, args)
      return [a, k === "1" ? b : `${k} * ${b}`]
    },
  }
}

const halfSquare = (y: number, mean: number): number => 0.5 * (y - mean) * (y - mean)

/** The BUGS language's truncated gamma: inverse cdf where the tails are not too far, by its own table. */
const table = lookupBugsDistribution("dgamma")

/** Density in x: x^(shape − 1) exp(−rate x). */
export const gammaFamily: ConjugateFamily = {
  label: "Gamma",
  natural: ["shape", "rate"],
  source: "Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., sections 2.6 to 2.7",
  priors: {
    dgamma: {
      start: (natural, args) => {
        natural[0] = args[0]!
        natural[1] = args[1]!
      },
      symbols: ([shape, rate]) => [shape!, rate!],
    },
    dexp: {
      start: (natural, args) => {
        natural[0] = 1
        natural[1] = args[0]!
      },
      symbols: ([rate]) => ["1", rate!],
    },
    dchisqr: {
      start: (natural, args) => {
        natural[0] = args[0]! / 2
        natural[1] = 0.5
      },
      symbols: ([df]) => [`${df} / 2`, "1/2"],
    },
    // Flat on its interval: Gamma(1, 0) cut off there.
    dunif: {
      start: (natural) => {
        natural[0] = 1
        natural[1] = 0
      },
      symbols: () => ["1", "0"],
    },
  },
  pairs: [
    pair(
      "dnorm",
      1,
      () => 0.5,
      (y, [mean]) => halfSquare(y, mean!),
      (y, [mean]) => ["1/2", `(${y} - ${mean})^2 / 2`],
    ),
    pair(
      "dlnorm",
      1,
      () => 0.5,
      (y, [mean]) => halfSquare(Math.log(y), mean!),
      (y, [mean]) => ["1/2", `(log(${y}) - ${mean})^2 / 2`],
    ),
    pair(
      "ddexp",
      1,
      () => 1,
      (y, [mean]) => Math.abs(y - mean!),
      (y, [mean]) => ["1", `|${y} - ${mean}|`],
    ),
    pair(
      "dpois",
      0,
      (y) => y,
      () => 1,
      (y) => [y, "1"],
    ),
    pair(
      "dexp",
      0,
      () => 1,
      (y) => y,
      (y) => ["1", y],
    ),
    pair(
      "dgamma",
      1,
      (_, [shape]) => shape!,
      (y) => y,
      (y, [shape]) => [shape!, y],
    ),
    pair(
      "dweib",
      1,
      () => 1,
      (y, [shape]) => y ** shape!,
      (y, [shape]) => ["1", `${y}^${shape}`],
    ),
    pair(
      "dpar",
      0,
      () => 1,
      (y, args) => Math.log(y / args[1]!),
      (y, [, least]) => ["1", `log(${y} / ${least})`],
    ),
  ],
  draw(rng: Stream, natural, lower, upper) {
    const shape = natural[0]!
    const rate = natural[1]!
    if (lower <= 0 && upper === Infinity) return drawGamma(rng, shape) / rate
    if (table.calling !== "numbers") return Number.NaN
    // A flat prior and nothing that pulls: uniform on the bounds.
    if (rate === 0) return lower + (upper - lower) * rng.uniform() ** (1 / shape)
    return table.sampleTruncated(rng, lower, upper, shape, rate, 0, 0)
  },
  logDensity(x, natural, lower, upper) {
    const density = gamma.direct.logDensity(x, natural[0]!, natural[1]!, 0, 0)
    if ((lower <= 0 && upper === Infinity) || table.calling !== "numbers") return density
    return density - table.logMass(lower, upper, natural[0]!, natural[1]!, 0, 0)
  },
}
