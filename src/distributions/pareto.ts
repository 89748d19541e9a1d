import { parameter } from "./distribution.ts"
import { infinity, outside, type ScalarFamily, scalarFamily } from "./scalar-family.ts"

/** Pareto(shape, minimum): density shape minimum^shape x^(−shape−1), x ≥ minimum. */
export const pareto: ScalarFamily = scalarFamily(
  {
    name: "pareto",
    label: "Pareto",
    latex: "\\operatorname{Pareto}",
    discrete: false,
    parameters: [
      parameter("shape", "positive", "the tail falls as x^(-shape - 1)"),
      parameter("minimum", "positive", "smallest value"),
    ],
  },
  {
    lower: (_, minimum) => minimum,
    upper: infinity,
    logDensity: (x, shape, minimum) => {
      if (!(shape > 0 && minimum > 0)) return NaN
      if (!(x >= minimum && x < Infinity)) return outside(x)
      return Math.log(shape) - shape * Math.log(x / minimum) - Math.log(x)
    },
    logLikelihood: (x, shape, minimum) => {
      if (!(shape > 0 && minimum > 0)) return NaN
      return x >= minimum ? Math.log(shape) - shape * Math.log(x / minimum) : outside(x)
    },
    sample: (rng, shape, minimum) => minimum * rng.uniform() ** (-1 / shape),
    mean: (shape, minimum) => (shape > 1 ? (shape * minimum) / (shape - 1) : Infinity),
    variance: (shape, minimum) => {
      if (shape <= 1) return NaN
      return shape > 2 ? (minimum * minimum * shape) / ((shape - 1) ** 2 * (shape - 2)) : Infinity
    },
    cdf: (x, shape, minimum) => (x <= minimum ? 0 : -Math.expm1(-shape * Math.log(x / minimum))),
    survival: (x, shape, minimum) => (x <= minimum ? 1 : (x / minimum) ** -shape),
    logSurvival: (x, shape, minimum) => (x <= minimum ? 0 : -shape * Math.log(x / minimum)),
    quantile: (q, shape, minimum) => (q >= 0 ? minimum * Math.exp(-Math.log1p(-q) / shape) : NaN),
  },
)
