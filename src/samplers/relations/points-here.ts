/** Whether a child whose index is drawn points at an element, at the current state. */
import type { Engine } from "./engine.ts"
import type { Site } from "./site.ts"

export interface Pointer {
  /** Asks about element n of the site from now on. */
  aim(s: Float64Array, n: number): void
  /** Whether an argument of the child's instance moves with the element; true for relations that pick nothing. */
  points(s: Float64Array, relation: number, instance: number): boolean
  /** Forgets element n: to be called after the last question about it. */
  release(n: number): void
}

/**
 * By derivatives along the element: an index that points elsewhere, or a condition that takes another branch, has none.
 *
 * @param relations children that pick; of others nothing is asked
 */
export function bindPointer(
  { slots, width, dependents: { computed } }: Site,
  relations: readonly number[],
  engine: Engine,
): Pointer {
  const { graph, functions } = engine
  const t = new Float64Array(graph.length)
  const buffers = functions.map((f, r) =>
    f.kind === "stochastic" && relations.includes(r) ? new Float64Array(f.argsLength) : null,
  )
  return {
    aim(s, n) {
      for (let k = n * width; k < (n + 1) * width; k++) t[slots[k]!] = 1
      engine.differentiate(s, t, computed, computed.start[n]!, computed.start[n + 1]!)
    },
    points(s, relation, instance) {
      const out = buffers[relation]!
      const f = functions[relation]!
      if (out === null || f.kind !== "stochastic") return true
      f.argTangents(s, t, instance, out)
      for (let k = 0; k < out.length; k++) if (out[k] !== 0) return true
      return false
    },
    release(n) {
      for (let k = n * width; k < (n + 1) * width; k++) t[slots[k]!] = 0
      for (let run = computed.start[n]!; run < computed.start[n + 1]!; run++) {
        const { width: size, writes } = graph.relations[computed.relation[run]!]!
        for (let j = computed.from[run]!; j < computed.to[run]!; j++)
          for (let w = 0; w < size; w++) t[writes[computed.instances[j]! * size + w]!] = 0
      }
    },
  }
}
