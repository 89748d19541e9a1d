/**
 * Draws as ArviZ writes its InferenceData with `to_json`: an object of groups, `posterior` an object of arrays
 * [chain][draw][…], with `dims` and `coords` to label the further axes. `arviz.from_json` reads what is written here.
 * Kumar, Carroll, Hartikainen & Martin (2019), Journal of Open Source Software 4(33), 1143; the InferenceData schema.
 */

import { DataError } from "../core/errors.ts"
import { chainsOf, createDraws, type Draws } from "./draws.ts"
import { axisValues, elementName, groupVariables } from "./variables.ts"

/** The whole file as one text; for many draws take `drawsToArvizJsonChunks` and write as you go. */
export function drawsToArvizJson(draws: Draws): string {
  return [...drawsToArvizJsonChunks(draws)].join("")
}

/**
 * The file in pieces, a variable each. Scalars `alpha[…]` make one variable `alpha` with further axes, labelled by what is
 * in the brackets (`groupVariables`; by numbers where all are whole); chains are cut to the shortest. Values that are not finite are the words
 * `NaN`, `Infinity` and `-Infinity`, as Python's.
 */
export function* drawsToArvizJsonChunks(draws: Draws): Generator<string, void, undefined> {
  const variables = groupVariables(draws.names)
  const coords: Record<string, readonly (string | number)[]> = {}
  const dims: Record<string, readonly string[]> = {}
  for (const { name, axes } of variables) {
    if (axes.length === 0) continue
    for (const axis of axes) coords[axis.name] = axisValues(axis.labels)
    dims[name] = axes.map((axis) => axis.name)
  }
  yield `{"coords":${JSON.stringify(coords)},"dims":${JSON.stringify(dims)},"attrs":{"inference_library":"gibbsite"},"posterior":{`
  for (const [k, { name, axes, scalars }] of variables.entries()) {
    const arrays = scalars.map((scalar) => chainsOf(draws, scalar))
    const sizes = axes.map(({ labels }) => labels.length)
    const chains = arrays[0]!.map((_, c) => {
      const rows = Array.from(arrays[0]![c]!, (_, i) =>
        nest(
          arrays.map((chain) => showNumber(chain[c]![i]!)),
          sizes,
        ),
      )
      return `[${rows.join(",")}]`
    })
    yield `${k === 0 ? "" : ","}${JSON.stringify(name)}:[${chains.join(",")}]`
  }
  yield "}}\n"
}

/** Cells in row-major order as nested arrays of these sizes. */
function nest(cells: readonly string[], sizes: readonly number[]): string {
  return sizes.reduceRight((inner, size) => {
    const outer: string[] = []
    for (let i = 0; i < inner.length; i += size) outer.push(`[${inner.slice(i, i + size).join(",")}]`)
    return outer
  }, cells)[0]!
}

/**
 * Reads the group `posterior`. An element of an array is called by its labels, `theta[Choate]`, else by its position counted
 * from 0, as ArviZ's own summaries do.
 *
 * @param text the content of the file
 * @param name what error messages call it, a file name
 * @throws DataError when the text is no JSON, has no posterior, or an array is ragged, holds what is no number, or has
 *   another number of chains or draws than the others
 */
export function drawsFromArvizJson(text: string, name: string): Draws {
  const data = parse(text, name)
  const posterior = isObject(data) ? data.posterior : undefined
  if (!isObject(data) || !isObject(posterior)) {
    const groups = isObject(data) ? Object.keys(data).join(", ") : "no groups"
    throw new DataError(`found ${groups || "no groups"}, expected the group posterior`, {
      code: "no-posterior",
      where: name,
      hint: "write the InferenceData with to_json",
    })
  }
  const variables = Object.entries(posterior).map(([variable, array]) =>
    readVariable(variable, array, labelsOf(data, variable), name),
  )
  const first = variables[0]
  if (first === undefined) {
    throw new DataError("the group posterior is empty", {
      code: "no-draws",
      where: name,
      hint: "sample first",
    })
  }
  const draws = createDraws({
    names: variables.flatMap(({ names }) => names),
    chains: first.chains,
    capacity: first.draws,
  })
  let scalar = 0
  for (const variable of variables) {
    if (variable.chains !== first.chains || variable.draws !== first.draws) {
      throw new DataError(
        `found ${variable.chains} chains of ${variable.draws} draws, expected ${first.chains} of ${first.draws} as ${first.name} has`,
        { code: "ragged-draws", where: `${name}, posterior.${variable.name}`, hint: "is the file damaged?" },
      )
    }
    const width = variable.names.length
    const rows = first.chains * first.draws
    for (let j = 0; j < width; j++, scalar++) {
      for (let row = 0; row < rows; row++)
        draws.values[scalar * rows + row] = variable.values[row * width + j]!
    }
  }
  draws.lengths.fill(first.draws)
  return draws
}

interface Variable {
  readonly name: string
  readonly names: readonly string[]
  readonly chains: number
  readonly draws: number
  /** `[chain][draw][element]`. */
  readonly values: Float64Array
}

function readVariable(
  variable: string,
  array: unknown,
  labels: readonly (readonly string[] | undefined)[],
  file: string,
): Variable {
  const where = `${file}, posterior.${variable}`
  const shape = shapeOf(array)
  if (shape.length < 2) {
    throw new DataError("expected arrays of chains of draws", {
      code: "not-draws",
      where,
      hint: "the first two axes are chain and draw",
    })
  }
  const [chains = 0, count = 0, ...axes] = shape
  if (chains === 0 || count === 0) {
    throw new DataError("found no draws", { code: "no-draws", where, hint: "sample first" })
  }
  const values = new Float64Array(shape.reduce((product, extent) => product * extent, 1))
  const end = fill(values, 0, array, shape, 0, where)
  return {
    name: variable,
    names:
      axes.length === 0
        ? [variable]
        : elementLabels(axes, labels).map((label) => elementName(variable, label)),
    chains,
    draws: count,
    values: values.subarray(0, end),
  }
}

function shapeOf(array: unknown): number[] {
  const shape: number[] = []
  for (let part = array; Array.isArray(part); part = part[0]) shape.push(part.length)
  return shape
}

/** Writes the numbers of a nested array from `position` on; returns the position after the last. */
function fill(
  values: Float64Array,
  position: number,
  part: unknown,
  shape: readonly number[],
  depth: number,
  where: string,
): number {
  if (depth === shape.length) {
    values[position] = toNumber(part, where)
    return position + 1
  }
  if (!Array.isArray(part) || part.length !== shape[depth]) {
    const found = Array.isArray(part) ? `${part.length} entries` : JSON.stringify(part)
    throw new DataError(`found ${found}, expected an array of ${shape[depth]}`, {
      code: "ragged-draws",
      where,
      hint: "is the file damaged?",
    })
  }
  let next = position
  for (const entry of part) next = fill(values, next, entry, shape, depth + 1, where)
  return next
}

/** Words that JSON has no numbers for; set in place of Python's literals by `parse`. */
const WORDS: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["\u0000NaN", NaN],
  ["\u0000Infinity", Infinity],
  ["\u0000-Infinity", -Infinity],
  [null, NaN],
  [true, 1],
  [false, 0],
])

function toNumber(part: unknown, where: string): number {
  const value = typeof part === "number" ? part : WORDS.get(part)
  if (value !== undefined) return value
  throw new DataError(`found ${JSON.stringify(part)}, expected a number`, {
    code: "not-a-number",
    where,
    hint: "is the file damaged?",
  })
}

/** Labels of each axis after chain and draw, where the file gives them. */
function labelsOf(data: Record<string, unknown>, variable: string): (readonly string[] | undefined)[] {
  const dims = isObject(data.dims) ? data.dims[variable] : undefined
  const coords = isObject(data.coords) ? data.coords : {}
  if (!Array.isArray(dims)) return []
  return dims
    .filter((dim) => dim !== "chain" && dim !== "draw")
    .map((dim: unknown) => {
      const labels = typeof dim === "string" ? coords[dim] : undefined
      return Array.isArray(labels) ? labels.map(String) : undefined
    })
}

/**
 * What stands in the brackets of each element, the last axis fastest.
 * @param axes lengths after chain and draw
 * @param labels of each axis where they are known; positions from 0 stand for those of another length
 */
export function elementLabels(
  axes: readonly number[],
  labels: readonly (readonly string[] | undefined)[],
): readonly string[] {
  return axes.reduce<string[]>(
    (before, extent, axis) => {
      const own =
        labels[axis]?.length === extent ? labels[axis]! : Array.from({ length: extent }, (_, i) => String(i))
      return before.flatMap((head) => own.map((label) => (axis === 0 ? label : `${head},${label}`)))
    },
    [""],
  )
}

function showNumber(value: number): string {
  return Object.is(value, -0) ? "-0.0" : String(value)
}

/** JSON, also with Python's words for values that are not finite. */
function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Strings are matched whole, so that words inside them stay.
    const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
      token.startsWith('"') ? token : `"\\u0000${token}"`,
    )
    try {
      return JSON.parse(quoted)
    } catch (cause) {
      throw new DataError(`the file is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
        code: "not-json",
        where: name,
        hint: "is the file cut short?",
        cause,
      })
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
