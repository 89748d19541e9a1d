/** Operators and logical functions of numbers. Logical values are 1 and 0; anything but 0 is true. */

import type { ScalarFunction } from "./model-function.ts"

const logical = (holds: boolean): number => (holds ? 1 : 0)

export const operators: readonly ScalarFunction[] = [
  {
    kind: "scalar",
    name: "+",
    arity: { min: 1, max: 2 },
    describe: "x + y, the sum",
    keepsIntegers: true,
    linear: "jointly",
    evaluate: (x, y = 0) => x + y,
    derivative: [() => 1, () => 1],
  },
  {
    kind: "scalar",
    name: "-",
    arity: { min: 1, max: 2 },
    describe: "x - y, the difference, or -x",
    keepsIntegers: true,
    linear: "jointly",
    evaluate: (x, y) => (y === undefined ? -x : x - y),
    derivative: [(_, y) => (y === undefined ? -1 : 1), () => -1],
  },
  {
    kind: "scalar",
    name: "*",
    arity: 2,
    describe: "x * y, the product; 0 times infinity is 0",
    keepsIntegers: true,
    linear: [0, 1],
    // As in JAGS: r log(r / n) counts nothing at r = 0. Only 0 × infinity makes NaN of numbers that are none; missing values stay missing.
    evaluate: (x, y) => {
      const product = x * y
      return Number.isNaN(product) && !Number.isNaN(x) && !Number.isNaN(y) ? 0 : product
    },
    derivative: [(_, y) => y, (x) => x],
  },
  {
    kind: "scalar",
    name: "/",
    arity: 2,
    describe: "x / y, the quotient",
    linear: [0],
    evaluate: (x, y) => x / y,
    derivative: [(_, y) => 1 / y, (x, y) => -x / (y * y)],
  },
  {
    kind: "scalar",
    name: "^",
    aliases: ["pow", "**"],
    arity: 2,
    describe: "x ^ y, the power; 0 ^ 0 is 1",
    evaluate: (x, y) => x ** y,
    derivative: [
      (x, y) => (y === 0 ? 0 : y * x ** (y - 1)),
      // The limit at 0: x^y log x tends to 0 for y > 0.
      (x, y) => (x === 0 && y > 0 ? 0 : x ** y * Math.log(x)),
    ],
  },
  {
    kind: "scalar",
    name: "%%",
    aliases: ["mod"],
    arity: 2,
    describe: "x %% y, the remainder with the sign of y",
    keepsIntegers: true,
    evaluate: (x, y) => {
      const remainder = x % y
      return remainder !== 0 && remainder < 0 !== y < 0 ? remainder + y : remainder
    },
  },
  comparison("<", "x less than y", (x, y) => x < y),
  comparison("<=", "x at most y", (x, y) => x <= y),
  comparison(">", "x greater than y", (x, y) => x > y),
  comparison(">=", "x at least y", (x, y) => x >= y),
  { ...comparison("==", "x equal to y", (x, y) => x === y), aliases: ["equals"] },
  comparison("!=", "x not equal to y", (x, y) => x !== y),
  comparison("&&", "both true", (x, y) => x !== 0 && y !== 0),
  comparison("||", "one true, or both", (x, y) => x !== 0 || y !== 0),
  {
    kind: "scalar",
    name: "!",
    arity: 1,
    describe: "!x, 1 where x is 0, else 0",
    integer: true,
    evaluate: (x) => logical(x === 0),
  },
  {
    kind: "scalar",
    name: "ifelse",
    arity: 3,
    describe: "ifelse(condition, a, b), a where the condition is not 0, else b",
    evaluate: (condition, a, b) => (condition !== 0 ? a : b),
  },
  {
    kind: "scalar",
    name: "step",
    arity: 1,
    describe: "step(x), 1 where x is at least 0, else 0",
    integer: true,
    evaluate: (x) => logical(x >= 0),
  },
]

function comparison(name: string, meaning: string, holds: (x: number, y: number) => boolean): ScalarFunction {
  return {
    kind: "scalar",
    name,
    arity: 2,
    describe: `x ${name} y, 1 where ${meaning}, else 0`,
    integer: true,
    evaluate: (x, y) => logical(holds(x, y)),
  }
}
