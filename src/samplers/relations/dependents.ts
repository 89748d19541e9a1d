/** What has to be computed again, and what has to be weighed, when an instance of a relation gets another value. */
import { findOwners, type Owners } from "../../models/relations/order.ts"
import { forEachParent, type RelationGraph } from "../../models/relations/relation-graph.ts"

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
  /** Readers of a slot: `readers[readerStart[slot]..readerStart[slot + 1])`, global numbers. */
  readonly readerStart: Int32Array
  readonly readers: Int32Array
  /** Position in an order with parents first, by global number. */
  readonly position: Int32Array
  /** By global number: whether something observed hangs on it. Where nothing does, it is drawn forward from its parents. */
  readonly informed: Uint8Array
}

export function buildNetwork(graph: RelationGraph): Network {
  const { relations } = graph
  const owners = findOwners(relations, graph.length)
  const base = new Int32Array(relations.length + 1)
  relations.forEach((relation, r) => {
    base[r + 1] = base[r]! + relation.size
  })
  const total = base[relations.length]!
  const relationOf = new Int32Array(total)
  const position = new Int32Array(total)
  relations.forEach((_, r) => {
    relationOf.fill(r, base[r]!, base[r + 1]!)
    position.set(graph.order[r]!, base[r]!)
  })
  const readerStart = new Int32Array(graph.length + 1)
  const eachRead = (visit: (slot: number, reader: number) => void) =>
    relations.forEach((relation, r) => {
      for (let i = 0; i < relation.size; i++)
        forEachParent(relation, i, (slot) => {
          if (graph.fixed[slot] === 0) visit(slot, base[r]! + i)
        })
    })
  eachRead((slot) => {
    readerStart[slot + 1]!++
  })
  for (let s = 0; s < graph.length; s++) readerStart[s + 1]! += readerStart[s]!
  const readers = new Int32Array(readerStart[graph.length]!)
  const fill = readerStart.slice()
  eachRead((slot, reader) => {
    readers[fill[slot]!++] = reader
  })
  const network = { graph, owners, base, relationOf, readerStart, readers, position }
  return { ...network, informed: findInformed(network, total) }
}

function findInformed(network: Omit<Network, "informed">, total: number): Uint8Array {
  const { graph, base, relationOf, readerStart, readers, position } = network
  const informed = new Uint8Array(total)
  const byPosition = new Int32Array(total)
  for (let id = 0; id < total; id++) byPosition[position[id]!] = id
  for (let p = total - 1; p >= 0; p--) {
    const id = byPosition[p]!
    const r = relationOf[id]!
    const { kind, width, writes } = graph.relations[r]!
    if (kind === "stochastic" && isObserved(network, r)) {
      informed[id] = 1
      continue
    }
    const i = id - base[r]!
    for (let k = i * width; k < (i + 1) * width && informed[id] === 0; k++) {
      const slot = writes[k]!
      for (let e = readerStart[slot]!; e < readerStart[slot + 1]!; e++)
        if (informed[readers[e]!] === 1) informed[id] = 1
    }
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
export function findDependents(network: Network, targets: readonly (readonly number[])[]): Dependents {
  const { graph, base, relationOf, readerStart, readers, position, informed } = network
  const seen = new Int32Array(relationOf.length).fill(-1)
  const computed = new RunBuilder()
  const weighed = new RunBuilder()
  const cyclic = findCyclicGroups(network)
  targets.forEach((slots, target) => {
    const found: number[] = []
    const children: number[] = []
    const visit = (slot: number): void => {
      for (let e = readerStart[slot]!; e < readerStart[slot + 1]!; e++) {
        const id = readers[e]!
        if (seen[id] === target || informed[id] === 0) continue
        seen[id] = target
        if (graph.relations[relationOf[id]!]!.kind === "stochastic") children.push(id)
        else found.push(id)
      }
    }
    for (const slot of slots) visit(slot)
    for (let k = 0; k < found.length; k++) {
      const id = found[k]!
      const { width, writes } = graph.relations[relationOf[id]!]!
      const i = id - base[relationOf[id]!]!
      for (let w = i * width; w < (i + 1) * width; w++) visit(writes[w]!)
    }
    // Relations that do not feed themselves run as a whole; those that do, in the order of their instances.
    found.sort((a, b) => {
      const ra = relationOf[a]!
      const rb = relationOf[b]!
      return cyclic[ra]! - cyclic[rb]! || position[a]! - position[b]!
    })
    children.sort((a, b) => a - b)
    computed.add(found, relationOf, base)
    weighed.add(children, relationOf, base)
  })
  return { computed: computed.finish(), weighed: weighed.finish() }
}

/**
 * Numbers relations so that parents come first, the relations of a cycle (`x[t]` from `y[t-1]`, `y[t]` from `x[t]`) with
 * one number. Source: Tarjan (1972), Depth-first search and linear graph algorithms.
 */
function findCyclicGroups({ graph, owners }: Network): Int32Array {
  const n = graph.relations.length
  const parents = graph.relations.map((relation) => {
    const found = new Set<number>()
    let last = -1
    const add = (slots: Int32Array): void => {
      for (let k = 0; k < slots.length; k++) {
        const owner = owners.relation[slots[k]!]!
        if (owner < 0 || owner === last) continue
        found.add(owner)
        last = owner
      }
    }
    for (const { slots } of relation.references) add(slots)
    for (const { reach } of relation.gathers) add(reach)
    return found
  })
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

class RunBuilder {
  private readonly start = [0]
  private readonly relation: number[] = []
  private readonly from: number[] = []
  private readonly to: number[] = []
  private readonly instances: number[] = []

  add(ids: readonly number[], relationOf: Int32Array, base: Int32Array): void {
    const first = this.relation.length
    for (const id of ids) {
      const r = relationOf[id]!
      const last = this.relation.length - 1
      if (last < first || this.relation[last] !== r) {
        this.relation.push(r)
        this.from.push(this.instances.length)
        this.to.push(this.instances.length)
      }
      this.instances.push(id - base[r]!)
      this.to[this.to.length - 1]!++
    }
    this.start.push(this.relation.length)
  }

  finish(): TargetRuns {
    return {
      start: Int32Array.from(this.start),
      relation: Int32Array.from(this.relation),
      from: Int32Array.from(this.from),
      to: Int32Array.from(this.to),
      instances: Int32Array.from(this.instances),
    }
  }
}
