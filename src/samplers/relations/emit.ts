/**
 * Writes expressions of a relation as JavaScript. What a user typed never becomes part of the text: names are replaced by
 * positions in tables, functions by positions in a list.
 */
import { InternalError } from "../../core/errors.ts"
import type { ArrayValue } from "../../models/array-value.ts"
import { type ArrayFunction, lookupFunction, type ScalarFunction } from "../../models/functions/registry.ts"
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

export interface Emitter {
  /** Statements that must run before the expressions written so far are used. */
  readonly lines: string[]
  scalar(e: RelationExpr): string
  /** Name of a buffer that holds the array. */
  array(e: RelationExpr): string
  /** The slot of value k (a text) of an instance, for tables of `width` slots each. */
  slots(table: Int32Array, width: number): (k: string) => string
  /**
   * Derivative along the tangents `t` of the slots (one each, beside the state); null where it is zero everywhere. Piecewise
   * constant functions have none.
   */
  tangent(e: RelationExpr): string | null
  /** The same of an array: the name of a buffer. */
  tangentArray(e: RelationExpr): string | null
}

/**
 * @param index name of the variable that holds the instance
 */
export function createEmitter(
  relation: Relation,
  constants: Constants,
  fixed: Uint8Array = new Uint8Array(0),
  index = "i",
): Emitter {
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
      const step = slots[1]! - slots[0]!
      if (slots.every((value, j) => value === slots[0]! + step * j)) return `${slots[0]} + ${step} * ${k}`
      return `${table(slots)}[${k}]`
    }
    return `${table(slots)}[${index} * ${length} + ${k}]`
  }

  const gatherBase = (gather: Gather): string => {
    const name = `g${temporaries++}`
    const start = gather.shared ? String(gather.start[0]) : column(gather.start, table, index)
    const terms = gather.indices.map(({ value, stride, size }) => {
      const j = `j${temporaries++}`
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
    if (f.kind === "scalar") return apply(e.name, f.evaluate, e.args.map(scalar))
    const reduced = reduce(e)
    if (reduced !== null) return reduced
    return `${callArray(e)}[0]`
  }

  const apply = (name: string, evaluate: (...args: number[]) => number, args: readonly string[]): string => {
    const [a, b] = args
    if (args.length === 1 && name === "-") return `(-${a})`
    if (args.length === 2 && INFIX[name] !== undefined) return `(${a} ${INFIX[name]} ${b})`
    if (args.length === 2 && name === "^" && b === "2") return `square(${a})`
    if (args.length === 1 && MATH[name] !== undefined) return `${MATH[name]}(${a})`
    return `${functionName(evaluate)}(${args.join(", ")})`
  }

  /** Sums and dot products of arrays that stand in the state, without a copy. */
  const reduce = (e: Extract<RelationExpr, { op: "call" }>): string | null => {
    const length = (arg: RelationExpr): number => sizeOf(relation, arg)
    const item = (arg: RelationExpr): ((k: string) => string) => {
      if (arg.op === "read") {
        const reference = relation.references[arg.reference]!
        return (k) => `s[${slot(reference, k)}]`
      }
      const name = array(arg)
      return (k) => `${name}[${k}]`
    }
    const body =
      e.name === "sum" || e.name === "mean"
        ? e.args.length === 1
          ? item(e.args[0]!)
          : null
        : e.name === "inprod"
          ? dot(item(e.args[0]!), item(e.args[1]!))
          : null
    if (body === null) return null
    const n = length(e.args[0]!)
    const total = `r${temporaries++}`
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
        const name = `a${temporaries++}`
        lines.push(`const ${name} = ${scalar(arg)};`)
        return name
      })
      const out = buffer(size)
      lines.push(`for (let k = 0; k < ${size}; k++) ${out}[k] = ${apply(e.name, f.evaluate, items)};`)
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

  const moves = (slots: Int32Array): boolean => slots.some((slot) => fixed[slot] !== 1)

  /** `a + b` of terms that are not zero. */
  const plus = (terms: readonly (string | null)[]): string | null => {
    const kept = terms.filter((term) => term !== null)
    return kept.length === 0 ? null : `(${kept.join(" + ")})`
  }

  /** Derivative of a scalar function at arguments `args` whose derivatives are `tangents`. */
  const chain = (
    name: string,
    f: ScalarFunction,
    args: readonly string[],
    tangents: readonly (string | null)[],
  ): string | null => {
    const [a, b] = args
    const [ta, tb] = tangents
    if (tangents.every((tangent) => tangent === null)) return null
    if (name === "+") return plus(tangents)
    if (name === "-") {
      if (args.length === 1) return `(-${ta})`
      return tb === null ? ta! : ta === null ? `(-${tb})` : `(${ta} - ${tb})`
    }
    if (name === "*") return plus([ta === null ? null : `${ta} * ${b}`, tb === null ? null : `${a} * ${tb}`])
    if (name === "/" && tb === null) return `(${ta} / ${b})`
    if (name === "ifelse") return `(${a} !== 0 ? ${tangents[1] ?? "0"} : ${tangents[2] ?? "0"})`
    if (f.derivative === undefined) return null
    return plus(
      tangents.map((tangent, k) =>
        tangent === null ? null : `${functionName(f.derivative![k]!)}(${args.join(", ")}) * ${tangent}`,
      ),
    )
  }

  const tangent = (e: RelationExpr): string | null => {
    switch (e.op) {
      case "number":
      case "loop":
      case "array":
        return null
      case "read": {
        const reference = relation.references[e.reference]!
        return moves(reference.slots) ? `t[${slot(reference, "0")}]` : null
      }
      case "gather": {
        const gather = relation.gathers[e.gather]!
        if (!moves(gather.reach)) return null
        const base = gatherBase(gather)
        return `(${base} < 0 ? NaN : t[${base}])`
      }
      case "call": {
        if (e.dims !== null) return firstOf(tangentArray(e))
        const f = lookupFunction(e.name, e.args.length)
        if (f.kind === "array") return firstOf(tangentArray(e))
        const tangents = e.args.map(tangent)
        if (tangents.every((found) => found === null)) return null
        return chain(f.name, f, e.args.map(scalar), tangents)
      }
    }
  }

  const tangentArray = (e: RelationExpr): string | null => {
    const size = sizeOf(relation, e)
    if (e.op === "call") {
      const f = lookupFunction(e.name, e.args.length)
      if (f.kind === "array") return tangentOfArrayCall(e, f)
      const tangents = e.args.map((arg) => {
        const found = dimsOf(relation, arg) === null ? tangent(arg) : tangentArray(arg)
        return found === null || dimsOf(relation, arg) === null ? found : `${found}[k]`
      })
      if (tangents.every((found) => found === null)) return null
      const values = e.args.map((arg) => (dimsOf(relation, arg) === null ? scalar(arg) : `${array(arg)}[k]`))
      const result = chain(f.name, f, values, tangents)
      if (result === null) return null
      const out = buffer(size)
      lines.push(`for (let k = 0; k < ${size}; k++) ${out}[k] = ${result};`)
      return out
    }
    if (e.op === "read" && moves(relation.references[e.reference]!.slots)) {
      const out = buffer(size)
      const reference = relation.references[e.reference]!
      lines.push(`for (let k = 0; k < ${size}; k++) ${out}[k] = t[${slot(reference, "k")}];`)
      return out
    }
    if (e.op === "gather" && moves(relation.gathers[e.gather]!.reach)) {
      const gather = relation.gathers[e.gather]!
      const out = buffer(size)
      const base = gatherBase(gather)
      lines.push(
        `for (let k = 0; k < ${size}; k++) ${out}[k] = ${base} < 0 ? NaN : t[${base} + ${table(gather.offsets)}[k]];`,
      )
      return out
    }
    return null
  }

  /** A linear function of arrays: the sum over arguments of the function with that argument's tangent in its place. */
  const tangentOfArrayCall = (e: Extract<RelationExpr, { op: "call" }>, f: ArrayFunction): string | null => {
    const asArray = (arg: RelationExpr, name: string | null): string | null => {
      if (name === null || dimsOf(relation, arg) !== null) return name
      const boxed = buffer(1)
      lines.push(`${boxed}[0] = ${name};`)
      return boxed
    }
    const tangents = e.args.map((arg) =>
      asArray(arg, dimsOf(relation, arg) === null ? tangent(arg) : tangentArray(arg)),
    )
    const moving = tangents.flatMap((found, k) => (found === null ? [] : [k]))
    if (moving.length === 0 || f.linear === undefined) return null
    const size = sizeOf(relation, e)
    const values = e.args.map(
      (arg) => asArray(arg, dimsOf(relation, arg) === null ? scalar(arg) : array(arg))!,
    )
    const at = (name: string, arg: RelationExpr): ArrayValue => ({
      dims: dimsOf(relation, arg) ?? [1],
      values: constants.buffers[Number(name.slice(1))]!,
    })
    const zeros = (arg: RelationExpr): ArrayValue => ({
      dims: dimsOf(relation, arg) ?? [1],
      values: new Float64Array(sizeOf(relation, arg)),
    })
    const call = constants.arrayFunctions.push((args, into) => f.evaluate(args, into)) - 1
    const run = (args: ArrayValue[]): string => {
      const out = buffer(size)
      lines.push(`G${call}(L${constants.argumentLists.push(args) - 1}, ${out});`)
      return out
    }
    if (f.linear === "jointly") {
      return run(e.args.map((arg, k) => (tangents[k] === null ? zeros(arg) : at(tangents[k]!, arg))))
    }
    const parts = moving.map((m) => run(e.args.map((arg, k) => at(k === m ? tangents[k]! : values[k]!, arg))))
    if (parts.length === 1) return parts[0]!
    const out = buffer(size)
    lines.push(
      `for (let k = 0; k < ${size}; k++) ${out}[k] = ${parts.map((part) => `${part}[k]`).join(" + ")};`,
    )
    return out
  }

  return {
    lines,
    scalar,
    array,
    slots: (values, width) => (k) =>
      slot({ variable: "", text: "", dims: [width], length: width, slots: values, shared: false }, k),
    tangent,
    tangentArray,
  }
}

const firstOf = (name: string | null): string | null => (name === null ? null : `${name}[0]`)

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
  const first = values[0]!
  const step = values.length > 1 ? values[1]! - first : 0
  const isRegular =
    Number.isInteger(first) &&
    Number.isInteger(step) &&
    values.every((value, i) => value === first + step * i)
  if (!isRegular) return `${table(values)}[${index}]`
  return step === 1 && first === 0 ? index : `(${first} + ${step} * ${index})`
}

/** A constant as JavaScript: every finite double prints and reads back exactly. */
export const numberText = (value: number): string =>
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
