/** A multivariate normal of which some elements are data: those have their marginal, the others are drawn given them. */
import { lookupFunction } from "../functions/registry.ts"
import type { Reference, RelationExpr, StochasticRelation } from "../relations/relation-graph.ts"

/** Distributions whose vectors may be data in part. */
export const isPartlyObservable = (distribution: string): boolean =>
  distribution === "dmnorm" || distribution === "dmnorm.vcov"

/**
 * The relation as two, of the elements that are data and of those that are drawn. With precision P and mean μ, the
 * known k have precision P_kk − P_ku P_uu⁻¹ P_uk, the unknown u given them mean μ_u − P_uu⁻¹ P_uk (y_k − μ_k) and
 * precision P_uu; with a covariance the two change places.
 *
 * @param known by element of one instance: whether it is data
 * @returns null when mean and matrix are no arrays of their own, whose parts could be named
 */
export function splitObserved(
  relation: StochasticRelation,
  known: readonly boolean[],
): readonly [StochasticRelation, StochasticRelation] | null {
  const places = known.map((_, k) => k)
  const own = places.filter((k) => known[k])
  const rest = places.filter((k) => !known[k])
  return relation.distribution === "dmnorm"
    ? splitPrecision(relation, own, rest)
    : splitCovariance(relation, own, rest)
}

type Pair = readonly [StochasticRelation, StochasticRelation] | null

function splitPrecision(
  relation: StochasticRelation,
  known: readonly number[],
  unknown: readonly number[],
): Pair {
  const p = partsOf(relation)
  const inner = p.matrix(unknown, unknown)
  const cross = p.matrix(unknown, known)
  if (inner === null || cross === null) return null
  const shift = multiply(invert(inner), multiply(cross, p.deviation(known)))
  const loss = multiply(p.matrix(known, unknown)!, multiply(invert(inner), cross))
  return p.finish(
    known,
    unknown,
    subtract(p.matrix(known, known)!, loss),
    subtract(p.mean(unknown), shift),
    inner,
  )
}

function splitCovariance(
  relation: StochasticRelation,
  known: readonly number[],
  unknown: readonly number[],
): Pair {
  const p = partsOf(relation)
  const inner = p.matrix(known, known)
  const cross = p.matrix(unknown, known)
  if (inner === null || cross === null) return null
  const shift = multiply(cross, multiply(invert(inner), p.deviation(known)))
  const loss = multiply(cross, multiply(invert(inner), p.matrix(known, unknown)!))
  return p.finish(
    known,
    unknown,
    inner,
    add(p.mean(unknown), shift),
    subtract(p.matrix(unknown, unknown)!, loss),
  )
}

/** An expression with its dimensions; `[1]` for a number. */
interface Shaped {
  readonly e: RelationExpr
  readonly dims: readonly number[]
}

/** Parts of a relation's mean, matrix and values, whose references gather in one list. */
function partsOf(relation: StochasticRelation) {
  const { args, width, size, writes, references, variable, text } = relation
  const added: Reference[] = [...references]
  const part = (e: RelationExpr, chosen: readonly number[], dims: readonly number[]): Shaped | null => {
    const shape = chosen.length === 1 ? [1] : dims
    if (e.op === "array") {
      const values = Float64Array.from(chosen, (k) => e.values[k]!)
      return {
        dims: shape,
        e: chosen.length === 1 ? { op: "number", value: values[0]! } : { op: "array", values, dims },
      }
    }
    if (e.op !== "read") return null
    const whole = references[e.reference]!
    return {
      dims: shape,
      e: read({ ...whole, slots: choose(whole.slots, whole.length, chosen) }, chosen.length, shape),
    }
  }
  const read = (from: Reference, length: number, dims: readonly number[]): RelationExpr => {
    added.push({ ...from, length, dims })
    return { op: "read", reference: added.length - 1 }
  }
  const mean = (chosen: readonly number[]) => part(args[0]!, chosen, [chosen.length])
  return {
    mean: (chosen: readonly number[]): Shaped => mean(chosen)!,
    matrix: (rows: readonly number[], columns: readonly number[]): Shaped | null =>
      mean([0]) === null
        ? null
        : part(
            args[1]!,
            columns.flatMap((c) => rows.map((r) => r + c * width)),
            [rows.length, columns.length],
          ),
    /** y − μ of some elements. */
    deviation: (chosen: readonly number[]): Shaped => {
      const dims = [chosen.length]
      const values = { variable, text, slots: choose(writes, width, chosen), shared: size === 1 }
      const y = read({ ...values, length: chosen.length, dims }, chosen.length, dims)
      return subtract({ e: y, dims }, mean(chosen)!)
    },
    finish: (
      known: readonly number[],
      unknown: readonly number[],
      ownMatrix: Shaped,
      restMean: Shaped,
      restMatrix: Shaped,
    ): readonly [StochasticRelation, StochasticRelation] => {
      const of = (
        chosen: readonly number[],
        mu: Shaped,
        matrix: Shaped,
        observed: boolean,
      ): StochasticRelation => ({
        ...relation,
        id: observed ? relation.id : `${relation.id}.rest`,
        text: `${text} # ${observed ? "elements that are data" : "the others, given those"}`,
        width: chosen.length,
        dims: [chosen.length],
        writes: choose(writes, width, chosen),
        ...ownReferences(added, [mu.e, matrix.e]),
        observed,
      })
      return [of(known, mean(known)!, ownMatrix, true), of(unknown, restMean, restMatrix, false)]
    },
  }
}

/** The expressions with the references that they use, and no others, which would be parents too. */
function ownReferences(
  all: readonly Reference[],
  exprs: readonly RelationExpr[],
): Pick<StochasticRelation, "references" | "args"> {
  const references: Reference[] = []
  const places = new Map<number, number>()
  const visit = (e: RelationExpr): RelationExpr => {
    if (e.op === "call") return { ...e, args: e.args.map(visit) }
    if (e.op !== "read") return e
    const known = places.get(e.reference)
    const place = known ?? references.push(all[e.reference]!) - 1
    places.set(e.reference, place)
    return { op: "read", reference: place }
  }
  return { args: exprs.map(visit), references }
}

/** Some of every `length` slots. */
function choose(slots: Int32Array, length: number, chosen: readonly number[]): Int32Array {
  const count = slots.length / length
  return Int32Array.from({ length: count * chosen.length }, (_, n) => {
    const instance = Math.floor(n / chosen.length)
    return slots[instance * length + chosen[n % chosen.length]!]!
  })
}

const isNumber = ({ dims }: Shaped): boolean => dims.reduce((a, b) => a * b, 1) === 1

function call(name: string, args: readonly Shaped[], dims: readonly number[]): Shaped {
  const e: RelationExpr = {
    op: "call",
    name,
    args: args.map((arg) => arg.e),
    dims: dims.join() === "1" ? null : dims,
  }
  return { e, dims }
}

const elementwise = (name: string, a: Shaped, b: Shaped): Shaped =>
  call(name, [a, b], isNumber(a) ? b.dims : a.dims)
const add = (a: Shaped, b: Shaped): Shaped => elementwise("+", a, b)
const subtract = (a: Shaped, b: Shaped): Shaped => elementwise("-", a, b)

function multiply(a: Shaped, b: Shaped): Shaped {
  if (isNumber(a) || isNumber(b)) return elementwise("*", a, b)
  const f = lookupFunction("%*%", 2)
  const dims = f.kind === "array" ? f.dims([a.dims, b.dims]) : [1]
  return dims.every((n) => n === 1) ? call("inprod", [a, b], [1]) : call("%*%", [a, b], dims)
}

const invert = (a: Shaped): Shaped =>
  isNumber(a)
    ? call("/", [{ e: { op: "number", value: 1 }, dims: [1] }, a], [1])
    : call("inverse", [a], a.dims)
