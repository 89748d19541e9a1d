/** How an array argument of a child is made of one drawn array: read whole, through copies, inverted, times a number. */
import type { Gather, Relation, RelationExpr, RelationGraph } from "../../models/relations/relation-graph.ts"
import { referenceStart } from "../../models/relations/relation-graph.ts"
import type { Network } from "./dependents.ts"
import { dimsOf } from "./emit.ts"
import { dependsOn, type SlotSet } from "./linear.ts"

/** The argument is k X, or k X⁻¹ where inverted, of one instance X of the target. */
export interface WholeArgument {
  readonly inverted: boolean
  /** Whether k may differ from 1. */
  readonly scaled: boolean
  /** Whether a drawn index or a condition says which instance it is. */
  readonly picks: boolean
  /** Position in the argument of the first element of X; null where the argument is X, a number where all around X are known zeros. */
  readonly paddedFrom: number | null
}

const PLAIN: WholeArgument = { inverted: false, scaled: false, picks: false, paddedFrom: null }

/**
 * What the argument of a child relation is of the arrays that a relation draws; null when it is anything else (a part of
 * one, two of them, a function of its elements).
 *
 * @param target relation that is drawn
 * @param instances of the child, all of which hang on it
 * @param inSet whether a slot is drawn by the target or computed from it
 */
export function findWholeArgument(
  network: Network,
  target: number,
  child: number,
  instances: Int32Array,
  argument: number,
  inSet: SlotSet,
): WholeArgument | null {
  const relation = network.graph.relations[child]!
  if (relation.kind !== "stochastic") return null
  const all: WholeArgument[] = []
  for (const instance of instances) {
    const one = visit(network, target, child, instance, relation.args[argument]!, inSet)
    if (one === null) return null
    const [first] = all
    if (first !== undefined && (first.inverted !== one.inverted || first.paddedFrom !== one.paddedFrom))
      return null
    all.push(one)
  }
  if (all.length === 0) return null
  return {
    inverted: all[0]!.inverted,
    scaled: all.some(({ scaled }) => scaled),
    picks: all.some(({ picks }) => picks),
    paddedFrom: all[0]!.paddedFrom,
  }
}

function visit(
  network: Network,
  target: number,
  r: number,
  instance: number,
  e: RelationExpr,
  inSet: SlotSet,
): WholeArgument | null {
  const relation = network.graph.relations[r]!
  const again = (x: RelationExpr): WholeArgument | null => visit(network, target, r, instance, x, inSet)
  const isFreeNumber = (x: RelationExpr): boolean =>
    dimsOf(relation, x) === null && !dependsOn(relation, x, inSet)
  switch (e.op) {
    case "read": {
      const reference = relation.references[e.reference]!
      const start = referenceStart(reference, instance)
      return ofSlots(network, target, reference.slots.subarray(start, start + reference.length), inSet)
    }
    case "gather": {
      const gather = relation.gathers[e.gather]!
      if (gather.indices.some(({ value }) => dependsOn(relation, value, inSet))) return null
      return ofGather(network, target, gather, instance, inSet)
    }
    case "call": {
      const [a, b] = e.args
      if (e.name === "t") return again(a!)
      if (e.name === "inverse") {
        const inner = again(a!)
        return inner === null ? null : { ...inner, inverted: !inner.inverted }
      }
      const scale = (whole: RelationExpr): WholeArgument | null => {
        const inner = again(whole)
        return inner === null ? null : { ...inner, scaled: true }
      }
      if (e.name === "*" && isFreeNumber(a!)) return scale(b!)
      if ((e.name === "*" || e.name === "/") && isFreeNumber(b!)) return scale(a!)
      return null
    }
    default:
      return null
  }
}

/** Slots read together: one array of the target in its own order, or what one deterministic relation makes of it. */
function ofSlots(network: Network, target: number, slots: Int32Array, inSet: SlotSet): WholeArgument | null {
  const { graph, owners } = network
  const first = slots.findIndex((slot) => inSet[slot] === 1)
  const r = first < 0 ? -1 : owners.relation[slots[first]!]!
  if (r < 0) return null
  const owner = graph.relations[r]!
  const instance = owners.instance[slots[first]!]!
  if (r === target)
    return isWhole(graph, target, instance, slots) ? PLAIN : ofPadded(graph, owner, instance, slots, first)
  if (owner.kind !== "deterministic") return null
  if (owner.width > 1) {
    if (!isWhole(graph, r, instance, slots)) return null
    return visit(network, target, r, instance, owner.value, inSet)
  }
  // Copied element by element, perhaps more than once.
  const sources = Int32Array.from(slots, (slot) => sourceOf(network, slot))
  return sources.some((slot) => slot < 0) ? null : ofSlots(network, target, sources, inSet)
}

/** The slot of which a slot is a copy; −1 when it is none. */
function sourceOf({ graph, owners }: Network, slot: number): number {
  const r = owners.relation[slot]!
  const relation = r < 0 ? undefined : graph.relations[r]!
  if (relation?.kind !== "deterministic" || relation.width > 1 || relation.value.op !== "read") return -1
  const reference = relation.references[relation.value.reference]!
  return reference.length === 1 ? reference.slots[referenceStart(reference, owners.instance[slot]!)]! : -1
}

/** Whether slots are all that an instance writes, in its order or, for a matrix, across. */
function isWhole({ relations }: RelationGraph, r: number, instance: number, slots: Int32Array): boolean {
  const { writes, width, dims } = relations[r]!
  if (slots.length !== width) return false
  const at = (k: number): number => writes[instance * width + k]!
  if (slots.every((slot, k) => slot === at(k))) return true
  const q = dims[0]!
  return dims.length === 2 && slots.every((slot, k) => slot === at((k % q) * q + Math.floor(k / q)))
}

/** Slots of which some in a row are a vector, from `first` on, and all others known zeros. */
function ofPadded(
  { fixed, values }: RelationGraph,
  { writes, width, dims }: Relation,
  instance: number,
  slots: Int32Array,
  first: number,
): WholeArgument | null {
  if (dims.length > 1) return null
  const isPadded = slots.every((slot, k) =>
    k >= first && k < first + width
      ? slot === writes[instance * width + k - first]
      : fixed[slot] === 1 && values[slot] === 0,
  )
  return isPadded ? { ...PLAIN, paddedFrom: first } : null
}

/** What every choice of a gather's indices that reaches the target reads of it: one whole array, always in the same place. */
function ofGather(
  { graph, owners }: Network,
  target: number,
  { start, shared, offsets, indices }: Gather,
  instance: number,
  inSet: SlotSet,
): WholeArgument | null {
  const relation = graph.relations[target]!
  const row = new Int32Array(offsets.length)
  const rows = indices.reduce((count, { size }) => count * size, 1)
  let found: WholeArgument | null = null
  for (let choice = 0; choice < rows; choice++) {
    let base = start[shared ? 0 : instance]!
    let rest = choice
    for (const { size, stride } of indices) {
      base += (rest % size) * stride
      rest = Math.floor(rest / size)
    }
    let first = -1
    for (let k = offsets.length - 1; k >= 0; k--) {
      row[k] = base + offsets[k]!
      if (inSet[row[k]!] === 1) first = k
    }
    if (first < 0) continue
    const slot = row[first]!
    if (owners.relation[slot] !== target) return null
    const at = owners.instance[slot]!
    const isOne =
      offsets.length === relation.width && row.every((s, k) => s === relation.writes[at * relation.width + k])
    const one = isOne ? PLAIN : ofPadded(graph, relation, at, row, first)
    if (one === null || (found !== null && found.paddedFrom !== one.paddedFrom)) return null
    found = one
  }
  return found === null ? null : { ...found, picks: true }
}
