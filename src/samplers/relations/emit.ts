/**
 * Writes expressions of a relation as JavaScript. What a user typed never becomes part of the text: names are replaced by
 * positions in tables, functions by positions in a list.
 */
import { InternalError } from "../../core/errors.ts"
import type { ArrayValue } from "../../models/array-value.ts"
import { lookupFunction } from "../../models/functions/registry.ts"
import type { Gather, Reference, Relation, RelationExpr } from "../../models/relations/relation-graph.ts"

/** What generated code finds at run time, by position. */
export interface Constants {
  readonly tables: (Int32Array | Float64Array)[]
  readonly functions: ((...args: number[]) => number)[]
  readonly arrayFunctions: ((args: readonly ArrayValue[], out: Float64Array) => void)[]
  /** Buffers of array expressions. */
  readonly buffers: Float64Array[]
  /** Arguments of array functions, views of buffers. */
  readonly argumentLists: ArrayValue[][]
  /** Functions of distributions. */
  readonly distributions: object[]
}

export const noConstants = (): Constants => ({
  tables: [],
  functions: [],
  arrayFunctions: [],
  buffers: [],
  argumentLists: [],
  distributions: [],
})

const INFIX: Readonly<Record<string, string>> = { "+": "+", "-": "-", "*": "*", "/": "/" }
const MATH: Readonly<Record<string, string>> = {
  exp: "Math.exp",
  log: "Math.log",
  sqrt: "Math.sqrt",
  abs: "Math.abs",
}

/** Functions that are infinite at finite arguments within their domain. */
const UNBOUNDED = new Set(["exp", "log", "logit", "probit", "cloglog"])

/** Whether a factor may be infinite of its own accord: its product with 0 is then 0, not what × gives. */
const mayOverflow = (e: RelationExpr): boolean =>
  e.op === "call" && (UNBOUNDED.has(e.name) || e.args.some(mayOverflow))

/** Writes values. What stands below `slots` is for those who write more with it. */
export interface Writer {
  /** Statements that must run before the expressions written so far are used. */
  readonly lines: string[]
  scalar(e: RelationExpr): string
  /** Name of a buffer that holds the array. */
  array(e: RelationExpr): string
  /** Value k (a text) of an array, read where it stands if it stands in the state. */
  items(e: RelationExpr): (k: string) => string
  /** The slot of value k (a text) of an instance, for tables of `width` slots each. */
  slots(table: Int32Array, width: number): (k: string) => string
  /** The slot of value k (a text) of a reference. */
  slot(reference: Reference, k: string): string
  /** Name of a variable with the slot of a gather's first element, −1 where its index is out of range. */
  gatherBase(gather: Gather): string
  /** Name of a new buffer. */
  buffer(length: number): string
  table(values: Int32Array | Float64Array): string
  functionName(f: (...args: number[]) => number): string
}

/**
 * @param index name of the variable that holds the instance
 * @param prefix of the names of variables that it declares
 */
export function createWriter(relation: Relation, constants: Constants, index = "i", prefix = ""): Writer {
  const lines: string[] = []
  let temporaries = 0

  const table = (values: Int32Array | Float64Array): string => {
    let position = constants.tables.indexOf(values)
    if (position === -1) position = constants.tables.push(values) - 1
    return `T${position}`
  }
  const buffer = (length: number): string => `B${constants.buffers.push(new Float64Array(length)) - 1}`
  const functionName = (f: (...args: number[]) => number): string => {
    let position = constants.functions.indexOf(f)
    if (position === -1) position = constants.functions.push(f) - 1
    return `F${position}`
  }

  /** Slot of value k (a text) of a reference. */
  const slot = (reference: Reference, k: string): string => {
    const { slots, length, shared } = reference
    if (length === 1) return shared ? String(slots[0]) : column(slots, table, index)
    if (shared) {
      return steps(slots, k) ?? `${table(slots)}[${k}]`
    }
    return `${table(slots)}[${index} * ${length} + ${k}]`
  }

  const gatherBase = (gather: Gather): string => {
    const name = `${prefix}g${temporaries++}`
    const start = gather.shared ? String(gather.start[0]) : column(gather.start, table, index)
    const terms = gather.indices.map(({ value, stride, size }) => {
      const j = `${prefix}j${temporaries++}`
      lines.push(`const ${j} = ${scalar(value)};`)
      return { j, stride, size }
    })
    const inside = terms.map(({ j, size }) => `${j} >= 1 && ${j} <= ${size}`).join(" && ")
    const shift = terms.map(({ j, stride }) => `(${j} - 1) * ${stride}`).join(" + ")
    lines.push(`const ${name} = ${inside} ? ${start} + ${shift} : -1;`)
    return name
  }

  const scalar = (e: RelationExpr): string => {
    switch (e.op) {
      case "number":
        return numberText(e.value)
      case "loop":
        return column(e.values, table, index)
      case "read":
        return `s[${slot(relation.references[e.reference]!, "0")}]`
      case "gather": {
        const base = gatherBase(relation.gathers[e.gather]!)
        return `(${base} < 0 ? NaN : s[${base}])`
      }
      case "array":
        return `${array(e)}[0]`
      case "call":
        return e.dims === null ? scalarCall(e) : `${array(e)}[0]`
    }
  }

  const scalarCall = (e: Extract<RelationExpr, { op: "call" }>): string => {
    const f = lookupFunction(e.name, e.args.length)
    if (f.kind === "scalar") return apply(e, f.evaluate, e.args.map(scalar))
    const reduced = reduce(e)
    if (reduced !== null) return reduced
    return `${callArray(e)}[0]`
  }

  const apply = (
    { name, args: operands }: Extract<RelationExpr, { op: "call" }>,
    evaluate: (...args: number[]) => number,
    args: readonly string[],
  ): string => {
    const [a, b] = args
    if (args.length === 1 && name === "-") return `(-${a})`
    const isPlain = name !== "*" || !operands.some(mayOverflow)
    if (args.length === 2 && INFIX[name] !== undefined && isPlain) return `(${a} ${INFIX[name]} ${b})`
    if (args.length === 2 && name === "^" && b === "2") return `square(${a})`
    if (args.length === 1 && MATH[name] !== undefined) return `${MATH[name]}(${a})`
    return `${functionName(evaluate)}(${args.join(", ")})`
  }

  const items = (e: RelationExpr): ((k: string) => string) => {
    if (e.op === "read") {
      const reference = relation.references[e.reference]!
      return (k) => `s[${slot(reference, k)}]`
    }
    if (e.op === "gather") {
      const gather = relation.gathers[e.gather]!
      const base = gatherBase(gather)
      const offsets = gather.offsets.length === 1 ? "0" : null
      const at = (k: string): string =>
        offsets ?? steps(gather.offsets, k) ?? `${table(gather.offsets)}[${k}]`
      return (k) => `(${base} < 0 ? NaN : s[${base} + ${at(k)}])`
    }
    if (e.op === "call" && e.name === "c" && e.args.every((arg) => dimsOf(relation, arg) === null)) {
      const own = buffer(e.args.length)
      e.args.forEach((arg, k) => {
        const value = scalar(arg)
        lines.push(`${own}[${k}] = ${value};`)
      })
      return (k) => `${own}[${k}]`
    }
    const name = array(e)
    return (k) => `${name}[${k}]`
  }

  /** Sums and dot products of arrays that stand in the state, without a copy. */
  const reduce = (e: Extract<RelationExpr, { op: "call" }>): string | null => {
    const length = (arg: RelationExpr): number => sizeOf(relation, arg)
    const body =
      e.name === "sum" || e.name === "mean"
        ? e.args.length === 1
          ? items(e.args[0]!)
          : null
        : e.name === "inprod"
          ? dot(items(e.args[0]!), items(e.args[1]!))
          : null
    if (body === null) return null
    const n = length(e.args[0]!)
    const total = `${prefix}r${temporaries++}`
    lines.push(`let ${total} = 0; for (let k = 0; k < ${n}; k++) ${total} += ${body("k")};`)
    return e.name === "mean" ? `(${total} / ${n})` : total
  }

  const callArray = (e: Extract<RelationExpr, { op: "call" }>): string => {
    const f = lookupFunction(e.name, e.args.length)
    if (f.kind === "scalar") throw new InternalError(`${e.name} is no array function`)
    const args = e.args.map((arg) => {
      const size = sizeOf(relation, arg)
      const dims = dimsOf(relation, arg) ?? [1]
      if (dimsOf(relation, arg) !== null) return { name: array(arg), dims, size }
      const name = buffer(1)
      lines.push(`${name}[0] = ${scalar(arg)};`)
      return { name, dims, size }
    })
    const out = buffer((e.dims ?? [1]).reduce((a, b) => a * b, 1))
    const list = args.map(({ name, dims }) => ({ dims, values: constants.buffers[Number(name.slice(1))]! }))
    const position = constants.argumentLists.push(list) - 1
    const call = constants.arrayFunctions.push((values, into) => f.evaluate(values, into)) - 1
    lines.push(`G${call}(L${position}, ${out});`)
    return out
  }

  const array = (e: RelationExpr): string => {
    const size = sizeOf(relation, e)
    if (e.op === "array") {
      const name = `B${constants.buffers.push(e.values) - 1}`
      return name
    }
    if (e.op === "call") {
      const f = lookupFunction(e.name, e.args.length)
      if (f.kind === "array") return callArray(e)
      const items = e.args.map((arg) => {
        if (dimsOf(relation, arg) !== null) {
          const name = array(arg)
          return `${name}[k]`
        }
        const name = `${prefix}a${temporaries++}`
        lines.push(`const ${name} = ${scalar(arg)};`)
        return name
      })
      const out = buffer(size)
      lines.push(`for (let k = 0; k < ${size}; k++) ${out}[k] = ${apply(e, f.evaluate, items)};`)
      return out
    }
    const out = buffer(size)
    if (e.op === "read") {
      const reference = relation.references[e.reference]!
      lines.push(`for (let k = 0; k < ${size}; k++) ${out}[k] = s[${slot(reference, "k")}];`)
    } else if (e.op === "gather") {
      const gather = relation.gathers[e.gather]!
      const base = gatherBase(gather)
      const offsets = table(gather.offsets)
      lines.push(
        `for (let k = 0; k < ${size}; k++) ${out}[k] = ${base} < 0 ? NaN : s[${base} + ${offsets}[k]];`,
      )
    } else {
      lines.push(`${out}[0] = ${scalar(e)};`)
    }
    return out
  }

  return {
    lines,
    scalar,
    array,
    items,
    slots: (values, width) => (k) =>
      slot({ variable: "", text: "", dims: [width], length: width, slots: values, shared: false }, k),
    slot,
    gatherBase,
    buffer,
    table,
    functionName,
  }
}

/** Place k of numbers that go up in equal steps; null where they do not. */
const steps = (values: Int32Array, k: string): string | null =>
  isRegular(values) ? `${values[0]} + ${values[1]! - values[0]!} * ${k}` : null

const dot =
  (a: (k: string) => string, b: (k: string) => string) =>
  (k: string): string =>
    `${a(k)} * ${b(k)}`

/** A value by instance: a formula where it is one (consecutive slots, loop counters), else a table. */
function column(
  values: Int32Array | Float64Array,
  table: (values: Int32Array | Float64Array) => string,
  index: string,
): string {
  if (!isRegular(values)) return `${table(values)}[${index}]`
  const first = values[0]!
  const step = values.length > 1 ? values[1]! - first : 0
  return step === 1 && first === 0 ? index : `(${first} + ${step} * ${index})`
}

/** Answers by table: each function of a relation asks again. */
const regular = new WeakMap<Int32Array | Float64Array, boolean>()

/** Whether values are integers with equal steps between them. */
function isRegular(values: Int32Array | Float64Array): boolean {
  const before = regular.get(values)
  if (before !== undefined) return before
  const first = values[0]!
  const step = values.length > 1 ? values[1]! - first : 0
  let found = Number.isInteger(first) && Number.isInteger(step)
  for (let i = 2; found && i < values.length; i++) found = values[i] === first + step * i
  regular.set(values, found)
  return found
}

/** A constant as JavaScript: every finite double prints and reads back exactly. */
const numberText = (value: number): string =>
  Number.isNaN(value)
    ? "NaN"
    : value === Infinity
      ? "Infinity"
      : value === -Infinity
        ? "-Infinity"
        : value < 0 || Object.is(value, -0)
          ? `(${value})`
          : String(value)

/** Dimensions of an expression; null for a scalar. */
export function dimsOf(relation: Relation, e: RelationExpr): readonly number[] | null {
  switch (e.op) {
    case "number":
    case "loop":
      return null
    case "array":
    case "call":
      return e.dims
    case "read":
    case "gather": {
      const { dims, length } =
        e.op === "read" ? relation.references[e.reference]! : relation.gathers[e.gather]!
      return length === 1 ? null : dims
    }
  }
}

export const sizeOf = (relation: Relation, e: RelationExpr): number =>
  dimsOf(relation, e)?.reduce((a, b) => a * b, 1) ?? 1
