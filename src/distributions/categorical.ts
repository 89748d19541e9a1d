import { drawCategorical } from "../random/categorical.ts"
import type { ParameterSpec, ScalarDistribution } from "./distribution.ts"
import { outside } from "./scalar-family.ts"

/** log P(X = x) for weights at `weights[start …]`, n of them; NaN when one is negative or none is positive. Allocates nothing. */
export function logCategoricalMass(x: number, weights: Float64Array, start: number, n: number): number {
  let total = 0
  for (let k = 0; k < n; k++) {
    const weight = weights[start + k]!
    if (!(weight >= 0)) return NaN
    total += weight
  }
  if (!(total > 0 && total < Infinity)) return NaN
  return x >= 1 && x <= n && Number.isInteger(x) ? Math.log(weights[start + x - 1]! / total) : outside(x)
}

const parameters: readonly ParameterSpec[] = [
  {
    name: "weights",
    constraint: "weights",
    description: "probabilities of 1, 2, …, up to a common factor",
    shape: "vector",
  },
]

const sumOf = (p: readonly number[], f: (weight: number, value: number) => number): number =>
  p.reduce((sum, weight, k) => sum + f(weight, k + 1), 0)
const meanOf = (p: readonly number[]): number => sumOf(p, (w, x) => w * x) / sumOf(p, (w) => w)

/** Categorical(weights): the values 1 … K with probabilities proportional to the K weights. */
export const categorical: ScalarDistribution = {
  kind: "scalar",
  name: "categorical",
  label: "Categorical",
  latex: "\\operatorname{Categorical}",
  isProper: true,
  discrete: true,
  parameters,
  forms: [{ arguments: parameters }],
  support: (p) => ({ lower: 1, upper: p.length }),
  logDensity: (x, p) => logCategoricalMass(x, Float64Array.from(p), 0, p.length),
  sample: (rng, p) => drawCategorical(rng, Float64Array.from(p), 0, p.length) + 1,
  mean: meanOf,
  variance: (p) => {
    const mean = meanOf(p)
    return sumOf(p, (w, x) => w * (x - mean) ** 2) / sumOf(p, (w) => w)
  },
  cdf: (x, p) => (Number.isNaN(x) ? NaN : sumOf(p, (w, k) => (k <= x ? w : 0)) / sumOf(p, (w) => w)),
  survival: (x, p) => (Number.isNaN(x) ? NaN : sumOf(p, (w, k) => (k > x ? w : 0)) / sumOf(p, (w) => w)),
}
