import { drawCategorical } from "../random/categorical.ts"
import { drawNormal } from "../random/normal.ts"
import type { Stream } from "../random/stream.ts"
import type { ParameterSpec, ScalarDistribution } from "./distribution.ts"
import { normal } from "./normal.ts"

const { direct } = normal

/** Log density at x of Σ w_k Normal(mean_k, 1 / precision_k) / Σ w_k. NaN for invalid weights or precisions. Allocates nothing. */
export function logMixtureDensity(
  x: number,
  p: Float64Array,
  means: number,
  precisions: number,
  weights: number,
  n: number,
): number {
  let total = 0
  let largest = -Infinity
  for (let k = 0; k < n; k++) {
    const weight = p[weights + k]!
    if (!(weight >= 0 && p[precisions + k]! > 0)) return NaN
    total += weight
    if (weight > 0) largest = Math.max(largest, component(x, p, means, precisions, weights, k))
  }
  if (!(total > 0) || Number.isNaN(x)) return NaN
  if (largest === -Infinity) return -Infinity
  let sum = 0
  for (let k = 0; k < n; k++)
    if (p[weights + k]! > 0) sum += Math.exp(component(x, p, means, precisions, weights, k) - largest)
  return largest + Math.log(sum / total)
}

const component = (
  x: number,
  p: Float64Array,
  means: number,
  precisions: number,
  weights: number,
  k: number,
): number => Math.log(p[weights + k]!) + direct.logDensity(x, p[means + k]!, 1 / p[precisions + k]!, 0, 0)

/** One draw; layout as `logMixtureDensity`. */
export function drawMixture(
  rng: Stream,
  p: Float64Array,
  means: number,
  precisions: number,
  weights: number,
  n: number,
): number {
  const k = drawCategorical(rng, p, weights, n)
  return Number.isNaN(k) ? NaN : p[means + k]! + drawNormal(rng) / Math.sqrt(p[precisions + k]!)
}

const parameters: readonly ParameterSpec[] = [
  { name: "means", constraint: "real", description: "centres of the components", shape: "vector" },
  { name: "variances", constraint: "positive", description: "variances of the components", shape: "vector" },
  {
    name: "weights",
    constraint: "weights",
    description: "shares of the components, up to a common factor",
    shape: "vector",
  },
]

/** Means, precisions and weights, from the canonical means, variances and weights. */
function layOut(p: readonly number[]): { values: Float64Array; n: number } {
  const n = p.length / 3
  return { values: Float64Array.from(p, (value, k) => (k >= n && k < 2 * n ? 1 / value : value)), n }
}

/** Σ w_k f(mean_k, variance_k) / Σ w_k. */
function average(p: readonly number[], f: (mean: number, variance: number) => number): number {
  const n = p.length / 3
  let sum = 0
  let total = 0
  for (let k = 0; k < n; k++) {
    sum += p[2 * n + k]! * f(p[k]!, p[n + k]!)
    total += p[2 * n + k]!
  }
  return sum / total
}

/** NormalMixture(means, variances, weights); `p` is the three vectors one after another. */
export const normalMixture: ScalarDistribution = {
  kind: "scalar",
  name: "normalMixture",
  label: "NormalMixture",
  latex: "\\operatorname{NormalMixture}",
  isProper: true,
  discrete: false,
  parameters,
  forms: [{ arguments: parameters }],
  support: () => ({ lower: -Infinity, upper: Infinity }),
  logDensity: (x, p) => {
    const { values, n } = layOut(p)
    return logMixtureDensity(x, values, 0, n, 2 * n, n)
  },
  sample: (rng, p) => {
    const { values, n } = layOut(p)
    return drawMixture(rng, values, 0, n, 2 * n, n)
  },
  mean: (p) => average(p, (mean) => mean),
  variance: (p) => {
    const centre = average(p, (mean) => mean)
    return average(p, (mean, variance) => variance + (mean - centre) ** 2)
  },
  cdf: (x, p) => average(p, (mean, variance) => direct.cdf(x, mean, variance, 0, 0)),
  survival: (x, p) => average(p, (mean, variance) => direct.survival(x, mean, variance, 0, 0)),
}
