/** Functions of all elements of their arguments that give one number. */

import { type ArrayValue, sizeOf } from "../array-value.ts"
import { badArgument, dimensionMismatch } from "./function-errors.ts"
import type { ArrayFunction } from "./model-function.ts"

const SCALAR: readonly number[] = [1]

function sum(args: readonly ArrayValue[]): number {
  let total = 0
  for (const { values } of args) for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}

function extreme(
  args: readonly ArrayValue[],
  start: number,
  choose: (a: number, b: number) => number,
): number {
  let found = start
  for (const { values } of args) for (let i = 0; i < values.length; i++) found = choose(found, values[i]!)
  return found
}

/** Dimensions of a result that is one number, of arguments that are not empty. */
function oneNumber(name: string): ArrayFunction["dims"] {
  return (args) => {
    if (args.some((dims) => sizeOf(dims) === 0))
      throw badArgument(name, "an empty array", "one or more values")
    return SCALAR
  }
}

/** Mean of the squared distances from the mean, over n − 1, in two passes so that large means cost no figures. */
function sampleVariance(values: Float64Array): number {
  const n = values.length
  let mean = 0
  for (let i = 0; i < n; i++) mean += values[i]!
  mean /= n
  let squares = 0
  let rest = 0
  for (let i = 0; i < n; i++) {
    const distance = values[i]! - mean
    squares += distance * distance
    rest += distance
  }
  return (squares - (rest * rest) / n) / (n - 1)
}

export const reductions: readonly ArrayFunction[] = [
  {
    kind: "array",
    name: "sum",
    arity: { min: 1, max: Number.POSITIVE_INFINITY },
    describe: "sum(x, …), the sum of all elements",
    keepsIntegers: true,
    linear: "jointly",
    dims: () => SCALAR,
    evaluate: (args, out) => {
      out[0] = sum(args)
    },
  },
  {
    kind: "array",
    name: "prod",
    arity: { min: 1, max: Number.POSITIVE_INFINITY },
    describe: "prod(x, …), the product of all elements",
    keepsIntegers: true,
    dims: () => SCALAR,
    evaluate: (args, out) => {
      let product = 1
      for (const { values } of args) for (let i = 0; i < values.length; i++) product *= values[i]!
      out[0] = product
    },
  },
  {
    kind: "array",
    name: "mean",
    arity: 1,
    describe: "mean(x), the mean of all elements",
    linear: "jointly",
    dims: oneNumber("mean"),
    evaluate: (args, out) => {
      out[0] = sum(args) / args[0]!.values.length
    },
  },
  {
    kind: "array",
    name: "sd",
    arity: 1,
    describe: "sd(x), the standard deviation of the elements, with divisor n - 1",
    dims: ([x]) => {
      if (sizeOf(x!) < 2) throw dimensionMismatch("sd", [x!], "two or more values")
      return SCALAR
    },
    evaluate: ([x], out) => {
      out[0] = Math.sqrt(Math.max(0, sampleVariance(x!.values)))
    },
  },
  {
    kind: "array",
    name: "max",
    arity: { min: 1, max: Number.POSITIVE_INFINITY },
    describe: "max(x, …), the largest of all elements",
    keepsIntegers: true,
    dims: oneNumber("max"),
    evaluate: (args, out) => {
      out[0] = extreme(args, Number.NEGATIVE_INFINITY, Math.max)
    },
  },
  {
    kind: "array",
    name: "min",
    arity: { min: 1, max: Number.POSITIVE_INFINITY },
    describe: "min(x, …), the smallest of all elements",
    keepsIntegers: true,
    dims: oneNumber("min"),
    evaluate: (args, out) => {
      out[0] = extreme(args, Number.POSITIVE_INFINITY, Math.min)
    },
  },
  {
    kind: "array",
    name: "inprod",
    aliases: ["inprod2"],
    arity: 2,
    describe: "inprod(x, y), the sum of the products of the elements in their order",
    keepsIntegers: true,
    linear: [0, 1],
    dims: (args) => {
      if (sizeOf(args[0]!) !== sizeOf(args[1]!)) {
        throw dimensionMismatch("inprod", args, "two arrays of one length")
      }
      return SCALAR
    },
    evaluate: ([x, y], out) => {
      const a = x!.values
      const b = y!.values
      let total = 0
      for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!
      out[0] = total
    },
  },
]
