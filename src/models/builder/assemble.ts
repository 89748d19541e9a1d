/** A model stated in TypeScript and its data become statements and values of the BUGS language. */
import { DataError } from "../../core/errors.ts"
import { type ArrayInput, toArrays } from "../array-input.ts"
import type { ArrayValue } from "../array-value.ts"
import type { BugsProgram, BugsStatement } from "../bugs/ast.ts"
import { printBugs } from "../bugs/print.ts"
import { type Blueprint, type BuilderData, type Inputs, SPAN } from "./build.ts"
import { rangeExpr } from "./value.ts"

/** A program with its data, as BUGS text and its data would give. */
export interface Assembled {
  readonly program: BugsProgram
  readonly data: ReadonlyMap<string, ArrayValue>
  /** Labels of each group that was given by labels. */
  readonly labels: ReadonlyMap<string, readonly string[]>
}

/**
 * Puts data to a model: plates get their sizes, labels become numbers.
 * @throws DataError for inputs that are missing, unknown or of different lengths along one plate
 */
export function assemble<S extends Inputs>(blueprint: Blueprint, data: BuilderData<S>): Assembled {
  const { inputs, stated, constants } = blueprint
  const given: Readonly<Record<string, ArrayInput | readonly (number | string)[]>> = data
  const unknown = Object.keys(given).find((name) => inputs[name] === undefined)
  if (unknown !== undefined)
    throw new DataError(`the model has no input "${unknown}"`, {
      code: "unknown-input",
      where: unknown,
      hint: `its inputs are ${Object.keys(inputs).join(", ")}`,
    })
  const sizes = new Map<string, number>()
  const labels = new Map<string, readonly string[]>()
  const arrays = new Map<string, ArrayValue>(constants)
  for (const [name, input] of Object.entries(inputs)) {
    const value = given[name]
    if (value === undefined)
      throw new DataError(`no data for "${name}"`, {
        code: "missing-input",
        where: name,
        hint: "give them in with({ … })",
      })
    const array =
      input.kind === "index"
        ? readIndex(name, value, labels)
        : toArrays({ [name]: value as ArrayInput }).get(name)!
    arrays.set(name, array)
    if (input.kind === "scalar") continue
    noteSize(sizes, input.plate, array.dims[0]!, name)
    if (input.kind !== "index") continue
    const group = input.levels ?? name
    const most = array.values.reduce((a, b) => Math.max(a, b), 0)
    sizes.set(group, Math.max(sizes.get(group) ?? 0, labels.get(name)?.length ?? most))
  }
  const model = stated.map(
    ({ plate, statement }): BugsStatement =>
      plate === null
        ? statement
        : {
            kind: "for",
            variable: plate.index,
            range: rangeExpr(sizes.get(plate.name)!),
            body: [statement],
            span: SPAN,
          },
  )
  const bare: BugsProgram = { source: "", declarations: [], data: [], model }
  return { program: { ...bare, source: printBugs(bare) }, data: arrays, labels }
}

function noteSize(sizes: Map<string, number>, plate: string, size: number, name: string): void {
  const before = sizes.get(plate)
  if (before !== undefined && before !== size)
    throw new DataError(`${name} has ${size} rows, others along ${plate} have ${before}`, {
      code: "length-differs",
      where: name,
      hint: "give one value for each row",
    })
  sizes.set(plate, size)
}

/** Whole numbers from 1 as they are; labels as their place among the sorted labels. */
function readIndex(
  name: string,
  value: ArrayInput | readonly (number | string)[],
  labels: Map<string, readonly string[]>,
): ArrayValue {
  const list = ArrayBuffer.isView(value) ? Array.from(value) : value
  if (!Array.isArray(list)) throw notIndex(name, String(list))
  if (list.every((item) => typeof item === "string")) {
    const levels = [...new Set(list)].sort()
    const places = new Map(levels.map((level, k) => [level, k + 1]))
    labels.set(name, levels)
    return { dims: [list.length], values: Float64Array.from(list, (label) => places.get(label)!) }
  }
  const bad = list.find((item) => !(typeof item === "number" && Number.isInteger(item) && item >= 1))
  if (bad !== undefined) throw notIndex(name, String(bad))
  return { dims: [list.length], values: Float64Array.from(list) }
}

const notIndex = (name: string, found: string): DataError =>
  new DataError(`${name} holds ${found}, expected labels or whole numbers from 1`, {
    code: "not-an-index",
    where: name,
    hint: "number groups from 1, or give their labels as texts",
  })
