/** Writes derivatives of a relation's expressions along given directions, beside their values. */
import type { ArrayValue } from "../../models/array-value.ts"
import { type ArrayFunction, lookupFunction, type ScalarFunction } from "../../models/functions/registry.ts"
import type { Relation, RelationExpr } from "../../models/relations/relation-graph.ts"
import { type Constants, createWriter, dimsOf, sizeOf, type Writer } from "./emit.ts"

export interface Emitter extends Writer {
  /**
   * Derivative along the tangents `t` of the slots (one each, beside the state); null where it is zero everywhere. Piecewise
   * constant functions have none.
   */
  tangent(e: RelationExpr): string | null
  /** The same of an array: the name of a buffer. */
  tangentArray(e: RelationExpr): string | null
}

/** @param fixed by slot whether it never changes, so that no derivative runs through it */
export function createEmitter(
  relation: Relation,
  constants: Constants,
  fixed: Uint8Array = new Uint8Array(0),
): Emitter {
  const writer = createWriter(relation, constants)
  const { lines, scalar, array, slot, gatherBase, buffer, table, functionName } = writer

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

  /**
   * A linear function of arrays: the sum over arguments of the function with that argument's tangent in its place; of others what they
   * say of their derivative.
   */
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
    if (moving.length === 0 || (f.linear === undefined && f.differentiate === undefined)) return null
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
    if (f.linear === undefined) {
      const count = e.args.length
      const call =
        constants.arrayFunctions.push((args, into) =>
          f.differentiate!(args.slice(0, count), args.slice(count), into),
        ) - 1
      const given = e.args.map((arg, k) => at(values[k]!, arg))
      const along = e.args.map((arg, k) => (tangents[k] === null ? zeros(arg) : at(tangents[k]!, arg)))
      const out = buffer(size)
      lines.push(`G${call}(L${constants.argumentLists.push([...given, ...along]) - 1}, ${out});`)
      return out
    }
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

  return { ...writer, tangent, tangentArray }
}

const firstOf = (name: string | null): string | null => (name === null ? null : `${name}[0]`)
