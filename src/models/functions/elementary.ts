/** Elementary functions of one number, and the logarithms of factorials. */

import digamma from "@stdlib/math-base-special-digamma"
import gammaln from "@stdlib/math-base-special-gammaln"
import type { ScalarFunction } from "./model-function.ts"

type Unary = (x: number) => number

/** A smooth function of one number and its derivative. */
function smooth(
  name: string,
  describe: string,
  evaluate: Unary,
  derivative: Unary,
  aliases: readonly string[] = [],
): ScalarFunction {
  return { kind: "scalar", name, aliases, arity: 1, describe, evaluate, derivative: [derivative] }
}

export const elementaryFunctions: readonly ScalarFunction[] = [
  {
    kind: "scalar",
    name: "abs",
    arity: 1,
    describe: "abs(x), the absolute value",
    keepsIntegers: true,
    evaluate: Math.abs,
    derivative: [Math.sign],
  },
  {
    kind: "scalar",
    name: "round",
    arity: 1,
    describe: "round(x), the nearest integer, halves upwards",
    integer: true,
    evaluate: Math.round,
  },
  {
    kind: "scalar",
    name: "trunc",
    arity: 1,
    describe: "trunc(x), the nearest integer towards 0",
    integer: true,
    evaluate: Math.trunc,
  },
  smooth("sqrt", "sqrt(x), the square root", Math.sqrt, (x) => 0.5 / Math.sqrt(x)),
  smooth("exp", "exp(x), e to the power x", Math.exp, Math.exp),
  smooth("log", "log(x), the natural logarithm", Math.log, (x) => 1 / x),
  smooth(
    "loggam",
    "loggam(x), the logarithm of the gamma function, x at least 0",
    logGamma,
    (x) => digamma(x),
    ["lgamma"],
  ),
  smooth(
    "logfact",
    "logfact(x), the logarithm of x factorial",
    (x) => logGamma(x + 1),
    (x) => digamma(x + 1),
  ),
  smooth("sin", "sin(x), the sine of x radians", Math.sin, Math.cos),
  smooth("cos", "cos(x), the cosine of x radians", Math.cos, (x) => -Math.sin(x)),
  smooth("tan", "tan(x), the tangent of x radians", Math.tan, (x) => 1 / Math.cos(x) ** 2),
  smooth(
    "arcsin",
    "arcsin(x), the angle in radians whose sine is x",
    Math.asin,
    (x) => 1 / Math.sqrt(1 - x * x),
    ["asin"],
  ),
  smooth(
    "arccos",
    "arccos(x), the angle in radians whose cosine is x",
    Math.acos,
    (x) => -1 / Math.sqrt(1 - x * x),
    ["acos"],
  ),
  smooth("arctan", "arctan(x), the angle in radians whose tangent is x", Math.atan, (x) => 1 / (1 + x * x), [
    "atan",
  ]),
  smooth("sinh", "sinh(x), the hyperbolic sine", Math.sinh, Math.cosh),
  smooth("cosh", "cosh(x), the hyperbolic cosine", Math.cosh, Math.sinh),
  smooth("tanh", "tanh(x), the hyperbolic tangent", Math.tanh, (x) => 1 / Math.cosh(x) ** 2),
  smooth("arcsinh", "arcsinh(x), the inverse of sinh", Math.asinh, (x) => 1 / Math.sqrt(x * x + 1), [
    "asinh",
  ]),
  smooth("arccosh", "arccosh(x), the inverse of cosh", Math.acosh, (x) => 1 / Math.sqrt(x * x - 1), [
    "acosh",
  ]),
  smooth("arctanh", "arctanh(x), the inverse of tanh", Math.atanh, (x) => 1 / (1 - x * x), ["atanh"]),
]

/** log Γ(x) for x ≥ 0; NaN below, where the gamma function changes its sign. */
function logGamma(x: number): number {
  return x >= 0 ? gammaln(x) : Number.NaN
}
