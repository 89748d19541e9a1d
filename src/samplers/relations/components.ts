/** Parts of a set of drawn elements that tell nothing of each other given all else. */
import type { Network } from "./dependents.ts"
import { slotsOfAll } from "./linear-set.ts"
import type { RelationModel, Target } from "./relation-sampler.ts"

/** Parts beyond which one kernel for each is too many. */
const MOST_PARTS = 200

/**
 * Splits targets into the smallest parts such that no child, and no parent and child, has elements of two of them; one part
 * where these would be more than `most`. Each part keeps the order of the targets.
 */
export function findComponents(
  { graph, network }: RelationModel,
  targets: readonly Target[],
  most = MOST_PARTS,
): Target[][] {
  const { base, owners, relationOf, readerStart, readers, informed } = network
  const parent = new Int32Array(relationOf.length)
  for (let id = 0; id < parent.length; id++) parent[id] = id
  const root = (id: number): number => {
    let top = id
    while (parent[top] !== top) top = parent[top]!
    for (let at = id; parent[at] !== top; ) {
      const next = parent[at]!
      parent[at] = top
      at = next
    }
    return top
  }
  // Who reads the same slot is one part; what is computed hands on what it is part of.
  const isKnown = new Uint8Array(graph.length)
  const queue = new Int32Array(graph.length)
  let end = 0
  const own = slotsOfAll(graph, targets)
  for (let k = 0; k < own.length; k++) {
    const slot = own[k]!
    if (isKnown[slot] === 0) queue[end++] = slot
    isKnown[slot] = 1
  }
  for (let k = 0; k < end; k++) {
    const slot = queue[k]!
    const top = root(base[owners.relation[slot]!]! + owners.instance[slot]!)
    for (let e = readerStart[slot]!; e < readerStart[slot + 1]!; e++) {
      const id = readers[e]!
      if (informed[id] === 0) continue
      if (parent[id] !== top) parent[root(id)] = top
      const { kind, width, writes } = graph.relations[relationOf[id]!]!
      if (kind === "stochastic") continue
      const first = (id - base[relationOf[id]!]!) * width
      for (let w = first; w < first + width; w++) {
        const written = writes[w]!
        if (isKnown[written] === 0) queue[end++] = written
        isKnown[written] = 1
      }
    }
  }
  const parts = new Map<number, Map<number, number[]>>()
  for (const { relation, instances } of targets)
    for (const i of instances) {
      const part = parts.get(root(base[relation]! + i)) ?? new Map<number, number[]>()
      parts.set(root(base[relation]! + i), part)
      const list = part.get(relation)
      if (list === undefined) part.set(relation, [i])
      else list.push(i)
    }
  // One part is the targets themselves, whose lists of instances others have asked about.
  if (parts.size === 1 || parts.size > most) return [[...targets]]
  return [...parts.values()].map((part) =>
    [...part].map(([relation, instances]) => ({ relation, instances: Int32Array.from(instances) })),
  )
}

/** Whether no two slots share a child. */
export function areAlone(network: Network, slots: readonly number[]): boolean {
  const { graph, base, relationOf, readerStart, readers, informed } = network
  const owner = new Int32Array(relationOf.length).fill(-1)
  const queue: number[] = []
  for (const element of slots) {
    queue.length = 0
    queue.push(element)
    for (let slot = queue.pop(); slot !== undefined; slot = queue.pop())
      for (let e = readerStart[slot]!; e < readerStart[slot + 1]!; e++) {
        const id = readers[e]!
        if (informed[id] === 0 || owner[id] === element) continue
        // What two of them enter is read by somebody who is informed.
        if (owner[id]! >= 0) return false
        owner[id] = element
        const { kind, width, writes } = graph.relations[relationOf[id]!]!
        if (kind === "stochastic") continue
        const first = (id - base[relationOf[id]!]!) * width
        for (let w = first; w < first + width; w++) queue.push(writes[w]!)
      }
  }
  return true
}
