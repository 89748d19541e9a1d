/** Link functions of generalised linear models, their inverses, and the normal distribution function. */

import { normalCdf, normalDensity } from "../../math/normal-cdf.ts"
import { normalQuantile } from "../../math/normal-quantile.ts"
import type { ScalarFunction } from "./model-function.ts"

/** log(p / (1 − p)), accurate also where p is near 1/2 and the result near 0. */
function logit(p: number): number {
  return p > 0.25 && p < 0.75 ? Math.log1p((p - 0.5 + (p - 0.5)) / (1 - p)) : Math.log(p / (1 - p))
}

/** 1 / (1 + exp(−x)), without overflow and with full relative accuracy below. */
function inverseLogit(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const e = Math.exp(x)
  return e / (1 + e)
}

export const linkFunctions: readonly ScalarFunction[] = [
  {
    kind: "scalar",
    name: "logit",
    arity: 1,
    describe: "logit(p), log(p / (1 - p))",
    evaluate: logit,
    derivative: [(p) => 1 / (p * (1 - p))],
  },
  {
    kind: "scalar",
    name: "ilogit",
    arity: 1,
    describe: "ilogit(x), 1 / (1 + exp(-x))",
    evaluate: inverseLogit,
    derivative: [(x) => inverseLogit(x) * inverseLogit(-x)],
  },
  {
    kind: "scalar",
    name: "probit",
    arity: 1,
    describe: "probit(p), the normal quantile: the inverse of phi",
    evaluate: normalQuantile,
    derivative: [(p) => 1 / normalDensity(normalQuantile(p))],
  },
  {
    kind: "scalar",
    name: "phi",
    aliases: ["iprobit"],
    arity: 1,
    describe: "phi(x), the standard normal distribution function",
    evaluate: normalCdf,
    derivative: [normalDensity],
  },
  {
    kind: "scalar",
    name: "cloglog",
    arity: 1,
    describe: "cloglog(p), log(-log(1 - p))",
    evaluate: (p) => Math.log(-Math.log1p(-p)),
    derivative: [(p) => -1 / ((1 - p) * Math.log1p(-p))],
  },
  {
    kind: "scalar",
    name: "icloglog",
    arity: 1,
    describe: "icloglog(x), 1 - exp(-exp(x))",
    evaluate: (x) => -Math.expm1(-Math.exp(x)),
    derivative: [(x) => Math.exp(x - Math.exp(x))],
  },
]
