/** Functions that make arrays of arrays: combination, repetition, ranges, and what an array's size is. */

import { describeDims, sizeOf } from "../array-value.ts"
import { badArgument, dimensionMismatch, unknownSize } from "./function-errors.ts"
import type { ArrayFunction } from "./model-function.ts"

/** Longer arrays come from a slip, `1:1.0E9`, and would exhaust the memory. */
const MAX_LENGTH = 2 ** 27

function checkLength(name: string, length: number): readonly number[] {
  if (length > MAX_LENGTH) throw badArgument(name, `a result of ${length} elements`, `at most ${MAX_LENGTH}`)
  return [length]
}

export const combinations: readonly ArrayFunction[] = [
  {
    kind: "array",
    name: "c",
    arity: { min: 1, max: Number.POSITIVE_INFINITY },
    describe: "c(x, …), one vector of all elements in their order",
    keepsIntegers: true,
    linear: "jointly",
    dims: (args) => [args.reduce((length, dims) => length + sizeOf(dims), 0)],
    evaluate: (args, out) => {
      let at = 0
      for (const { values } of args) {
        out.set(values, at)
        at += values.length
      }
    },
  },
  {
    kind: "array",
    name: ":",
    arity: 2,
    describe: "a:b, the numbers a, a + 1, … up to b; none where a is greater than b",
    keepsIntegers: true,
    sizedBy: [0, 1],
    dims: (args, values) => {
      if (args.some((dims) => sizeOf(dims) !== 1)) throw dimensionMismatch(":", args, "two numbers")
      const first = values?.[0]?.values[0]
      const last = values?.[1]?.values[0]
      if (first === undefined) throw unknownSize(":", "first number")
      if (last === undefined) throw unknownSize(":", "last number")
      for (const bound of [first, last]) {
        if (!Number.isInteger(bound)) throw badArgument(":", String(bound), "an integer")
      }
      return checkLength(":", Math.max(0, last - first + 1))
    },
    evaluate: ([first], out) => {
      const start = first!.values[0]!
      for (let i = 0; i < out.length; i++) out[i] = start + i
    },
  },
  {
    kind: "array",
    name: "rep",
    arity: 2,
    describe: "rep(x, times), x repeated; with as many times as elements, each element so often",
    keepsIntegers: true,
    linear: [0],
    sizedBy: [1],
    dims: (args, values) => {
      const length = sizeOf(args[0]!)
      const times = values?.[1]?.values
      if (times === undefined) throw unknownSize("rep", "number of repetitions")
      if (times.length !== 1 && times.length !== length) {
        throw dimensionMismatch("rep", args, "one number of repetitions, or one for each element")
      }
      const wrong = times.find((count) => !(Number.isInteger(count) && count >= 0))
      if (wrong !== undefined) throw badArgument("rep", `${wrong} repetitions`, "a whole number from 0")
      return checkLength("rep", times.length === 1 ? length * times[0]! : sizeOfCounts(times))
    },
    evaluate: ([x, times], out) => {
      const source = x!.values
      const counts = times!.values
      if (counts.length === 1 && source.length !== 1) {
        for (let i = 0; i < out.length; i++) out[i] = source[i % source.length]!
        return
      }
      let at = 0
      for (let i = 0; i < source.length; i++) {
        out.fill(source[i]!, at, at + counts[i]!)
        at += counts[i]!
      }
    },
  },
  {
    kind: "array",
    name: "length",
    arity: 1,
    describe: "length(x), the number of elements",
    integer: true,
    dims: () => [1],
    evaluate: ([x], out) => {
      out[0] = x!.values.length
    },
  },
  {
    kind: "array",
    name: "dim",
    arity: 1,
    describe: "dim(x), the dimensions as a vector",
    integer: true,
    dims: ([x]) => [x!.length],
    evaluate: ([x], out) => {
      out.set(x!.dims)
    },
  },
  {
    kind: "array",
    name: "t",
    arity: 1,
    describe: "t(x), the transpose; a vector becomes a matrix of one row",
    keepsIntegers: true,
    linear: [0],
    dims: ([x]) => {
      if (x!.length > 2) throw dimensionMismatch("t", [x!], "a vector or a matrix")
      return [x![1] ?? 1, x![0]!]
    },
    evaluate: ([x], out) => {
      const rows = x!.dims[0]!
      const columns = x!.dims[1] ?? 1
      for (let j = 0; j < columns; j++) {
        for (let i = 0; i < rows; i++) out[i * columns + j] = x!.values[j * rows + i]!
      }
    },
  },
  {
    kind: "array",
    name: "%*%",
    arity: 2,
    describe: "x %*% y, the matrix product; a vector is a row on the left and a column on the right",
    keepsIntegers: true,
    linear: [0, 1],
    dims: (args) => {
      const [x, y] = args
      const inner = x!.length === 1 ? x![0] : x![1]
      if (x!.length > 2 || y!.length > 2 || inner !== y![0]) {
        const expected = `as many rows on the right as ${describeInner(x!)}`
        throw dimensionMismatch("%*%", args, expected)
      }
      const kept = [x!.length === 1 ? 1 : x![0]!, y![1] ?? 1].filter((dim) => dim !== 1)
      return kept.length === 0 ? [1] : kept
    },
    evaluate: ([x, y], out) => {
      const inner = y!.dims[0]!
      const rows = x!.dims.length === 1 ? 1 : x!.dims[0]!
      const columns = y!.dims[1] ?? 1
      const a = x!.values
      const b = y!.values
      for (let j = 0; j < columns; j++) {
        for (let i = 0; i < rows; i++) {
          let total = 0
          for (let k = 0; k < inner; k++) total += a[k * rows + i]! * b[j * inner + k]!
          out[j * rows + i] = total
        }
      }
    },
  },
]

function describeInner(dims: readonly number[]): string {
  if (dims.length > 2) return `columns on the left, found ${describeDims(dims)} there`
  return dims.length === 1 ? "elements on the left" : "columns on the left"
}

function sizeOfCounts(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0)
}
