import type { Stream } from "../random/stream.ts"
import type { ParameterSpec, ScalarDistribution, ScalarFunctions } from "./distribution.ts"
import { logistic } from "./logistic.ts"
import { normal } from "./normal.ts"
import { outside } from "./scalar-family.ts"
import { logMassBetween } from "./truncated.ts"

/**
 * log P(X = x): X counts the cutpoints c_1 < … < c_n below a latent variable, plus one, so that x = 1 … n + 1. The latent variable is
 * `location` plus a standard logistic or normal (both take location and 1 as parameters). NaN when cuts do not increase. Allocates nothing.
 */
export function logOrderedMass(
  latent: ScalarFunctions,
  x: number,
  location: number,
  cuts: Float64Array,
  start: number,
  n: number,
): number {
  for (let k = 1; k < n; k++) if (!(cuts[start + k]! > cuts[start + k - 1]!)) return NaN
  if (!(x >= 1 && x <= n + 1 && Number.isInteger(x))) return outside(x)
  const lower = x === 1 ? -Infinity : cuts[start + x - 2]!
  const upper = x === n + 1 ? Infinity : cuts[start + x - 1]!
  return logMassBetween(latent, false, lower, upper, location, 1, 0, 0)
}

/** One draw of the same. */
export function drawOrdered(
  rng: Stream,
  latent: ScalarFunctions,
  location: number,
  cuts: Float64Array,
  start: number,
  n: number,
): number {
  const value = latent.sample(rng, location, 1, 0, 0)
  let x = 1
  for (let k = 0; k < n; k++) if (value > cuts[start + k]!) x++
  return x
}

const parameters: readonly ParameterSpec[] = [
  { name: "location", constraint: "real", description: "centre of the latent variable", shape: "scalar" },
  {
    name: "cuts",
    constraint: "increasing",
    description: "where the latent variable is cut",
    shape: "vector",
  },
]

function orderedFamily(name: string, label: string, latent: ScalarFunctions): ScalarDistribution {
  const average = (p: readonly number[], f: (x: number) => number): number => {
    const cuts = Float64Array.from(p)
    let sum = 0
    for (let x = 1; x <= p.length; x++)
      sum += f(x) * Math.exp(logOrderedMass(latent, x, p[0]!, cuts, 1, p.length - 1))
    return sum
  }
  return {
    kind: "scalar",
    name,
    label,
    latex: `\\operatorname{${label}}`,
    isProper: true,
    discrete: true,
    parameters,
    forms: [{ arguments: parameters }],
    support: (p) => ({ lower: 1, upper: p.length }),
    logDensity: (x, p) => logOrderedMass(latent, x, p[0]!, Float64Array.from(p), 1, p.length - 1),
    sample: (rng, p) => drawOrdered(rng, latent, p[0]!, Float64Array.from(p), 1, p.length - 1),
    mean: (p) => average(p, (x) => x),
    variance: (p) => average(p, (x) => x * x) - average(p, (x) => x) ** 2,
    cdf: (x, p) => {
      if (!(x >= 1 && x < p.length)) return x < 1 ? 0 : x >= p.length ? 1 : NaN
      return latent.cdf(p[Math.floor(x)]!, p[0]!, 1, 0, 0)
    },
    survival: (x, p) => {
      if (!(x >= 1 && x < p.length)) return x < 1 ? 1 : x >= p.length ? 0 : NaN
      return latent.survival(p[Math.floor(x)]!, p[0]!, 1, 0, 0)
    },
  }
}

/** OrderedLogit(location, cuts): the class 1 … n + 1 of a logistic latent variable between n cutpoints; `p` is `[location, ...cuts]`. */
export const orderedLogit: ScalarDistribution = orderedFamily("orderedLogit", "OrderedLogit", logistic.direct)

/** OrderedProbit(location, cuts): as `orderedLogit` with a normal latent variable of variance 1. */
export const orderedProbit: ScalarDistribution = orderedFamily(
  "orderedProbit",
  "OrderedProbit",
  normal.direct,
)
