/**
 * Children of labels (`T[i]` in `y[i] ~ dnorm(lambda[T[i]], tau)`), as functions that weigh them at every value of their label
 * without changing the state: what is computed between label and child is written into the child's expressions, and the label
 * replaced by a number.
 */

import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import {
  type Gather,
  type Reference,
  type Relation,
  type RelationExpr,
  referenceStart,
  type StochasticRelation,
} from "../../models/relations/relation-graph.ts"
import { writeArrayDensity } from "./array-density-text.ts"
import { writeDensity } from "./density-text.ts"
import type { Network } from "./dependents.ts"
import { createWriter, noConstants } from "./emit.ts"
import { makeFunction } from "./engine.ts"

/** Instances of one relation that hang on labels, each on one. Plain data. */
export interface LabelChild {
  readonly relation: number
  readonly instances: Int32Array
  /** By instance: its label, by position among the labels. */
  readonly labels: Int32Array
}

/** Deterministic relations in a row between label and child beyond which a model is not taken apart. */
const DEEPEST = 8

/**
 * A child with everything that hangs on labels between it and them written into its arguments.
 * @param wanted its instances for which that is to hold; the others are left as they come
 * @param reached whether a slot is a label or computed from one
 * @returns null when that cannot be done: arrays are computed from labels, or several relations compute what it reads
 */
export function inlineLabels(
  { graph, owners }: Pick<Network, "graph" | "owners">,
  child: StochasticRelation,
  wanted: Int32Array,
  isLabel: (slot: number) => boolean,
  reached: (slot: number) => boolean,
): StochasticRelation | null {
  const references: Reference[] = []
  const gathers: Gather[] = []
  /** Of relation `of`, whose instance `at[i]` (absent: i itself) is meant by instance i of the child. */
  const visit = (
    of: Relation,
    at: Int32Array | null,
    e: RelationExpr,
    depth: number,
  ): RelationExpr | null => {
    if (depth > DEEPEST) return null
    switch (e.op) {
      case "loop":
        return at === null ? e : { ...e, values: Float64Array.from(at, (i) => e.values[i]!) }
      case "read": {
        const reference = of.references[e.reference]!
        const own = slotsRead(reference, at)
        if (reference.length > 1 && reference.dims.length === 1 && own.some(reached)) {
          const items = Array.from({ length: reference.length }, (_, k) =>
            visitRead(itemOf(reference, k, of.size), at, depth),
          )
          const known = items.flatMap((item) => (item === null ? [] : [item]))
          if (known.length < items.length) return null
          return { op: "call", name: "c", args: known, dims: reference.dims }
        }
        return visitRead(reference, at, depth)
      }
      case "gather": {
        const gather = of.gathers[e.gather]!
        if (gather.reach.some(reached)) return null
        const indices = gather.indices.map((index) => ({
          ...index,
          value: visit(of, at, index.value, depth),
        }))
        const known = indices.flatMap(({ value, ...rest }) => (value === null ? [] : [{ ...rest, value }]))
        if (known.length < indices.length) return null
        return { op: "gather", gather: gathers.push({ ...gatherRows(gather, at), indices: known }) - 1 }
      }
      case "call": {
        const args = e.args.map((arg) => visit(of, at, arg, depth))
        const known = args.flatMap((arg) => (arg === null ? [] : [arg]))
        return known.length < args.length ? null : { ...e, args: known }
      }
      default:
        return e
    }
  }
  const visitRead = (reference: Reference, at: Int32Array | null, depth: number): RelationExpr | null => {
    const own = slotsRead(reference, at)
    if (own.some(reached) && !own.every(isLabel)) {
      const next = readComputed(at, reference)
      return next === null ? null : visit(next.relation, next.at, next.relation.value, depth + 1)
    }
    if (own.some(isLabel) && reference.length !== 1) return null
    const rows = rowsOf(reference, at)
    // An instance that is not wanted may read a label here: no number may stand for what the others read.
    const slots = own.some(isLabel) ? rows.slots : rows.slots.map((slot) => (isLabel(slot) ? own[0]! : slot))
    return { op: "read", reference: references.push({ ...rows, slots }) - 1 }
  }
  /** What the instances that are wanted read. */
  const slotsRead = ({ slots, length, shared }: Reference, at: Int32Array | null): number[] =>
    Array.from(wanted).flatMap((i) => {
      const from = shared ? 0 : (at === null ? i : at[i]!) * length
      return [...slots.subarray(from, from + length)]
    })
  const readComputed = (at: Int32Array | null, reference: Reference) => {
    if (reference.length !== 1) return null
    const read = slotsRead(reference, at)
    const relation = graph.relations[owners.relation[read[0]!]!]
    if (relation?.kind !== "deterministic" || relation.width !== 1) return null
    if (!read.every((slot) => graph.relations[owners.relation[slot]!] === relation)) return null
    const instances = new Int32Array(child.size)
    wanted.forEach((i, n) => {
      instances[i] = owners.instance[read[n]!]!
    })
    return { relation, at: instances }
  }
  const args = child.args.map((arg) => visit(child, null, arg, 0))
  const known = args.flatMap((arg) => (arg === null ? [] : [arg]))
  return known.length < args.length ? null : { ...child, args: known, references, gathers }
}

/** Item k of a reference to a vector, by instance. */
const itemOf = (reference: Reference, k: number, size: number): Reference => ({
  ...reference,
  dims: [1],
  length: 1,
  slots: Int32Array.from({ length: size }, (_, i) => reference.slots[referenceStart(reference, i) + k]!),
  shared: false,
})

/** Rows of a reference by instance of another relation. */
function rowsOf(reference: Reference, at: Int32Array | null): Reference {
  const { slots, length, shared } = reference
  if (at === null || shared) return reference
  const rows = new Int32Array(length * at.length)
  at.forEach((i, n) => {
    const from = referenceStart(reference, i)
    rows.set(slots.subarray(from, from + length), n * length)
  })
  return { ...reference, slots: rows }
}

function gatherRows(gather: Gather, at: Int32Array | null): Gather {
  if (at === null || gather.shared) return gather
  return { ...gather, start: Int32Array.from(at, (i) => gather.start[i]!) }
}

/** An expression with labels at a value. */
function atLabel(
  relation: Relation,
  e: RelationExpr,
  isLabel: (slot: number) => boolean,
  value: number,
): RelationExpr {
  if (e.op === "call") return { ...e, args: e.args.map((arg) => atLabel(relation, arg, isLabel, value)) }
  if (e.op !== "read" || !relation.references[e.reference]!.slots.some(isLabel)) return e
  return { op: "number", value }
}

/** Adds, for child n of a list and label value k, its log density to `out[places[n] + k]`. */
export type WeighLabels = (
  s: Float64Array,
  list: Int32Array,
  places: Int32Array,
  to: number,
  out: Float64Array,
) => void

/** @param values of every label, in their order */
export function compileLabelChild(
  inlined: StochasticRelation,
  isLabel: (slot: number) => boolean,
  values: readonly number[],
): WeighLabels {
  const constants = noConstants()
  const head: string[] = []
  const cases = values.flatMap((value, k) => {
    const relation: StochasticRelation = {
      ...inlined,
      args: inlined.args.map((arg) => atLabel(inlined, arg, isLabel, value)),
      gathers: inlined.gathers.map((gather) => ({
        ...gather,
        indices: gather.indices.map((index) => ({
          ...index,
          value: atLabel(inlined, index.value, isLabel, value),
        })),
      })),
    }
    const array = writeArrayDensity(relation, constants, `v${k}`)
    if (array !== null) {
      head.push(...array.head)
      return [`{\n${array.lines.join("\n")}\nout[p + ${k}] += value;\n}`]
    }
    const density = writeDensity(relation, constants, `v${k}`)
    head.push(...density.head)
    return [...density.lines, `out[p + ${k}] += ${density.value};`]
  })
  const target = createWriter(inlined, constants).slots(inlined.writes, inlined.width)("0")
  return makeFunction<WeighLabels>(
    ["s", "list", "places", "to", "out"],
    `${head.join("\n")}\nfor (let n = 0; n < to; n++) {\nconst i = list[n];\nconst p = places[n];\nconst x = s[${target}];\n${cases.join("\n")}\n}`,
    constants,
  )
}

/** Whether the density of a child can be written into such a function. */
export function canBeLabelChild(child: StochasticRelation): boolean {
  const { calling, isDetermined } = lookupBugsDistribution(child.distribution)
  if (child.bounds !== null || isDetermined === true) return false
  return calling === "numbers" || writeArrayDensity(child, noConstants()) !== null
}

/** Whether a relation's arguments are the same in every instance. */
export const hasSharedArguments = ({ references, gathers, args }: StochasticRelation): boolean =>
  references.every(
    ({ slots, shared, length }) => shared || slots.every((slot, k) => slot === slots[k % length]!),
  ) &&
  gathers.length === 0 &&
  !args.some(hasLoop)

function hasLoop(e: RelationExpr): boolean {
  return e.op === "loop" || (e.op === "call" && e.args.some(hasLoop))
}
