import { logCategoricalMass } from "../../distributions/categorical.ts"
import { logDirichletDensity } from "../../distributions/dirichlet.ts"
import type { ParameterSpec } from "../../distributions/distribution.ts"
import { logistic } from "../../distributions/logistic.ts"
import {
  drawMultinomial,
  logMultinomialKernel,
  logMultinomialMass,
  totalWeight,
} from "../../distributions/multinomial.ts"
import { normal } from "../../distributions/normal.ts"
import { drawMixture, logMixtureDensity } from "../../distributions/normal-mixture.ts"
import { drawOrdered, logOrderedMass } from "../../distributions/ordered.ts"
import type { ScalarFamily } from "../../distributions/scalar-family.ts"
import { drawCategorical } from "../../random/categorical.ts"
import { drawDirichlet } from "../../random/dirichlet.ts"
import type { ArrayFunctions, BugsArrayDistribution } from "./bugs-distribution.ts"
import { argument, arrayDistribution } from "./make-distribution.ts"
import { matrixDistributions } from "./matrix-distributions.ts"

const weights = (name: string): ParameterSpec =>
  argument(name, "weights", "probabilities, up to a common factor", "vector")

/** Copies the arguments in their order. */
const copy: BugsArrayDistribution["toCanonical"] = (args, starts, lengths, out) => {
  let place = 0
  for (let k = 0; k < starts.length; k++)
    for (let i = 0; i < lengths[k]!; i++) out[place++] = args[starts[k]! + i]!
}

/** Every element between the same bounds. */
const between =
  (low: number, high: number): ArrayFunctions["support"] =>
  (lower, upper, n) => {
    lower.fill(low, 0, n)
    upper.fill(high, 0, n)
  }

const number = { shape: "scalar", dims: () => [1], shapeFrom: -1 } as const

const dcat = arrayDistribution({
  ...number,
  name: "dcat",
  family: "categorical",
  arguments: [weights("pi")],
  discrete: true,
  note: "values are 1, 2, …; the probabilities need not sum to 1",
  toCanonical: copy,
  logDensity: (x, at, _n, args, starts, lengths) => logCategoricalMass(x[at]!, args, starts[0]!, lengths[0]!),
  sample: (rng, out, at, _n, args, starts, lengths) => {
    out[at] = drawCategorical(rng, args, starts[0]!, lengths[0]!) + 1
  },
  mean: (out, at, _n, args, starts, lengths) => {
    let sum = 0
    for (let k = 0; k < lengths[0]!; k++) sum += (k + 1) * args[starts[0]! + k]!
    out[at] = sum / totalWeight(args, starts[0]!, lengths[0]!)
  },
  support: (lower, upper, _n, _args, _starts, lengths) => {
    lower[0] = 1
    upper[0] = lengths[0]!
  },
})

const dnormmix = arrayDistribution({
  ...number,
  name: "dnormmix",
  family: "normalMixture",
  arguments: [
    argument("mu", "real", "means of the components", "vector"),
    argument("tau", "positive", "precisions of the components", "vector"),
    weights("pi"),
  ],
  note: "the second argument holds precisions, 1 / variance",
  relation: ([mu, tau, pi]) =>
    mu!.length === tau!.length && mu!.length === pi!.length
      ? undefined
      : `mu, tau and pi must have the same length, found ${mu!.length}, ${tau!.length} and ${pi!.length}`,
  toCanonical: (args, starts, lengths, out) => {
    const n = lengths[0]!
    for (let k = 0; k < n; k++) {
      out[k] = args[starts[0]! + k]!
      out[n + k] = 1 / args[starts[1]! + k]!
      out[2 * n + k] = args[starts[2]! + k]!
    }
  },
  logDensity: (x, at, _n, args, starts, lengths) =>
    logMixtureDensity(x[at]!, args, starts[0]!, starts[1]!, starts[2]!, lengths[0]!),
  sample: (rng, out, at, _n, args, starts, lengths) => {
    out[at] = drawMixture(rng, args, starts[0]!, starts[1]!, starts[2]!, lengths[0]!)
  },
  mean: (out, at, _n, args, starts, lengths) => {
    let sum = 0
    for (let k = 0; k < lengths[0]!; k++) sum += args[starts[0]! + k]! * args[starts[2]! + k]!
    out[at] = sum / totalWeight(args, starts[2]!, lengths[0]!)
  },
  support: between(-Infinity, Infinity),
})

const ordered = (name: string, family: string, { direct }: ScalarFamily): BugsArrayDistribution =>
  arrayDistribution({
    ...number,
    name,
    family,
    arguments: [
      argument("mu", "real", "centre of the latent variable"),
      argument("cuts", "increasing", "cutpoints of the latent variable", "vector"),
    ],
    discrete: true,
    toCanonical: copy,
    logDensity: (x, at, _n, args, starts, lengths) =>
      logOrderedMass(direct, x[at]!, args[starts[0]!]!, args, starts[1]!, lengths[1]!),
    sample: (rng, out, at, _n, args, starts, lengths) => {
      out[at] = drawOrdered(rng, direct, args[starts[0]!]!, args, starts[1]!, lengths[1]!)
    },
    // P(X > k) added up.
    mean: (out, at, _n, args, starts, lengths) => {
      let sum = 1
      for (let k = 0; k < lengths[1]!; k++)
        sum += direct.survival(args[starts[1]! + k]!, args[starts[0]!]!, 1, 0, 0)
      out[at] = sum
    },
    support: (lower, upper, _n, _args, _starts, lengths) => {
      lower[0] = 1
      upper[0] = lengths[1]! + 1
    },
  })

/** Number of cutpoints below t: a value on a cutpoint belongs to the interval below it. */
function intervalOf(args: Float64Array, starts: ArrayLike<number>, lengths: ArrayLike<number>): number {
  const t = args[starts[0]!]!
  let count = 0
  for (let k = 0; k < lengths[1]!; k++) if (t > args[starts[1]! + k]!) count++
  return count
}

const dinterval = arrayDistribution({
  ...number,
  name: "dinterval",
  family: null,
  arguments: [
    argument("t", "real", "the variable that is observed by its interval"),
    argument("cuts", "real", "cutpoints", "vector"),
  ],
  discrete: true,
  isDetermined: true,
  note: "0 when t is at or below the first cutpoint, m when it is above m of them",
  relation: ([, cuts]) => {
    for (let k = 1; k < cuts!.length; k++)
      if (!(cuts![k]! >= cuts![k - 1]!))
        return `cuts must not decrease, found ${Array.from(cuts!).join(", ")}`
    return undefined
  },
  toCanonical: copy,
  logDensity: (x, at, _n, args, starts, lengths) =>
    x[at] === intervalOf(args, starts, lengths) ? 0 : -Infinity,
  sample: (_rng, out, at, _n, args, starts, lengths) => {
    out[at] = intervalOf(args, starts, lengths)
  },
  mean: (out, at, _n, args, starts, lengths) => {
    out[at] = intervalOf(args, starts, lengths)
  },
  support: (lower, upper, _n, args, starts, lengths) => {
    lower[0] = intervalOf(args, starts, lengths)
    upper[0] = lower[0]
  },
})

/** Slack of an observed sum, relative to the sum of the absolute values. */
const SUM_SLACK = 1e-10

function sumOf(args: Float64Array, starts: ArrayLike<number>, lengths: ArrayLike<number>): number {
  let sum = 0
  for (let k = 0; k < starts.length; k++) for (let i = 0; i < lengths[k]!; i++) sum += args[starts[k]! + i]!
  return sum
}

const dsum = arrayDistribution({
  ...number,
  name: "dsum",
  family: null,
  arguments: [argument("x", "real", "what is added up: numbers or vectors")],
  isVariadic: true,
  isDetermined: true,
  note: "the value is the sum of the arguments",
  toCanonical: copy,
  logDensity: (x, at, _n, args, starts, lengths) => {
    const sum = sumOf(args, starts, lengths)
    let size = Math.abs(x[at]!)
    for (let k = 0; k < starts.length; k++)
      for (let i = 0; i < lengths[k]!; i++) size += Math.abs(args[starts[k]! + i]!)
    return Math.abs(sum - x[at]!) <= SUM_SLACK * size ? 0 : Number.isNaN(sum) ? NaN : -Infinity
  },
  sample: (_rng, out, at, _n, args, starts, lengths) => {
    out[at] = sumOf(args, starts, lengths)
  },
  mean: (out, at, _n, args, starts, lengths) => {
    out[at] = sumOf(args, starts, lengths)
  },
  support: (lower, upper, _n, args, starts, lengths) => {
    lower[0] = sumOf(args, starts, lengths)
    upper[0] = lower[0]
  },
})

const dmulti = arrayDistribution({
  name: "dmulti",
  aliases: ["dmultinom"],
  family: "multinomial",
  arguments: [weights("pi"), argument("size", "count", "number of trials")],
  shape: "vector",
  dims: ([pi]) => pi!,
  shapeFrom: 0,
  discrete: true,
  note: "the probabilities come first; they need not sum to 1",
  toCanonical: (args, starts, lengths, out) => {
    out[0] = args[starts[1]!]!
    for (let k = 0; k < lengths[0]!; k++) out[k + 1] = args[starts[0]! + k]!
  },
  logDensity: (x, at, n, args, starts) => logMultinomialMass(x, at, n, args[starts[1]!]!, args, starts[0]!),
  logLikelihood: (x, at, n, args, starts) =>
    logMultinomialKernel(x, at, n, args[starts[1]!]!, args, starts[0]!),
  sample: (rng, out, at, n, args, starts) =>
    drawMultinomial(rng, n, args[starts[1]!]!, args, starts[0]!, out, at),
  mean: (out, at, n, args, starts) => {
    const total = totalWeight(args, starts[0]!, n)
    for (let k = 0; k < n; k++) out[at + k] = (args[starts[1]!]! * args[starts[0]! + k]!) / total
  },
  support: (lower, upper, n, args, starts) => {
    for (let k = 0; k < n; k++) {
      lower[k] = 0
      upper[k] = args[starts[0]! + k] === 0 ? 0 : args[starts[1]!]!
    }
  },
})

const ddirch = arrayDistribution({
  name: "ddirch",
  aliases: ["ddirich"],
  family: "dirichlet",
  arguments: [argument("alpha", "weights", "concentrations; 0 fixes an element at 0", "vector")],
  shape: "vector",
  dims: ([alpha]) => alpha!,
  shapeFrom: 0,
  toCanonical: copy,
  logDensity: (x, at, n, args, starts) => logDirichletDensity(x, at, n, args, starts[0]!),
  sample: (rng, out, at, n, args, starts) => drawDirichlet(rng, args, starts[0]!, n, out, at),
  mean: (out, at, n, args, starts) => {
    const total = totalWeight(args, starts[0]!, n)
    for (let k = 0; k < n; k++) out[at + k] = args[starts[0]! + k]! / total
  },
  support: (lower, upper, n, args, starts) => {
    for (let k = 0; k < n; k++) {
      lower[k] = 0
      upper[k] = args[starts[0]! + k] === 0 ? 0 : 1
    }
  },
})

/** Distributions of vectors and matrices, and of one number given vectors. */
export const arrayDistributions: readonly BugsArrayDistribution[] = [
  dcat,
  dnormmix,
  ordered("dordered.logit", "orderedLogit", logistic),
  ordered("dordered.probit", "orderedProbit", normal),
  dinterval,
  dsum,
  dmulti,
  ddirch,
  ...matrixDistributions,
]
