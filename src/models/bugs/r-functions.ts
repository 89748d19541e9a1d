/** The functions of R that data files use. */

import { nearest } from "../../core/errors.ts"
import { describeDims, sizeOf } from "../array-value.ts"
import { CHECK_CALL, matchArguments, recycle } from "./r-arguments.ts"
import { range, rep, seq, seqLen } from "./r-sequences.ts"
import {
  expectCount,
  expectNumbers,
  numbers,
  type RArgument,
  type RNumbers,
  type RValue,
  valueProblem,
} from "./r-value.ts"

export interface RCallSettings {
  /** In OpenBUGS's `list(…)` files `structure(.Data = …)` runs by rows. */
  readonly rowMajorData: boolean
}

type RFunction = (args: readonly RArgument[], settings: RCallSettings) => RValue

function combine(args: readonly RArgument[]): RValue {
  if (args.some((arg) => arg.value.kind === "text")) {
    return {
      kind: "text",
      values: args.flatMap(({ value }) =>
        value.kind === "list" ? [] : [...value.values].map((part) => String(part)),
      ),
    }
  }
  const values: number[] = []
  for (const arg of args)
    for (const value of expectNumbers(arg.value, "an element of c()").values) values.push(value)
  return numbers(values)
}

function structure(args: readonly RArgument[], { rowMajorData }: RCallSettings): RValue {
  const named = args.find((arg) => arg.name === ".Data")
  const data = named ?? args.find((arg) => arg.name === null)
  if (data === undefined) {
    throw valueProblem("structure() without values", "expected structure(c(…), .Dim = c(…))")
  }
  const dim = args.find((arg) => arg.name === ".Dim" || arg.name === "dim")
  if (dim === undefined || data.value.kind !== "numbers") return data.value
  const dims = expectNumbers(dim.value, "dimensions").values
  const shaped = reshape(data.value.values, dims)
  return named !== undefined && rowMajorData ? numbers(toColumnMajor(shaped.values, dims), dims) : shaped
}

/** @throws DataError unless the dimensions are whole numbers whose product is the number of values */
function reshape(values: readonly number[], dims: readonly number[]): RNumbers {
  const wrong = dims.find((dim) => !(Number.isInteger(dim) && dim >= 0))
  if (wrong !== undefined || dims.length === 0) {
    throw valueProblem(`found ${wrong ?? "none"} as dimension, expected whole numbers`, "check .Dim")
  }
  if (sizeOf(dims) !== values.length) {
    throw valueProblem(
      `found ${values.length} values for ${describeDims(dims)}, expected ${sizeOf(dims)}`,
      "check the dimensions and that no value is missing; a missing value is written NA",
    )
  }
  return numbers(values, dims)
}

/** The elements of an array whose last index runs fastest, put so that the first one does. */
export function toColumnMajor(values: readonly number[], dims: readonly number[]): number[] {
  const out = new Array<number>(values.length)
  const index = dims.map(() => 0)
  for (const value of values) {
    let at = 0
    for (let d = dims.length - 1; d >= 0; d--) at = at * dims[d]! + index[d]!
    out[at] = value
    for (let d = dims.length - 1; d >= 0 && ++index[d]! === dims[d]; d--) index[d] = 0
  }
  return out
}

function matrix(args: readonly RArgument[]): RValue {
  const found = matchArguments("matrix", args, ["data", "nrow", "ncol", "byrow", "dimnames"])
  const data = found.get("data")
  const values = data === undefined ? [Number.NaN] : expectNumbers(data, "the values of a matrix").values
  const nrow = found.get("nrow")
  const ncol = found.get("ncol")
  const columns = ncol === undefined ? undefined : expectCount(ncol, "ncol")
  const rows = nrow === undefined ? Math.ceil(values.length / (columns ?? 1)) : expectCount(nrow, "nrow")
  const dims = [rows, columns ?? Math.ceil(values.length / Math.max(1, rows))]
  const size = sizeOf(dims)
  if (values.length > 1 && values.length !== size) {
    throw valueProblem(
      `found ${values.length} values for ${describeDims(dims)}, expected ${size}`,
      "check nrow and ncol and that no value is missing; a missing value is written NA",
    )
  }
  const byrow = found.get("byrow")
  const filled = recycle(values, size)
  const isByRow = byrow !== undefined && expectNumbers(byrow, "byrow").values[0] !== 0
  return numbers(isByRow ? toColumnMajor(filled, dims) : filled, dims)
}

function array(args: readonly RArgument[]): RValue {
  const found = matchArguments("array", args, ["data", "dim", "dimnames"])
  const data = found.get("data")
  const values = data === undefined ? [Number.NaN] : expectNumbers(data, "the values of an array").values
  const dim = found.get("dim")
  const dims = dim === undefined ? [values.length] : expectNumbers(dim, "dimensions").values
  return reshape(values.length === 1 ? recycle(values, sizeOf(dims)) : values, dims)
}

function diag(args: readonly RArgument[]): RValue {
  const found = matchArguments("diag", args, ["x", "nrow", "ncol"])
  const x = expectNumbers(found.get("x") ?? numbers([1]), "the diagonal").values
  const rows = found.get("nrow")
  const isSize = x.length === 1 && rows === undefined
  const n = isSize
    ? expectCount(numbers(x), "the size")
    : rows === undefined
      ? x.length
      : expectCount(rows, "nrow")
  const diagonal = isSize ? [1] : x
  const values = recycle([0], n * n)
  for (let i = 0; i < n; i++) values[i * n + i] = diagonal[i % diagonal.length]!
  return numbers(values, [n, n])
}

/** Functions of one vector, element by element; `keepDims` as R keeps them. */
function elementwise(name: string, f: (x: number) => number, keepDims: boolean): RFunction {
  return (args) => {
    const x = matchArguments(name, args, ["x"]).get("x") ?? numbers([])
    const { values, dims } = expectNumbers(x, `the argument of ${name}()`)
    return numbers(values.map(f), keepDims ? dims : null)
  }
}

function zeros(name: string): RFunction {
  return (args) => {
    const length = matchArguments(name, args, ["length"]).get("length") ?? numbers([0])
    return numbers(recycle([0], expectCount(length, "length")))
  }
}

const identity = (x: number): number => x

const FUNCTIONS: ReadonlyMap<string, RFunction> = new Map<string, RFunction>([
  ["c", combine],
  ["list", (args) => ({ kind: "list", entries: args })],
  ["structure", structure],
  ["matrix", matrix],
  ["array", array],
  ["rep", rep],
  ["rep.int", rep],
  ["seq", seq],
  ["seq_len", seqLen],
  ["diag", diag],
  ["as.integer", elementwise("as.integer", Math.trunc, false)],
  ["as.numeric", elementwise("as.numeric", identity, false)],
  ["as.double", elementwise("as.double", identity, false)],
  ["as.vector", elementwise("as.vector", identity, false)],
  ["as.logical", elementwise("as.logical", (x) => (Number.isNaN(x) ? x : Number(x !== 0)), false)],
  [
    "as.matrix",
    (args) => {
      const x = expectNumbers(matchArguments("as.matrix", args, ["x"]).get("x") ?? numbers([]), "a matrix")
      return numbers(x.values, x.dims ?? [x.values.length, 1])
    },
  ],
  ["numeric", zeros("numeric")],
  ["double", zeros("double")],
  ["integer", zeros("integer")],
  ["logical", zeros("logical")],
  ["sqrt", elementwise("sqrt", Math.sqrt, true)],
  ["exp", elementwise("exp", Math.exp, true)],
  ["log", elementwise("log", Math.log, true)],
])

/**
 * Calls a function of R.
 * @throws DataError what is wrong with the arguments, or that there is no such function
 */
export function callRFunction(name: string, args: readonly RArgument[], settings: RCallSettings): RValue {
  const found = FUNCTIONS.get(name)
  if (found !== undefined) return found(args, settings)
  const near = nearest(name, FUNCTIONS.keys())
  throw valueProblem(
    `data files have no function "${name}"`,
    near === undefined
      ? `write the values themselves, or with ${[...FUNCTIONS.keys()].join(", ")}`
      : `did you mean "${near}"?`,
  )
}

const ARITHMETIC: Readonly<Record<string, (x: number, y: number) => number>> = {
  "+": (x, y) => x + y,
  "-": (x, y) => x - y,
  "*": (x, y) => x * y,
  "/": (x, y) => x / y,
  "^": (x, y) => x ** y,
}

/** An operator of R at two values; the shorter is repeated. */
export function applyROperator(operator: string, left: RValue, right: RValue): RValue {
  const a = expectNumbers(left, `an operand of ${operator}`)
  const b = expectNumbers(right, `an operand of ${operator}`)
  if (operator === ":") {
    const [from, to] = [a.values[0], b.values[0]]
    if (from === undefined || to === undefined) throw valueProblem("a range without a number", CHECK_CALL)
    return range(from, to)
  }
  const f = ARITHMETIC[operator]!
  const length =
    a.values.length === 0 || b.values.length === 0 ? 0 : Math.max(a.values.length, b.values.length)
  const values = Array.from({ length }, (_, i) =>
    f(a.values[i % a.values.length]!, b.values[i % b.values.length]!),
  )
  return numbers(values, a.dims ?? b.dims)
}
