/**
 * Models of nine rows with proper priors whose simulated data and parameters have finite fourth moments: for tests that
 * simulate data and parameters together.
 */
import type { PlanMethod } from "../../src/samplers/plan.ts"
import { modelOf, type Specimen } from "./zoo.ts"

/** Three groups of three rows: `g`, crossed with `h`; `c` splits the rows of each group. */
const TABLE: Readonly<Record<string, readonly (number | string)[]>> = {
  y: [1.2, 0.4, -0.3, 0.8, 1.9, 0.1, -0.6, 0.7, 1.1],
  x: [-1.2, 0.3, 0.9, -0.5, 1.1, -0.8, 0.2, -0.4, 1.4],
  g: ["a", "a", "a", "b", "b", "b", "d", "d", "d"],
  h: ["p", "q", "r", "p", "q", "r", "p", "q", "r"],
  c: ["s", "s", "t", "s", "t", "t", "s", "s", "t"],
}

const NORMAL = "Intercept ~ normal(0.5, 1)"
const SLOPE = "b ~ normal(-0.3, var = 0.5)"
const RESIDUAL = "var(residual) ~ inverseGamma(6, 4)"

export const SMALL_ZOO: readonly Specimen[] = [
  {
    name: "one-way, inverse-gamma",
    formula: "y ~ 1 + (1 | g)",
    priors: [NORMAL, RESIDUAL, "var(g) ~ inverseGamma(6, 5)"],
  },
  {
    name: "one-way, half-t",
    formula: "y ~ x + (1 | g)",
    priors: [NORMAL, SLOPE, "sd(residual) ~ halfT(9, 0.8)", "sd(g) ~ halfT(9, 1)"],
  },
  {
    name: "slopes, inverseWishart",
    formula: "y ~ x + (x | g)",
    priors: [NORMAL, SLOPE, RESIDUAL, "cov(g) ~ inverseWishart(9, [[5, 1], [1, 3]])"],
  },
  {
    name: "slopes, huangWand",
    formula: "y ~ x + (x | g)",
    priors: [NORMAL, SLOPE, RESIDUAL, "cov(g) ~ huangWand(9, [1, 0.5])"],
  },
  {
    name: "crossed",
    formula: "y ~ 1 + (1 | g) + (1 | h)",
    priors: [NORMAL, RESIDUAL, "var(g) ~ inverseGamma(6, 5)", "sd(h) ~ halfT(9, 0.7)"],
  },
  {
    name: "nested",
    formula: "y ~ 1 + (1 | g/c)",
    priors: [NORMAL, RESIDUAL, "var(g) ~ inverseGamma(6, 5)", "var(c:g) ~ inverseGamma(7, 3)"],
  },
  {
    name: "independent terms, no intercept",
    formula: "y ~ 0 + x + (x || g)",
    priors: [SLOPE, RESIDUAL, "var(g) ~ inverseGamma(6, 5)", "sd(g, x) ~ halfT(9, 1)"],
  },
  {
    name: "slice",
    formula: "y ~ x + (1 | g)",
    priors: [
      "Intercept ~ uniform(-2, 2)",
      "b[x] ~ halfNormal(1)",
      "sd(g) ~ exponential(1.5)",
      "sd(residual) ~ uniform(0.2, 1.5)",
    ],
  },
  {
    name: "slice, joint coefficients",
    formula: "y ~ x + (1 | g)",
    priors: [NORMAL, SLOPE, "sd(g) ~ halfNormal(1.5)", "var(residual) ~ uniform(0.1, 2)"],
  },
]

/** The methods that apply to a specimen: priors that are not normal leave coefficients to single-site draws. */
export const methodsFor = ({ priors }: Specimen): readonly PlanMethod[] =>
  priors!.some((prior) => /^(b\[|Intercept).*~ (uniform|half)/.test(prior))
    ? ["gibbs"]
    : ["gibbs", "blocked", "collapsed"]

export const smallModelOf = (specimen: Specimen) => modelOf({ ...specimen, data: TABLE })
