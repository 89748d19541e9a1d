/** Reads data and initial values in JSON. */

import { DataError } from "../../core/errors.ts"
import { type ArrayValue, sizeOf } from "../array-value.ts"
import type { ModelDataOptions } from "./r-dump.ts"
import { toColumnMajor } from "./r-functions.ts"

/** How JSON, which has neither, writes them. */
const SPECIAL: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  [null, Number.NaN],
  [true, 1],
  [false, 0],
  ["NA", Number.NaN],
  ["NaN", Number.NaN],
  ["Inf", Number.POSITIVE_INFINITY],
  ["+Inf", Number.POSITIVE_INFINITY],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Inf", Number.NEGATIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
])

/**
 * Reads an object of numbers and nested lists, rows first: `{"N": 2, "x": [1, null], "m": [[1, 2], [3, 4]]}`; `null` or
 * `"NA"` is missing, `"Inf"` and `"-Inf"` are infinite, `true` is 1.
 *
 * @returns arrays by name in their order, column-major; a single number has the dimension 1
 * @throws DataError `bad-data` naming file, variable and place, as in `m[2]`
 */
export function readJsonData(text: string, options: ModelDataOptions = {}): ReadonlyMap<string, ArrayValue> {
  const file = options.file ?? "data"
  const content = parse(text, file)
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    const found = Array.isArray(content) ? "a list" : JSON.stringify(content)
    throw jsonError(file, `found ${found}, expected an object of variables`, 'write {"N": 3, "x": [1, 2, 3]}')
  }
  const variables = new Map<string, ArrayValue>()
  for (const [name, value] of Object.entries(content)) {
    if (name.startsWith(".RNG.")) {
      options.note?.(`${name} is left out: random numbers are governed by --seed`)
      continue
    }
    variables.set(name, arrayOf(value, `${file}, ${name}`))
  }
  return variables
}

function arrayOf(value: unknown, where: string): ArrayValue {
  if (!Array.isArray(value)) return { dims: [1], values: Float64Array.of(numberOf(value, where)) }
  const dims = shapeOf(value)
  const values: number[] = []
  collect(value, dims, 0, where, "", values)
  return { dims, values: Float64Array.from(sizeOf(dims) === 0 ? [] : toColumnMajor(values, dims)) }
}

/** Lengths along the first elements. */
function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : []
}

function collect(
  value: unknown,
  dims: readonly number[],
  depth: number,
  where: string,
  place: string,
  into: number[],
): void {
  const isLeaf = depth === dims.length
  if (isLeaf !== !Array.isArray(value)) {
    const found = Array.isArray(value) ? "a list" : JSON.stringify(value)
    throw jsonError(where + place, `found ${found}, expected ${isLeaf ? "a number" : "a list"}`, UNEVEN)
  }
  if (!Array.isArray(value)) {
    into.push(numberOf(value, where + place))
    return
  }
  if (value.length !== dims[depth]) {
    throw jsonError(where + place, `found ${value.length} elements, expected ${dims[depth]}`, UNEVEN)
  }
  value.forEach((element, i) => {
    const inner = place === "" ? `[${i + 1}]` : `${place.slice(0, -1)},${i + 1}]`
    collect(element, dims, depth + 1, where, inner, into)
  })
}

const UNEVEN = "all rows of an array have one length; a missing value is written null"

function numberOf(value: unknown, where: string): number {
  const number = typeof value === "number" ? value : SPECIAL.get(value)
  if (number !== undefined) return number
  throw jsonError(
    where,
    `found ${JSON.stringify(value)}, expected a number`,
    typeof value === "object"
      ? "give each entry as a variable of its own"
      : "write categories as the numbers 1, 2, …",
  )
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n", 1)[0]! : String(cause)
    const position = /position (\d+)/.exec(reason)?.[1]
    const line = position === undefined ? "" : `, line ${text.slice(0, Number(position)).split("\n").length}`
    throw jsonError(
      `${file}${line}`,
      `found text that is not JSON (${reason})`,
      "check the commas and brackets",
      cause,
    )
  }
}

function jsonError(where: string, message: string, hint: string, cause?: unknown): DataError {
  return new DataError(message, { code: "bad-data", where, hint, ...(cause === undefined ? {} : { cause }) })
}
