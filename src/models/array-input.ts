import { DataError } from "../core/errors.ts"
import type { ArrayValue } from "./array-value.ts"

/** An array as JavaScript has it: a number, a vector, nested lists (row by row), or an `ArrayValue`. null and NaN are missing. */
export type ArrayInput =
  | number
  | boolean
  | null
  | Float64Array
  | Int32Array
  | ArrayValue
  | readonly ArrayInput[]

/** Arrays by name, as an object or a map. */
export type ArraysInput = Readonly<Record<string, ArrayInput>> | ReadonlyMap<string, ArrayValue>

/**
 * Arrays of a model from JavaScript values.
 * @throws DataError naming the variable when nested lists are ragged or hold something else than numbers
 */
export function toArrays(input: ArraysInput): ReadonlyMap<string, ArrayValue> {
  if (input instanceof Map) return input
  return new Map(Object.entries(input).map(([name, value]) => [name, toArray(name, value)]))
}

function toArray(name: string, value: ArrayInput): ArrayValue {
  if (isArrayValue(value)) return value
  if (ArrayBuffer.isView(value)) return { dims: [value.length], values: Float64Array.from(value) }
  const dims: number[] = []
  for (let level: ArrayInput = value; Array.isArray(level); level = level[0] as ArrayInput)
    dims.push(level.length)
  if (dims.length === 0) return { dims: [1], values: Float64Array.of(toNumber(name, value)) }
  const values = new Float64Array(dims.reduce((a, b) => a * b, 1))
  const strides = dims.map((_, d) => dims.slice(0, d).reduce((a, b) => a * b, 1))
  const fill = (level: ArrayInput, d: number, at: number): void => {
    if (!Array.isArray(level) || level.length !== dims[d]) {
      throw new DataError(`${name} is ragged: expected lists of ${dims[d]} in dimension ${d + 1}`, {
        code: "ragged-array",
        where: name,
        hint: "fill up with null where there is no value",
      })
    }
    const items: readonly ArrayInput[] = level
    const stride = strides[d]!
    const isLast = d === dims.length - 1
    for (let k = 0; k < items.length; k++)
      if (isLast) values[at + k * stride] = toNumber(name, items[k]!)
      else fill(items[k]!, d + 1, at + k * stride)
  }
  fill(value, 0, 0)
  return { dims, values }
}

const isArrayValue = (value: ArrayInput): value is ArrayValue =>
  typeof value === "object" && value !== null && "dims" in value && "values" in value

function toNumber(name: string, value: ArrayInput): number {
  if (typeof value === "number") return value
  if (value === null) return Number.NaN
  if (typeof value === "boolean") return value ? 1 : 0
  throw new DataError(`${name} holds ${JSON.stringify(value)}, expected a number`, {
    code: "not-a-number",
    where: name,
    hint: "give numbers, null where a value is missing",
  })
}
