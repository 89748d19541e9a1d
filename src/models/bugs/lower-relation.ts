/**
 * Turns one statement and the iterations of its loops into relations: references become tables of slots, what is known
 * becomes a column of numbers. Iterations whose references differ in shape become relations of their own, so that within
 * a relation every instance looks the same.
 */
import type { ArrayValue } from "../array-value.ts"
import { lookupFunction } from "../functions/registry.ts"
import type { Gather, Reference, RelationExpr, Variable } from "../relations/relation-graph.ts"
import type { BugsExpr, BugsIndex, BugsVariable } from "./ast.ts"
import { evaluateColumn, evaluateSlots } from "./columns.ts"
import {
  compileFixed,
  compileSelection,
  compileSlot,
  type FixedValue,
  type Known,
  type Selection,
  usesAny,
} from "./fixed.ts"
import { type Iterations, iterationAt } from "./iterations.ts"
import { printExpr } from "./print.ts"
import { selectedDims, selectedSlots } from "./selected-slots.ts"
import { evaluateSlices, type Slices } from "./slices.ts"

/** Expressions of a statement, lowered over a set of iterations. */
export interface LoweredExprs {
  readonly exprs: readonly (RelationExpr | null)[]
  readonly references: readonly Reference[]
  readonly gathers: readonly Gather[]
}

export interface LoweringSite {
  readonly known: Known
  /** Names of the loop variables, outermost first. */
  readonly loops: readonly string[]
  /** The first place in a list whose slot neither data nor a relation defines; −1 when all are. */
  findUndefined(variable: Variable, slots: Int32Array): number
}

/**
 * Splits iterations into sets within which every reference has one shape.
 * @returns numbers of iterations; null when all are one set
 */
export function splitByShape(
  site: LoweringSite,
  exprs: readonly (BugsExpr | null)[],
  iterations: Iterations,
): readonly Int32Array[] | null {
  const names = exprs.flatMap((e) => (e === null ? [] : namesIn(e, site.loops)))
  const keyed = names.flatMap((e) =>
    isOneElement(e, site.loops) ||
    evaluateSlots(e, site.loops, iterations, site.known) !== null ||
    evaluateSlices(e, site.loops, iterations, site.known) !== null
      ? []
      : [shapeKey(site, e)],
  )
  if (keyed.length === 0) return null
  const groups = new Map<string, number[]>()
  for (let i = 0; i < iterations.count; i++) {
    const iteration = iterationAt(iterations, i)
    let key = ""
    for (const keyOf of keyed) key += keyOf(iteration)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [i])
    else group.push(i)
  }
  return groups.size === 1 ? null : [...groups.values()].map((group) => Int32Array.from(group))
}

/** Whether an indexed name is one element in every iteration, its indices made of loop variables and numbers alone. */
function isOneElement(e: BugsVariable, loops: readonly string[]): boolean {
  const isPlain = (index: BugsExpr): boolean =>
    index.kind === "number" ||
    (index.kind === "variable" && index.indices === null && loops.includes(index.name)) ||
    (index.kind === "call" && ["+", "-", "*"].includes(index.name) && index.args.every(isPlain))
  return e.indices?.every((index) => index.kind === "value" && isPlain(index.value)) === true
}

/** Names read by an expression, outermost of nested ones first; loop variables are none. */
function namesIn(e: BugsExpr, loops: readonly string[]): BugsVariable[] {
  if (e.kind === "number") return []
  if (e.kind === "call") return e.args.flatMap((arg) => namesIn(arg, loops))
  if (e.indices === null) return loops.includes(e.name) ? [] : [e]
  return [e, ...e.indices.flatMap((index) => (index.kind === "all" ? [] : namesIn(index.value, loops)))]
}

function shapeKey(site: LoweringSite, e: BugsVariable): (iteration: readonly number[]) => string {
  const select = compileSelection(e, site.loops, site.known)
  const slotOf = compileSlot(e, site.loops, site.known)
  return (iteration) => {
    if (slotOf(iteration) >= 0) return "s;"
    const selection = select(iteration)
    if (selection === null) return "?"
    let key = ""
    const drawn = selection.indices.includes(null)
    for (const index of selection.indices) {
      if (index === null) key += "g"
      else if (typeof index === "number") key += "s"
      else key += drawn ? `[${index.join(",")}]` : `v${index.length}`
    }
    return `${key};`
  }
}

/** Lowers the expressions of a statement over iterations of one shape. */
export function lowerExprs(
  site: LoweringSite,
  exprs: readonly (BugsExpr | null)[],
  iterations: Iterations,
): LoweredExprs {
  const references: Reference[] = []
  const gathers: Gather[] = []
  const byText = new Map<string, RelationExpr>()
  const { known, loops } = site

  const lower = (e: BugsExpr): RelationExpr => {
    if (e.kind === "number") return { op: "number", value: e.value }
    if (e.kind === "variable" && e.indices === null) {
      const loop = loops.lastIndexOf(e.name)
      if (loop >= 0) return asColumn(e.name, iterations.columns[loop]!)
    }
    const text = printExpr(e)
    const before = byText.get(text)
    if (before !== undefined) return before
    const made = e.kind === "variable" ? lowerName(e, text) : lowerCall(e)
    byText.set(text, made)
    return made
  }

  const lowerCall = (e: Extract<BugsExpr, { kind: "call" }>): RelationExpr => {
    const folded = fold(e)
    if (folded !== null) return folded
    const f = known.at(e, () => lookupFunction(e.name, e.args.length))
    const args = e.args.map(lower)
    const shapes = args.map((arg) => dimsOf(arg))
    if (f.kind === "scalar") {
      const shaped = shapes.filter((dims): dims is readonly number[] => dims !== null)
      const sizes = new Set(shaped.map((dims) => dims.reduce((a, b) => a * b, 1)))
      if (sizes.size > 1)
        throw known.error(
          `${e.name} of arrays of ${[...sizes].join(" and ")} elements`,
          e,
          "they must be of one size",
        )
      return { op: "call", name: f.name, args, dims: shaped[0] ?? null }
    }
    const values = args.map((arg): ArrayValue | undefined =>
      arg.op === "number"
        ? { dims: [1], values: Float64Array.of(arg.value) }
        : arg.op === "array"
          ? arg
          : undefined,
    )
    const dims = known.at(e, () =>
      f.dims(
        shapes.map((shape) => shape ?? [1]),
        values,
      ),
    )
    const isScalar = dims.length === 1 && dims[0] === 1
    return { op: "call", name: f.name, args, dims: isScalar ? null : dims }
  }

  /** What is known in every iteration is a number, or a column of them; null when it is not known. */
  const fold = (e: BugsExpr): RelationExpr | null => {
    const column = evaluateColumn(e, loops, iterations, known)
    if (typeof column === "number") return Number.isNaN(column) ? null : { op: "number", value: column }
    if (column !== null) return column.some(Number.isNaN) ? null : asColumn(printExpr(e), column)
    const evaluate = compileFixed(e, loops, known)
    const first = evaluate(iterationAt(iterations, 0))
    if (first === null) return null
    if (typeof first !== "number") {
      return usesAny(e, loops) ? null : { op: "array", values: first.values, dims: first.dims }
    }
    const values = new Float64Array(iterations.count)
    for (let i = 0; i < iterations.count; i++) {
      const value: FixedValue = i === 0 ? first : evaluate(iterationAt(iterations, i))
      if (typeof value !== "number") return null
      values[i] = value
    }
    return asColumn(printExpr(e), values)
  }

  const lowerName = (e: BugsVariable, text: string): RelationExpr => {
    const select = compileSelection(e, loops, known)
    const single = lowerElements(e, text) ?? lowerSlices(e, text)
    if (single !== null) return single
    const selections = Array.from({ length: iterations.count }, (_, i) => {
      const selection = select(iterationAt(iterations, i))
      if (selection !== null) return selection
      throw known.error(`undefined variable "${e.name}"`, e, "define it by a relation, or give data for it")
    })
    const first = selections[0]!
    if (first.indices.includes(null)) return lowerGather(e, text, selections)
    const dims = selectedDims(first.indices)
    const length = dims.reduce((a, b) => a * b, 1)
    const slots = new Int32Array(length * iterations.count)
    selections.forEach((selection, i) => {
      const own = selectedSlots(
        selection.variable,
        selection.indices as readonly (number | readonly number[])[],
      )
      for (let k = 0; k < length; k++) slots[i * length + k] = own[k]!
    })
    return readSlots(e, text, { slots, length, dims })
  }

  const readSlots = (e: BugsVariable, text: string, { slots, length, dims }: Slices): RelationExpr => {
    const variable = known.variable(e.name)!
    const missing = site.findUndefined(variable, slots)
    if (missing >= 0) throw undefinedElement(e, variable, slots[missing]!, Math.floor(missing / length))
    const shared = allSame(slots, length)
    references.push({
      variable: e.name,
      text,
      length,
      dims,
      slots: shared ? slots.slice(0, length) : slots,
      shared,
    })
    return { op: "read", reference: references.length - 1 }
  }

  /** A name that is a part of one shape in every iteration; null when it is not. */
  const lowerSlices = (e: BugsVariable, text: string): RelationExpr | null => {
    const slices = evaluateSlices(e, loops, iterations, known)
    return slices === null ? null : readSlots(e, text, slices)
  }

  /** A name that is one element in every iteration; null when it is not. */
  const lowerElements = (e: BugsVariable, text: string): RelationExpr | null => {
    const slots = evaluateSlots(e, loops, iterations, known) ?? slotsOneByOne(e)
    if (slots === null) return null
    const all = typeof slots === "number" ? Int32Array.of(slots) : slots
    const variable = known.variable(e.name)!
    const missing = site.findUndefined(variable, all)
    if (missing >= 0) throw undefinedElement(e, variable, all[missing]!, missing)
    const shared = typeof slots === "number" || allSame(slots, 1)
    const reference = { variable: e.name, text, length: 1, dims: [1] }
    references.push({ ...reference, slots: shared ? all.slice(0, 1) : all, shared })
    return { op: "read", reference: references.length - 1 }
  }

  const slotsOneByOne = (e: BugsVariable): Int32Array | null => {
    const slotOf = compileSlot(e, loops, known)
    const slots = new Int32Array(iterations.count)
    for (let i = 0; i < iterations.count; i++) {
      const slot = slotOf(iterationAt(iterations, i))
      if (slot < 0) return null
      slots[i] = slot
    }
    return slots
  }

  const lowerGather = (e: BugsVariable, text: string, selections: readonly Selection[]): RelationExpr => {
    const { variable, indices } = selections[0]!
    const strides = variable.dims.map((_, d) => variable.dims.slice(0, d).reduce((a, b) => a * b, 1))
    const drawn = indices.flatMap((index, d) => (index === null ? [d] : []))
    const value = (index: BugsIndex): RelationExpr => {
      if (index.kind === "all") throw known.error("an empty index is never drawn", index)
      return lower(index.value)
    }
    const starts = Int32Array.from(selections, (selection) =>
      selection.indices.reduce<number>(
        (slot, index, d) => slot + (typeof index === "number" ? (index - 1) * strides[d]! : 0),
        variable.offset,
      ),
    )
    const shared = allSame(starts, 1)
    const start = shared ? starts.slice(0, 1) : starts
    const slice = indices.map((index) => (index === null || typeof index === "number" ? 1 : index))
    const offsets = selectedSlots({ ...variable, offset: 0 }, slice)
    const every = indices.map((index, d) =>
      index === null
        ? Array.from({ length: variable.dims[d]! }, (_, k) => k + 1)
        : typeof index === "number"
          ? 1
          : index,
    )
    const reachOffsets = selectedSlots({ ...variable, offset: 0 }, every)
    const reach = new Int32Array(start.length * reachOffsets.length)
    start.forEach((base, i) => {
      reachOffsets.forEach((offset, k) => {
        reach[i * reachOffsets.length + k] = base + offset
      })
    })
    gathers.push({
      variable: e.name,
      text,
      length: offsets.length,
      dims: selectedDims(indices),
      start,
      shared,
      offsets: Int32Array.from(offsets),
      indices: drawn.map((d) => ({
        value: value(e.indices![d]!),
        stride: strides[d]!,
        size: variable.dims[d]!,
      })),
      reach,
      reachLength: reachOffsets.length,
    })
    return { op: "gather", gather: gathers.length - 1 }
  }

  const undefinedElement = (e: BugsVariable, variable: Variable, slot: number, i: number) => {
    const at = loops.map((name, k) => `${name} = ${iterations.columns[k]![i]}`).join(", ")
    const element = slot - variable.offset + 1
    return known.error(
      `${variable.size === 1 ? variable.name : `element ${element} of ${variable.name}`} is used and never defined${at === "" ? "" : `, at ${at}`}`,
      e,
      "define it by a relation, or give data for it",
    )
  }

  const dimsOf = (e: RelationExpr): readonly number[] | null => {
    switch (e.op) {
      case "number":
      case "loop":
        return null
      case "array":
        return e.dims
      case "read":
        return isScalarDims(references[e.reference]!.dims)
      case "gather":
        return isScalarDims(gathers[e.gather]!.dims)
      case "call":
        return e.dims
    }
  }

  return { exprs: exprs.map((e) => (e === null ? null : lower(e))), references, gathers }
}

const isScalarDims = (dims: readonly number[]): readonly number[] | null =>
  dims.length === 1 && dims[0] === 1 ? null : dims

function asColumn(name: string, values: Float64Array): RelationExpr {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return { op: "loop", name, values }
  return { op: "number", value: values[0]! }
}

function allSame(slots: Int32Array, length: number): boolean {
  for (let i = length; i < slots.length; i++) if (slots[i] !== slots[i - length]) return false
  return true
}
