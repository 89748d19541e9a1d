/** What has to be computed again, and what has to be weighed, when an instance of a relation gets another value. */
import { indexRelations, type Owners } from "../../models/relations/order.ts"
import type { Relation, RelationGraph } from "../../models/relations/relation-graph.ts"
import { IntegerList } from "./integer-list.ts"

/** Instances of relations in runs: run k is `instances[from[k]..to[k])` of relation `relation[k]`. Plain data. */
export interface Runs {
  readonly relation: Int32Array
  readonly from: Int32Array
  readonly to: Int32Array
  readonly instances: Int32Array
}

/** For each target of a block, its runs: target i has runs `start[i]..start[i + 1])`. */
export interface TargetRuns extends Runs {
  readonly start: Int32Array
}

export interface Dependents {
  /** Deterministic instances to compute again, parents first. */
  readonly computed: TargetRuns
  /** Stochastic instances whose density the target enters. */
  readonly weighed: TargetRuns
}

/** Who reads what, and which instances the data can tell something about. */
export interface Network {
  readonly graph: RelationGraph
  readonly owners: Owners
  /** First global number of each relation's instances. */
  readonly base: Int32Array
  readonly relationOf: Int32Array
  /** Readers of a slot that a relation writes: `readers[readerStart[slot]..readerStart[slot + 1])`, global numbers. */
  readonly readerStart: Int32Array
  readonly readers: Int32Array
  /** Position in an order with parents first, by global number. */
  readonly position: Int32Array
  /**
   * By global number the place in an order with parents first in which relations that do not feed themselves stand as a
   * whole, and those that do in the order of their instances; and the numbers in that order.
   */
  readonly rank: Int32Array
  readonly byRank: Int32Array
  /** By global number: whether something observed hangs on it. Where nothing does, it is drawn forward from its parents. */
  readonly informed: Uint8Array
}

export function buildNetwork(graph: RelationGraph): Network {
  const { relations } = graph
  const { owners, base, start: readerStart, readers } = indexRelations(relations, graph.length)
  const total = base[relations.length]!
  const relationOf = new Int32Array(total)
  const position = new Int32Array(total)
  relations.forEach((_, r) => {
    relationOf.fill(r, base[r]!, base[r + 1]!)
    position.set(graph.order[r]!, base[r]!)
  })
  const ranks = rankInstances(findCyclicGroups(graph, owners), base, position)
  const network = { graph, owners, base, relationOf, readerStart, readers, position, ...ranks }
  return { ...network, informed: findInformed(network, total) }
}

/** Places by group of relations, then by position. */
function rankInstances(group: Int32Array, base: Int32Array, position: Int32Array) {
  const total = position.length
  const byPosition = new Int32Array(total)
  for (let id = 0; id < total; id++) byPosition[position[id]!] = id
  const groupOf = new Int32Array(total)
  const fill = new Int32Array(group.length + 1)
  for (let r = 0; r < group.length; r++) {
    groupOf.fill(group[r]!, base[r]!, base[r + 1]!)
    fill[group[r]! + 1]! += base[r + 1]! - base[r]!
  }
  for (let g = 0; g < group.length; g++) fill[g + 1]! += fill[g]!
  const rank = new Int32Array(total)
  const byRank = new Int32Array(total)
  for (let p = 0; p < total; p++) {
    const id = byPosition[p]!
    const at = fill[groupOf[id]!]!++
    rank[id] = at
    byRank[at] = id
  }
  return { rank, byRank }
}

function findInformed(network: Omit<Network, "informed">, total: number): Uint8Array {
  const { graph, base, relationOf, readerStart, readers, position } = network
  const informed = new Uint8Array(total)
  const observed = Uint8Array.from(graph.relations, (_, r) => (isObserved(network, r) ? 1 : 0))
  const byPosition = new Int32Array(total)
  for (let id = 0; id < total; id++) byPosition[position[id]!] = id
  for (let p = total - 1; p >= 0; p--) {
    const id = byPosition[p]!
    const r = relationOf[id]!
    if (observed[r] === 1) {
      informed[id] = 1
      continue
    }
    const { width, writes } = graph.relations[r]!
    const first = (id - base[r]!) * width
    let isInformed = 0
    for (let k = first; k < first + width && isInformed === 0; k++) {
      const slot = writes[k]!
      if (graph.fixed[slot] === 1) continue
      for (let e = readerStart[slot]!, last = readerStart[slot + 1]!; e < last && isInformed === 0; e++)
        isInformed = informed[readers[e]!]!
    }
    informed[id] = isInformed
  }
  return informed
}

/** Data; and what is censored, `t[i] ~ dweib(r, mu) I(c[i], )`: that it lies beyond c[i] was observed, which tells of mu. */
const isObserved = ({ graph }: Pick<Network, "graph">, r: number): boolean => {
  const relation = graph.relations[r]!
  return relation.kind === "stochastic" && (relation.observed || relation.bounds?.kind === "I")
}

/**
 * The dependents of each target.
 * @param targets by target, the slots that change together
 */
export function findDependents(network: Network, targets: readonly ArrayLike<number>[]): Dependents {
  const start = new Int32Array(targets.length + 1)
  for (let k = 0; k < targets.length; k++) start[k + 1] = start[k]! + targets[k]!.length
  const slots = new Int32Array(start[targets.length]!)
  for (let k = 0; k < targets.length; k++) slots.set(targets[k]!, start[k]!)
  return dependentsOf(network, slots, start)
}

/** The same where targets are slots in a row, `width` of them each. */
export function findEachDependents(network: Network, slots: Int32Array, width = 1): Dependents {
  const start = new Int32Array(Math.ceil(slots.length / width) + 1)
  for (let k = 1; k < start.length; k++) start[k] = k * width
  return dependentsOf(network, slots, start)
}

/** Children alone of each slot. */
export function findEachWeighed(network: Network, slots: Int32Array): TargetRuns {
  const start = new Int32Array(slots.length + 1).map((_, k) => k)
  return dependentsOf(network, slots, start, false).weighed
}

/** @param isOrdered whether what is computed is wanted, too, in its order */
function dependentsOf(network: Network, slots: Int32Array, start: Int32Array, isOrdered = true): Dependents {
  const { graph, base, relationOf, readerStart, readers, rank, byRank, informed } = network
  const seen = new Int32Array(relationOf.length).fill(-1)
  const isComputed = Uint8Array.from(graph.relations, ({ kind }) => (kind === "deterministic" ? 1 : 0))
  const computed = new RunBuilder(relationOf, base)
  const weighed = new RunBuilder(relationOf, base)
  // What one target reaches: computed instances by their rank, the others by their number; and the slots to look at.
  const found = new Int32Array(relationOf.length)
  const children = new Int32Array(relationOf.length)
  const queue = new Int32Array(graph.length + slots.length)
  for (let target = 0; target + 1 < start.length; target++) {
    let foundCount = 0
    let childCount = 0
    let end = 0
    for (let k = start[target]!; k < start[target + 1]!; k++) queue[end++] = slots[k]!
    for (let k = 0; k < end; k++) {
      const slot = queue[k]!
      for (let e = readerStart[slot]!, last = readerStart[slot + 1]!; e < last; e++) {
        const id = readers[e]!
        if (seen[id] === target || informed[id] === 0) continue
        seen[id] = target
        const r = relationOf[id]!
        if (isComputed[r] === 0) {
          children[childCount++] = id
          continue
        }
        found[foundCount++] = rank[id]!
        const { width, writes } = graph.relations[r]!
        const first = (id - base[r]!) * width
        for (let w = first; w < first + width; w++) queue[end++] = writes[w]!
      }
    }
    if (isOrdered) {
      const order = ascending(found, foundCount)
      for (let k = 0; k < foundCount; k++) order[k] = byRank[order[k]!]!
      computed.add(order, foundCount)
    }
    weighed.add(ascending(children, childCount), childCount)
  }
  return { computed: computed.finish(), weighed: weighed.finish() }
}

/** The first `count` values in order. Most targets have few, in order already. */
function ascending(values: Int32Array, count: number): Int32Array {
  for (let k = 1; k < count; k++)
    if (values[k]! < values[k - 1]!) {
      values.subarray(0, count).sort()
      break
    }
  return values
}

/**
 * Numbers relations so that parents come first, the relations of a cycle (`x[t]` from `y[t-1]`, `y[t]` from `x[t]`) with
 * one number. Source: Tarjan (1972), Depth-first search and linear graph algorithms.
 */
function findCyclicGroups(graph: RelationGraph, owners: Owners): Int32Array {
  const writers = new Map<string, number[]>()
  graph.relations.forEach(({ variable }, r) => {
    writers.set(variable, [...(writers.get(variable) ?? []), r])
  })
  const n = graph.relations.length
  const parents = graph.relations.map((relation, r) => findParents(relation, r, owners, writers))
  const group = new Int32Array(n).fill(-1)
  const low = new Int32Array(n)
  const found = new Int32Array(n).fill(-1)
  const stack: number[] = []
  let time = 0
  let groups = 0
  const visit = (r: number): void => {
    found[r] = low[r] = time++
    stack.push(r)
    for (const parent of parents[r]!) {
      if (found[parent] === -1) visit(parent)
      if (group[parent] === -1) low[r] = Math.min(low[r]!, low[parent]!)
    }
    if (low[r] !== found[r]) return
    for (;;) {
      const member = stack.pop()!
      group[member] = groups
      if (member === r) break
    }
    groups++
  }
  for (let r = 0; r < n; r++) if (found[r] === -1) visit(r)
  return group
}

/** Relations that write what a relation reads. @param writers relations by the variable that they write */
function findParents(
  relation: Relation,
  own: number,
  owners: Owners,
  writers: ReadonlyMap<string, readonly number[]>,
): ReadonlySet<number> {
  const found = new Set<number>()
  const add = (variable: string, slots: Int32Array): void => {
    const all = writers.get(variable)
    if (all === undefined) return
    // One that writes all of a variable is a parent of whoever reads it.
    const [only] = all
    if (all.length === 1 && only !== own) {
      found.add(only!)
      return
    }
    let last = -1
    for (let k = 0; k < slots.length; k++) {
      const owner = owners.relation[slots[k]!]!
      if (owner < 0 || owner === last) continue
      found.add(owner)
      last = owner
    }
  }
  for (const { variable, slots } of relation.references) add(variable, slots)
  for (const { variable, reach } of relation.gathers) add(variable, reach)
  return found
}

class RunBuilder {
  private readonly relationOf: Int32Array
  private readonly base: Int32Array
  private readonly start = new IntegerList()
  private readonly relation = new IntegerList()
  private readonly from = new IntegerList()
  private readonly to = new IntegerList()
  private readonly instances = new IntegerList()

  constructor(relationOf: Int32Array, base: Int32Array) {
    this.relationOf = relationOf
    this.base = base
    this.start.push(0)
  }

  /** The runs of the next target. @param ids global numbers in their order, `count` of them */
  add(ids: Int32Array, count: number): void {
    const { relationOf, base } = this
    const into = this.instances.reserve(count)
    let at = this.instances.length
    for (let k = 0; k < count; ) {
      const r = relationOf[ids[k]!]!
      const first = base[r]!
      const end = base[r + 1]!
      this.relation.push(r)
      this.from.push(at)
      for (; k < count && ids[k]! >= first && ids[k]! < end; k++) into[at++] = ids[k]! - first
      this.to.push(at)
    }
    this.instances.length = at
    this.start.push(this.relation.length)
  }

  finish(): TargetRuns {
    return {
      start: this.start.finish(),
      relation: this.relation.finish(),
      from: this.from.finish(),
      to: this.to.finish(),
      instances: this.instances.finish(),
    }
  }
}
