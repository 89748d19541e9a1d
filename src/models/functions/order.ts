/** Sorting, and reading off a table. */

import { sizeOf } from "../array-value.ts"
import { badArgument, dimensionMismatch } from "./function-errors.ts"
import type { ArrayFunction } from "./model-function.ts"

/** Positions (0-based) of the elements from the smallest to the largest; equal elements keep their order. */
function ascending(values: Float64Array): Uint32Array {
  const positions = Uint32Array.from(values, (_, i) => i)
  return positions.sort((a, b) => values[a]! - values[b]! || a - b)
}

/** The position (0-based) of the last of the ascending `xs` that is at most x; −1 below them all. */
function lastAtMost(xs: Float64Array, x: number): number {
  let low = -1
  let high = xs.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (xs[middle]! <= x) low = middle
    else high = middle
  }
  return low
}

/** Linear between the points, and the value of the outermost point beyond them. NaN for NaN. */
function interpolate(x: number, xs: Float64Array, ys: Float64Array): number {
  if (Number.isNaN(x)) return x
  const i = lastAtMost(xs, x)
  if (i < 0) return ys[0]!
  if (i === xs.length - 1) return ys[i]!
  const share = (x - xs[i]!) / (xs[i + 1]! - xs[i]!)
  return ys[i]! + share * (ys[i + 1]! - ys[i]!)
}

/** One vector of the argument's length. */
const sameLength: ArrayFunction["dims"] = ([x]) => [sizeOf(x!)]

export const orderings: readonly ArrayFunction[] = [
  {
    kind: "array",
    name: "sort",
    arity: 1,
    describe: "sort(x), the elements in ascending order",
    keepsIntegers: true,
    dims: sameLength,
    evaluate: ([x], out) => {
      out.set(x!.values)
      out.sort()
    },
    // Where no two are equal, those near by have the same order.
    differentiate: ([x], [t], out) => {
      ascending(x!.values).forEach((from, k) => {
        out[k] = t!.values[from]!
      })
    },
  },
  {
    kind: "array",
    name: "order",
    arity: 1,
    describe: "order(x), the positions of the elements in ascending order: x[order(x)] is sort(x)",
    integer: true,
    dims: sameLength,
    evaluate: ([x], out) => {
      const positions = ascending(x!.values)
      for (let i = 0; i < positions.length; i++) out[i] = positions[i]! + 1
    },
  },
  {
    kind: "array",
    name: "rank",
    arity: { min: 1, max: 2 },
    describe:
      "rank(x), the rank of each element, 1 for the smallest, equal elements in their order; rank(x, k), how many are at most x[k]",
    integer: true,
    dims: ([x, k]) => (k === undefined ? [sizeOf(x!)] : [1]),
    evaluate: ([x, k], out) => {
      if (k !== undefined) {
        const own = x!.values[k.values[0]! - 1]
        out[0] = own === undefined ? Number.NaN : x!.values.reduce((n, v) => (v <= own ? n + 1 : n), 0)
        return
      }
      const positions = ascending(x!.values)
      for (let i = 0; i < positions.length; i++) out[positions[i]!] = i + 1
    },
  },
  {
    kind: "array",
    name: "ranked",
    arity: 2,
    describe: "ranked(x, k), the k-th smallest element",
    keepsIntegers: true,
    dims: () => [1],
    evaluate: ([x, k], out) => {
      out[0] = x!.values.slice().sort()[k!.values[0]! - 1] ?? Number.NaN
    },
  },
  {
    kind: "array",
    name: "interp.lin",
    arity: 3,
    describe:
      "interp.lin(x, xs, ys), the height at x of the lines through the points (xs, ys), constant beyond them",
    linear: [2],
    dims: (args, values) => {
      const [x, xs, ys] = args
      if (sizeOf(xs!) !== sizeOf(ys!) || sizeOf(xs!) < 2) {
        throw dimensionMismatch("interp.lin", args, "x and two vectors of one length, at least 2")
      }
      const points = values?.[1]?.values
      if (points?.some((point, i) => i > 0 && !(point > points[i - 1]!))) {
        throw badArgument("interp.lin", "points that do not ascend", "each of xs greater than the one before")
      }
      return x!
    },
    evaluate: ([x, xs, ys], out) => {
      for (let i = 0; i < out.length; i++) out[i] = interpolate(x!.values[i]!, xs!.values, ys!.values)
    },
  },
]
