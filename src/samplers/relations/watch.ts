import type { RelationGraph } from "../../models/relations/relation-graph.ts"
import type { Instances } from "./block-density.ts"

/** Says whether slots are as they were when it was told last. */
export interface Watch {
  isSame(s: Float64Array): boolean
  remember(s: Float64Array): void
}

/** Watches what instances write: for a block that hangs on nothing else that is drawn, everything that its density hangs on. */
export const watchInstances = (weighed: readonly Instances[], graph: RelationGraph): Watch =>
  watchSlots(slotsWritten(weighed, graph))

/** A function that says whether what instances write is as it was when it was called last; not so at the first call. */
export function bindUnchanged(
  weighed: readonly Instances[],
  graph: RelationGraph,
): (s: Float64Array) => boolean {
  const { isSame, remember } = watchInstances(weighed, graph)
  return (s) => {
    if (isSame(s)) return true
    remember(s)
    return false
  }
}

const slotsWritten = (weighed: readonly Instances[], { relations }: RelationGraph): Int32Array =>
  Int32Array.from(
    weighed.flatMap(({ relation, instances }) => {
      const { width, writes } = relations[relation]!
      return [...instances].flatMap((i) => [...writes.subarray(i * width, (i + 1) * width)])
    }),
  )

/** Watches slots; before it is told for the first time nothing is the same. */
export function watchSlots(slots: Int32Array): Watch {
  const seen = new Float64Array(slots.length)
  let isTold = false
  return {
    isSame(s) {
      if (!isTold) return false
      for (let k = 0; k < slots.length; k++) if (seen[k] !== s[slots[k]!]) return false
      return true
    },
    remember(s) {
      isTold = true
      for (let k = 0; k < slots.length; k++) seen[k] = s[slots[k]!]!
    },
  }
}
