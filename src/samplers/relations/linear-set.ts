/** Which drawn elements enter the model linearly together, and through which arguments of which children. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type { Owners } from "../../models/relations/order.ts"
import type {
  Relation,
  RelationExpr,
  RelationGraph,
  StochasticRelation,
} from "../../models/relations/relation-graph.ts"
import type { Network } from "./dependents.ts"
import { dependsOn, isAffineIn, type SlotSet } from "./linear.ts"
import type { Target } from "./relation-sampler.ts"

/** Everything that hangs on a set of drawn elements without another draw between. */
export interface Reach {
  /** By slot: in the set, or computed from it. */
  readonly slots: Uint8Array
  /** Deterministic relations that compute some of these. */
  readonly computed: readonly Relation[]
  /** Stochastic relations that read some of these, with the instances that do. */
  readonly children: readonly { readonly relation: number; readonly instances: Int32Array }[]
  /** Who writes each slot. */
  readonly owners: Owners
}

/** Slots of a target, instance by instance. */
export function slotsOf(graph: RelationGraph, { relation, instances }: Target): number[] {
  const { width, writes } = graph.relations[relation]!
  const slots: number[] = []
  for (const i of instances) for (let k = i * width; k < (i + 1) * width; k++) slots.push(writes[k]!)
  return slots
}

/** The same of several targets, one after another. */
export function slotsOfAll(graph: RelationGraph, targets: readonly Target[]): Int32Array {
  const each = targets.map(({ relation, instances }) => instances.length * graph.relations[relation]!.width)
  const slots = new Int32Array(each.reduce((a, b) => a + b, 0))
  let at = 0
  for (const { relation, instances } of targets) {
    const { width, writes } = graph.relations[relation]!
    for (let n = 0; n < instances.length; n++)
      for (let k = instances[n]! * width; k < (instances[n]! + 1) * width; k++) slots[at++] = writes[k]!
  }
  return slots
}

interface Answer {
  readonly targets: readonly Target[]
  readonly reach: Reach
}

/** Samplers ask in turn about the same targets. By the relations and, in a list, the instances that were asked about. */
const reaches = new WeakMap<Network, Map<string, Answer[]>>()

/** What hangs on the elements of targets; informed children only. */
export function findReach(network: Network, targets: readonly Target[]): Reach {
  const byRelations = reaches.get(network) ?? new Map<string, Answer[]>()
  reaches.set(network, byRelations)
  const key = targets.length === 1 ? `${targets[0]!.relation}` : targets.map((t) => t.relation).join()
  const answers = byRelations.get(key) ?? []
  byRelations.set(key, answers)
  for (const before of answers)
    if (before.targets.every(({ instances }, k) => instances === targets[k]!.instances)) return before.reach
  const reach = computeReach(network, targets)
  // Parts of one relation come by the hundred and are asked about once.
  if (answers.length < MOST_ANSWERS) answers.push({ targets: [...targets], reach })
  return reach
}

/** Answers kept of the same relations. */
const MOST_ANSWERS = 8

function computeReach(network: Network, targets: readonly Target[]): Reach {
  const { graph, base, relationOf, readerStart, readers, informed, owners } = network
  const slots = new Uint8Array(graph.length)
  const seen = new Uint8Array(relationOf.length)
  const queue = new Int32Array(graph.length)
  let end = 0
  const own = slotsOfAll(graph, targets)
  for (let k = 0; k < own.length; k++) {
    const slot = own[k]!
    if (slots[slot] === 0) queue[end++] = slot
    slots[slot] = 1
  }
  const computed = new Set<Relation>()
  const children = new Int32Array(relationOf.length)
  let count = 0
  for (let k = 0; k < end; k++) {
    const slot = queue[k]!
    for (let e = readerStart[slot]!; e < readerStart[slot + 1]!; e++) {
      const id = readers[e]!
      if (seen[id] === 1 || informed[id] === 0) continue
      seen[id] = 1
      const r = relationOf[id]!
      const relation = graph.relations[r]!
      if (relation.kind === "stochastic") {
        children[count++] = id
        continue
      }
      computed.add(relation)
      const { width, writes } = relation
      const first = (id - base[r]!) * width
      for (let w = first; w < first + width; w++) {
        const written = writes[w]!
        if (slots[written] === 1) continue
        slots[written] = 1
        queue[end++] = written
      }
    }
  }
  return {
    slots,
    computed: [...computed],
    children: groupByRelation(children.subarray(0, count).sort(), relationOf, base),
    owners,
  }
}

/** Instances by relation of ascending global numbers. */
function groupByRelation(ids: Int32Array, relationOf: Int32Array, base: Int32Array): Reach["children"] {
  const found: { relation: number; instances: Int32Array }[] = []
  for (let from = 0; from < ids.length; ) {
    const relation = relationOf[ids[from]!]!
    let to = from
    while (to < ids.length && ids[to]! < base[relation + 1]!) to++
    const instances = ids.slice(from, to)
    for (let k = 0; k < instances.length; k++) instances[k]! -= base[relation]!
    found.push({ relation, instances })
    from = to
  }
  return found
}

/** Whether everything computed from the set is affine in it. */
export function isReachAffine({ slots, computed }: Reach): boolean {
  return computed.every(
    (relation) => relation.kind === "stochastic" || isAffineIn(relation, relation.value, slots),
  )
}

/** Arguments of a child that hang on the set, by position. */
export function reachedArguments(child: StochasticRelation, { slots }: Reach): number[] {
  return child.args.flatMap((arg, k) => (dependsOn(child, arg, slots) ? [k] : []))
}

/** Whether the derivatives of a child's argument by the set never change: only data multiply its elements on the way. */
export const hasFixedSlopes = (
  graph: RelationGraph,
  reach: Reach,
  child: StochasticRelation,
  argument: number,
): boolean => isFixedAffine(graph, reach, child, child.args[argument]!)

/** The same of any expression of a relation that hangs on the set. */
export function isFixedAffine(graph: RelationGraph, reach: Reach, of: Relation, at: RelationExpr): boolean {
  const inSet = reach.slots
  const moving = movingSlots(graph)
  const isFixed = (relation: Relation, e: RelationExpr): boolean => !dependsOn(relation, e, moving)
  const visit = (relation: Relation, e: RelationExpr): boolean => {
    if (!dependsOn(relation, e, inSet)) return true
    if (e.op === "gather")
      return relation.gathers[e.gather]!.indices.every(({ value }) => isFixed(relation, value))
    if (e.op !== "call") return true
    if (e.name === "ifelse")
      return isFixed(relation, e.args[0]!) && e.args.slice(1).every((x) => visit(relation, x))
    const isSum = ["+", "-", "sum", "mean", "c", "t"].includes(e.name)
    return e.args.every((arg) =>
      dependsOn(relation, arg, inSet) ? visit(relation, arg) : isSum || isFixed(relation, arg),
    )
  }
  return (
    isAffineIn(of, at, inSet) &&
    visit(of, at) &&
    findPath(graph, reach, of, at).every(
      (relation) =>
        relation.kind === "stochastic" ||
        (isAffineIn(relation, relation.value, inSet) && visit(relation, relation.value)),
    )
  )
}

const moving = new WeakMap<Uint8Array, SlotSet>()
/** Everything that is drawn or computed from draws. */
function movingSlots({ fixed }: RelationGraph): SlotSet {
  const before = moving.get(fixed)
  if (before !== undefined) return before
  const made = new Uint8Array(fixed.length)
  for (let slot = 0; slot < made.length; slot++) made[slot] = 1 - fixed[slot]!
  moving.set(fixed, made)
  return made
}

/** Deterministic relations between the set and an expression. */
export function findPath(
  graph: RelationGraph,
  { computed, owners }: Reach,
  of: Relation,
  at: RelationExpr,
): readonly Relation[] {
  const found = new Set<Relation>()
  const between = new Set(computed)
  const follow = (table: Int32Array): void => {
    let last = -1
    for (let k = 0; k < table.length; k++) {
      const r = owners.relation[table[k]!]!
      if (r === last || r < 0) continue
      last = r
      const next = graph.relations[r]!
      if (!between.has(next) || found.has(next)) continue
      found.add(next)
      if (next.kind === "deterministic") visit(next, next.value)
    }
  }
  const visit = (relation: Relation, e: RelationExpr): void => {
    if (e.op === "read") follow(relation.references[e.reference]!.slots)
    else if (e.op === "gather") {
      const { reach, indices } = relation.gathers[e.gather]!
      follow(reach)
      for (const { value } of indices) visit(relation, value)
    } else if (e.op === "call") for (const arg of e.args) visit(relation, arg)
  }
  visit(of, at)
  return [...found]
}

/** Distributions that are normal, with the argument that is their mean and the one that says how precise they are. */
export const NORMALS: Readonly<
  Record<string, { readonly multivariate: boolean; readonly spread: "precision" | "covariance" }>
> = {
  dnorm: { multivariate: false, spread: "precision" },
  dmnorm: { multivariate: true, spread: "precision" },
  "dmnorm.vcov": { multivariate: true, spread: "covariance" },
}

/** Whether a relation is normal and not cut off. */
export const isNormal = ({ distribution, bounds }: StochasticRelation): boolean =>
  bounds === null && NORMALS[lookupBugsDistribution(distribution).name] !== undefined
