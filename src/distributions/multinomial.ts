import gammaln from "@stdlib/math-base-special-gammaln"
import { drawBinomial } from "../random/binomial.ts"
import type { Stream } from "../random/stream.ts"
import type { MatrixDistribution, ParameterSpec } from "./distribution.ts"
import { outside, xlogy } from "./scalar-family.ts"

/** The sum of n weights; NaN when one is negative or the sum not positive and finite. */
export function totalWeight(weights: Float64Array, start: number, n: number): number {
  let total = 0
  for (let k = 0; k < n; k++) {
    if (!(weights[start + k]! >= 0)) return NaN
    total += weights[start + k]!
  }
  return total > 0 && total < Infinity ? total : NaN
}

/** Σ x_k log(w_k / Σ w): the log mass less its coefficient, which depends on x alone. −Infinity where x does not sum to `size`. Allocates nothing. */
export function logMultinomialKernel(
  x: Float64Array,
  at: number,
  n: number,
  size: number,
  weights: Float64Array,
  start: number,
): number {
  const total = totalWeight(weights, start, n)
  if (Number.isNaN(total)) return NaN
  let sum = 0
  let count = 0
  for (let k = 0; k < n; k++) {
    const value = x[at + k]!
    if (!(value >= 0 && Number.isInteger(value))) return outside(value)
    count += value
    sum += xlogy(value, weights[start + k]! / total)
  }
  return count === size ? sum : -Infinity
}

/** Log mass of Multinomial(size, weights) at x[at …], n values. Allocates nothing. */
export function logMultinomialMass(
  x: Float64Array,
  at: number,
  n: number,
  size: number,
  weights: Float64Array,
  start: number,
): number {
  if (!(size >= 0 && Number.isInteger(size))) return NaN
  let sum = logMultinomialKernel(x, at, n, size, weights, start)
  if (!(sum > -Infinity)) return sum
  sum += gammaln(size + 1)
  for (let k = 0; k < n; k++) sum -= gammaln(x[at + k]! + 1)
  return sum
}

/** One draw into out[at …]: a binomial share for each element in turn. */
export function drawMultinomial(
  rng: Stream,
  n: number,
  size: number,
  weights: Float64Array,
  start: number,
  out: Float64Array,
  at: number,
): void {
  let total = totalWeight(weights, start, n)
  let rest = size
  for (let k = 0; k < n; k++) {
    const weight = weights[start + k]!
    // Rounding may leave a total just below the last weight that is positive.
    const share = weight === 0 ? 0 : Math.min(1, weight / total)
    const isLast = isNothingAfter(weights, start, k, n)
    const value = isLast && weight > 0 ? rest : drawBinomial(rng, rest, share)
    out[at + k] = Number.isNaN(total) ? NaN : value
    rest -= value
    total -= weight
  }
}

function isNothingAfter(weights: Float64Array, start: number, k: number, n: number): boolean {
  for (let j = k + 1; j < n; j++) if (weights[start + j]! > 0) return false
  return true
}

const parameters: readonly ParameterSpec[] = [
  { name: "size", constraint: "count", description: "number of trials", shape: "scalar" },
  {
    name: "prob",
    constraint: "weights",
    description: "probabilities, up to a common factor",
    shape: "vector",
  },
]

/** Multinomial(size, prob): counts of the K outcomes of `size` trials; `p` is `[size, ...prob]`, q is K. */
export const multinomial: MatrixDistribution = {
  kind: "vector",
  name: "multinomial",
  label: "Multinomial",
  latex: "\\operatorname{Multinomial}",
  isProper: true,
  discrete: true,
  parameters,
  forms: [{ arguments: parameters }],
  logDensity: (x, q, p) => logMultinomialMass(x, 0, q, p[0]!, Float64Array.from(p), 1),
  sample: (rng, q, p, out) => drawMultinomial(rng, q, p[0]!, Float64Array.from(p), 1, out, 0),
  mean: (q, p) => {
    const total = totalWeight(Float64Array.from(p), 1, q)
    return Float64Array.from({ length: q }, (_, k) => (p[0]! * p[k + 1]!) / total)
  },
}
