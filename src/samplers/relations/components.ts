/** Parts of a set of drawn elements that tell nothing of each other given all else. */
import { findEachDependents } from "./dependents.ts"
import { slotsOf } from "./linear-set.ts"
import type { RelationModel, Target } from "./relation-sampler.ts"

/** Parts beyond which one kernel for each is too many. */
const MOST_PARTS = 200

/**
 * Splits targets into the smallest parts such that no child, and no parent and child, has elements of two of them; one part
 * where these would be too many. Each part keeps the order of the targets.
 */
export function findComponents({ graph, network }: RelationModel, targets: readonly Target[]): Target[][] {
  const { base, owners, relationOf } = network
  const parent = new Int32Array(relationOf.length).map((_, id) => id)
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
  const slots = targets.flatMap((target) => slotsOf(graph, target))
  const { weighed } = findEachDependents(network, Int32Array.from(slots))
  slots.forEach((slot, column) => {
    const own = base[owners.relation[slot]!]! + owners.instance[slot]!
    for (let k = weighed.start[column]!; k < weighed.start[column + 1]!; k++)
      for (let n = weighed.from[k]!; n < weighed.to[k]!; n++)
        parent[root(base[weighed.relation[k]!]! + weighed.instances[n]!)] = root(own)
  })
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
  if (parts.size === 1 || parts.size > MOST_PARTS) return [[...targets]]
  return [...parts.values()].map((part) =>
    [...part].map(([relation, instances]) => ({ relation, instances: Int32Array.from(instances) })),
  )
}
