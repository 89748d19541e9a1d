/**
 * Densities, distribution functions and quantiles of every distribution of one number, called by name:
 * `dnorm(x, mean, precision)`, `pnorm(x, …)`, `qnorm(p, …)` and `logdensity.norm(x, …)`, with BUGS's own arguments
 * behind the first.
 */

import type { BugsNumberDistribution } from "../bugs/bugs-distribution.ts"
import { numberDistributions } from "../bugs/number-distributions.ts"
import type { ScalarFunction } from "./model-function.ts"

type Evaluate = (x: number, a: number, b: number, c: number, d: number) => number

interface Kind {
  readonly prefix: string
  readonly first: string
  readonly gives: string
  /** Whether the result is an integer where the distribution's values are. */
  readonly drawsValue: boolean
  of(distribution: BugsNumberDistribution): Evaluate
}

const KINDS: readonly Kind[] = [
  {
    prefix: "d",
    first: "x",
    gives: "the density at x",
    drawsValue: false,
    of: (distribution) => (x, a, b, c, d) => Math.exp(distribution.logDensity(x, a, b, c, d)),
  },
  {
    prefix: "logdensity.",
    first: "x",
    gives: "the logarithm of the density at x",
    drawsValue: false,
    of: (distribution) => distribution.logDensity,
  },
  {
    prefix: "p",
    first: "x",
    gives: "the probability of x or less",
    drawsValue: false,
    of: (distribution) => distribution.cdf,
  },
  {
    prefix: "q",
    first: "p",
    gives: "the p-quantile",
    drawsValue: true,
    of: (distribution) => distribution.quantile,
  },
]

/** Arguments that are not those of a distribution give NaN, or 0 as density. */
export const distributionFunctions: readonly ScalarFunction[] = numberDistributions
  .filter((distribution) => distribution.isProper)
  .flatMap((distribution) => KINDS.map((kind) => distributionFunction(distribution, kind)))

function distributionFunction(distribution: BugsNumberDistribution, kind: Kind): ScalarFunction {
  const rename = (name: string): string => kind.prefix + name.slice(1)
  const name = rename(distribution.name)
  const evaluate = kind.of(distribution)
  const args = [kind.first, ...distribution.argumentNames]
  return {
    kind: "scalar",
    name,
    aliases: distribution.aliases.filter((alias) => alias.startsWith("d")).map(rename),
    arity: args.length,
    describe: `${name}(${args.join(", ")}), ${kind.gives}`,
    integer: kind.drawsValue && distribution.discrete,
    evaluate: (x, a = Number.NaN, b = Number.NaN, c = Number.NaN, d = Number.NaN) => evaluate(x, a, b, c, d),
  }
}
