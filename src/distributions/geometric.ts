import { parameter } from "./distribution.ts"
import { infinity, outside, type ScalarFamily, scalarFamily, xlog1py, zero } from "./scalar-family.ts"

/** Geometric(prob): failures before the first success, mass prob (1 − prob)^x, x = 0, 1, …. */
export const geometric: ScalarFamily = scalarFamily(
  {
    name: "geometric",
    label: "Geometric",
    latex: "\\operatorname{Geometric}",
    discrete: true,
    parameters: [parameter("prob", "probability", "probability of success in one trial")],
    relation: {
      holds: ([prob]) => prob! > 0,
      text: "prob must be positive",
      remedy: "give a number above 0, at most 1",
    },
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, prob) => {
      if (!(prob > 0 && prob <= 1)) return NaN
      return x >= 0 && Number.isInteger(x) ? Math.log(prob) + xlog1py(x, -prob) : outside(x)
    },
    sample: (rng, prob) => (prob === 1 ? 0 : Math.floor(Math.log(rng.uniform()) / Math.log1p(-prob))),
    mean: (prob) => (1 - prob) / prob,
    variance: (prob) => (1 - prob) / (prob * prob),
    cdf: (x, prob) => (x < 0 ? 0 : -Math.expm1((Math.floor(x) + 1) * Math.log1p(-prob))),
    survival: (x, prob) => (x < 0 ? 1 : Math.exp((Math.floor(x) + 1) * Math.log1p(-prob))),
  },
)
