/** Every function and operator of the model language. */

import { ModelError, nearest, suggest } from "../../core/errors.ts"
import type { ArrayValue } from "../array-value.ts"
import { combinations } from "./combine.ts"
import { distributionFunctions } from "./distribution-functions.ts"
import { elementaryFunctions } from "./elementary.ts"
import { elementwise } from "./elementwise.ts"
import { linkFunctions } from "./links.ts"
import { matrixFunctions } from "./matrix.ts"
import type { Arity, ArrayFunction, ModelFunction, ScalarFunction } from "./model-function.ts"
import { operators } from "./operators.ts"
import { orderings } from "./order.ts"
import { reductions } from "./reduce.ts"

export type { ArrayFunction, ArrayValue, ModelFunction, ScalarFunction }
export { elementwise }

export const modelFunctions: readonly ModelFunction[] = [
  ...operators,
  ...elementaryFunctions,
  ...linkFunctions,
  ...reductions,
  ...orderings,
  ...combinations,
  ...matrixFunctions,
  ...distributionFunctions,
]

const byName: ReadonlyMap<string, ModelFunction> = new Map(
  modelFunctions.flatMap((f) => [f.name, ...(f.aliases ?? [])].map((name) => [name, f] as const)),
)

/** Functions of R, Stan and OpenBUGS under other names, and what to write here. */
const FOREIGN: Readonly<Record<string, string>> = {
  beta: "write exp(loggam(a) + loggam(b) - loggam(a + b))",
  cbind: "assign the columns one by one: x[1:n, 1] <- a",
  cumulative: "write the distribution's own function, as in pnorm(x, mean, precision)",
  cut: "what is drawn learns from everything below it; run the first model and give its result as data",
  density: "write the distribution's own function, as in dnorm(x, mean, precision)",
  deviance: "write -2 * logdensity.norm(x, mean, precision) or the like; posterior.dic() has the model's",
  ceiling: "write -trunc(-x) for x above 0",
  crossprod: "write t(x) %*% y",
  det: "write exp(logdet(x))",
  diag: "assign the elements one by one",
  expit: "write ilogit(x)",
  factorial: "write exp(logfact(x))",
  floor: "write trunc(x) for x at least 0",
  gamma: "write exp(loggam(x))",
  inv: "write inverse(x)",
  inv_logit: "write ilogit(x)",
  "inv.logit": "write ilogit(x)",
  invlogit: "write ilogit(x)",
  lchoose: "write logfact(n) - logfact(k) - logfact(n - k)",
  lfactorial: "write logfact(x)",
  log10: "write log(x) / log(10)",
  log1p: "write log(1 + x)",
  plogis: "write ilogit(x)",
  Phi: "write phi(x)",
  qlogis: "write logit(p)",
  rbind: "assign the rows one by one: x[1, 1:n] <- a",
  seq: "write first:last",
  solve: "write inverse(x)",
  square: "write x^2",
  var: "write sd(x)^2",
}

/** The function of this name or alias, or undefined. */
export function findFunction(name: string): ModelFunction | undefined {
  return byName.get(name)
}

/**
 * The function of this name or alias, checked to take `count` arguments.
 * @throws ModelError `unknown-function` with the name that was probably meant, `wrong-argument-count`
 */
export function lookupFunction(name: string, count: number): ModelFunction {
  const found = findFunction(name)
  if (found === undefined) {
    throw new ModelError(`there is no ${isWord(name) ? "function" : "operator"} "${name}"`, {
      code: "unknown-function",
      hint: remedyFor(name),
    })
  }
  const { min, max } = argumentCounts(found.arity)
  if (count < min || count > max) {
    // `x <- dnorm(0, 1)`: the arguments of the distribution alone.
    const forgotten = distributionFunctions.some((f) => f === found) && count === min - 1
    const plural = count === 1 ? "argument" : "arguments"
    throw new ModelError(`found ${count} ${plural} of "${name}", expected ${describeArity(found.arity)}`, {
      code: "wrong-argument-count",
      hint: `${name} is ${found.describe}${forgotten ? '; to draw from the distribution write "~"' : ""}`,
    })
  }
  return found
}

/** The least and the largest number of arguments. */
export function argumentCounts(arity: Arity): { readonly min: number; readonly max: number } {
  return typeof arity === "number" ? { min: arity, max: arity } : arity
}

function describeArity(arity: Arity): string {
  const { min, max } = argumentCounts(arity)
  if (max === Number.POSITIVE_INFINITY) return `${min} or more`
  return min === max ? String(min) : `${min} or ${max}`
}

function remedyFor(name: string): string {
  const foreign = Object.hasOwn(FOREIGN, name) ? FOREIGN[name] : undefined
  if (foreign !== undefined) return foreign
  const words = [...byName.keys()].filter((known) => isWord(known) === isWord(name))
  return nearest(name, words) === undefined && isWord(name)
    ? "write it with the functions there are, or give it as data"
    : suggest(name, words)
}

function isWord(name: string): boolean {
  return /^\p{L}/u.test(name)
}
