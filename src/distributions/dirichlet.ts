import gammaln from "@stdlib/math-base-special-gammaln"
import { drawDirichlet } from "../random/dirichlet.ts"
import type { MatrixDistribution, ParameterSpec } from "./distribution.ts"
import { totalWeight } from "./multinomial.ts"
import { xlogy } from "./scalar-family.ts"

/** How far a sum of probabilities may be from 1. */
const SLACK = 1e-8

/**
 * Log density of Dirichlet(concentration) at x[at …], n values, with respect to the elements that can be positive but one. An element with
 * concentration 0 must be 0. −Infinity where x is not a set of probabilities; NaN for a negative concentration. Allocates nothing.
 */
export function logDirichletDensity(
  x: Float64Array,
  at: number,
  n: number,
  concentration: Float64Array,
  start: number,
): number {
  const total = totalWeight(concentration, start, n)
  if (Number.isNaN(total)) return NaN
  let density = gammaln(total)
  let sum = 0
  for (let k = 0; k < n; k++) {
    const value = x[at + k]!
    const alpha = concentration[start + k]!
    if (Number.isNaN(value)) return NaN
    if (!(value >= 0 && value <= 1) || (alpha === 0 && value !== 0)) return -Infinity
    sum += value
    if (alpha > 0) density += xlogy(alpha - 1, value) - gammaln(alpha)
  }
  return Math.abs(sum - 1) <= SLACK ? density : -Infinity
}

const parameters: readonly ParameterSpec[] = [
  {
    name: "concentration",
    constraint: "weights",
    description: "their sum is the weight of the mean; 0 fixes an element at 0",
    shape: "vector",
  },
]

/** Dirichlet(concentration) of K probabilities; `p` is the concentrations, q is K. Elements with concentration 0 are exactly 0, as in JAGS. */
export const dirichlet: MatrixDistribution = {
  kind: "vector",
  name: "dirichlet",
  label: "Dirichlet",
  latex: "\\operatorname{Dirichlet}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  logDensity: (x, q, p) => logDirichletDensity(x, 0, q, Float64Array.from(p), 0),
  sample: (rng, q, p, out) => drawDirichlet(rng, Float64Array.from(p), 0, q, out, 0),
  mean: (q, p) => {
    const total = totalWeight(Float64Array.from(p), 0, q)
    return Float64Array.from(p, (value) => value / total)
  },
}
