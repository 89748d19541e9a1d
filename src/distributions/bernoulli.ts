import { parameter } from "./distribution.ts"
import { outside, type ScalarFamily, scalarFamily } from "./scalar-family.ts"

const logMass = (x: number, prob: number): number => {
  if (!(prob >= 0 && prob <= 1)) return NaN
  if (x === 1) return Math.log(prob)
  return x === 0 ? Math.log1p(-prob) : outside(x)
}

/** Bernoulli(prob): 1 with probability prob, else 0. */
export const bernoulli: ScalarFamily = scalarFamily(
  {
    name: "bernoulli",
    label: "Bernoulli",
    latex: "\\operatorname{Bernoulli}",
    discrete: true,
    parameters: [parameter("prob", "probability", "probability of 1")],
  },
  {
    lower: () => 0,
    upper: () => 1,
    logDensity: logMass,
    sample: (rng, prob) => (rng.uniform() < prob ? 1 : 0),
    mean: (prob) => prob,
    variance: (prob) => prob * (1 - prob),
    cdf: (x, prob) => (x < 0 ? 0 : x >= 1 ? 1 : Number.isNaN(x) ? NaN : 1 - prob),
    survival: (x, prob) => (x < 0 ? 1 : x >= 1 ? 0 : Number.isNaN(x) ? NaN : prob),
  },
)
