/** Which drawn elements enter the model linearly together, and through which arguments of which children. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type {
  Relation,
  RelationExpr,
  RelationGraph,
  StochasticRelation,
} from "../../models/relations/relation-graph.ts"
import type { Network } from "./dependents.ts"
import { dependsOn, isAffineIn } from "./linear.ts"
import type { Target } from "./relation-sampler.ts"

/** Everything that hangs on a set of drawn elements without another draw between. */
export interface Reach {
  /** By slot: in the set, or computed from it. */
  readonly slots: Uint8Array
  /** Deterministic relations that compute some of these. */
  readonly computed: readonly Relation[]
  /** Stochastic relations that read some of these, with the instances that do. */
  readonly children: readonly { readonly relation: number; readonly instances: Int32Array }[]
}

/** Slots of a target, instance by instance. */
export const slotsOf = (graph: RelationGraph, { relation, instances }: Target): number[] => {
  const { width, writes } = graph.relations[relation]!
  return Array.from(instances, (i) => [...writes.subarray(i * width, (i + 1) * width)]).flat()
}

/** Samplers ask in turn about the same targets, alone: by network and instances. */
const reaches = new WeakMap<
  Network,
  WeakMap<Int32Array, { readonly relation: number; readonly reach: Reach }>
>()

/** What hangs on the elements of targets; informed children only. */
export function findReach(network: Network, targets: readonly Target[]): Reach {
  const [target] = targets
  if (target === undefined || targets.length > 1) return computeReach(network, targets)
  const byInstances = reaches.get(network) ?? new WeakMap()
  reaches.set(network, byInstances)
  const before = byInstances.get(target.instances)
  if (before?.relation === target.relation) return before.reach
  const reach = computeReach(network, targets)
  byInstances.set(target.instances, { relation: target.relation, reach })
  return reach
}

function computeReach(network: Network, targets: readonly Target[]): Reach {
  const { graph, base, relationOf, readerStart, readers, informed } = network
  const slots = new Uint8Array(graph.length)
  const seen = new Uint8Array(relationOf.length)
  const queue = targets.flatMap((target) => slotsOf(graph, target))
  for (const slot of queue) slots[slot] = 1
  const computed = new Set<Relation>()
  const children = new Map<number, number[]>()
  for (let k = 0; k < queue.length; k++) {
    const slot = queue[k]!
    for (let e = readerStart[slot]!; e < readerStart[slot + 1]!; e++) {
      const id = readers[e]!
      if (seen[id] === 1 || informed[id] === 0) continue
      seen[id] = 1
      const r = relationOf[id]!
      const relation = graph.relations[r]!
      const i = id - base[r]!
      if (relation.kind === "stochastic") {
        const list = children.get(r)
        if (list === undefined) children.set(r, [i])
        else list.push(i)
        continue
      }
      computed.add(relation)
      for (let w = i * relation.width; w < (i + 1) * relation.width; w++) {
        const written = relation.writes[w]!
        if (slots[written] === 1) continue
        slots[written] = 1
        queue.push(written)
      }
    }
  }
  return {
    slots,
    computed: [...computed],
    children: [...children]
      .sort(([a], [b]) => a - b)
      .map(([relation, instances]) => ({ relation, instances: Int32Array.from(instances).sort() })),
  }
}

/** Whether everything computed from the set is affine in it. */
export function isReachAffine({ slots, computed }: Reach): boolean {
  return computed.every(
    (relation) =>
      relation.kind === "stochastic" || isAffineIn(relation, relation.value, (slot) => slots[slot] === 1),
  )
}

/** Arguments of a child that hang on the set, by position. */
export function reachedArguments(child: StochasticRelation, { slots }: Reach): number[] {
  const inSet = (slot: number) => slots[slot] === 1
  return child.args.flatMap((arg, k) => (dependsOn(child, arg, inSet) ? [k] : []))
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
  const inSet = (slot: number) => reach.slots[slot] === 1
  const isFixed = (relation: Relation, e: RelationExpr): boolean =>
    !dependsOn(relation, e, (slot) => graph.fixed[slot] === 0)
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
    findPath(reach, of, at).every(
      (relation) =>
        relation.kind === "stochastic" ||
        (isAffineIn(relation, relation.value, inSet) && visit(relation, relation.value)),
    )
  )
}

/** Deterministic relations between the set and an expression. */
export function findPath({ computed }: Reach, of: Relation, at: RelationExpr): readonly Relation[] {
  const found = new Set<Relation>()
  const visit = (relation: Relation, e: RelationExpr): void => {
    for (const next of computed) {
      if (found.has(next)) continue
      const written = new Set(next.writes)
      if (!dependsOn(relation, e, (slot) => written.has(slot))) continue
      found.add(next)
      if (next.kind === "deterministic") visit(next, next.value)
    }
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
