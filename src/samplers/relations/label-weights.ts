/** The children of discrete elements, weighed at every value of their element by generated functions where these can be written. */
import { findOwners } from "../../models/relations/order.ts"
import type { TargetRuns } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import { canBeLabelChild, compileLabelChild, inlineLabels } from "./label-children.ts"
import { relationOf, type Site } from "./site.ts"

/** Elements times values beyond which a table of them is not kept, and values for which code is written. */
const MOST_ENTRIES = 200_000
const MOST_VALUES = 12

export interface LabelWeights {
  /** Writes the log density of the children of element n at value k into `logs[n * count + k]`. */
  weigh(s: Float64Array, logs: Float64Array): void
  /** Children that hang on several elements, or by what cannot be written down, by element. */
  readonly rest: TargetRuns
}

/** @returns null when no children can be weighed so */
export function bindLabelWeights(
  { relation, slots, dependents: { computed, weighed } }: Site,
  values: readonly number[],
  engine: Engine,
): LabelWeights | null {
  const count = values.length
  if (count > MOST_VALUES || count * slots.length > MOST_ENTRIES) return null
  const { graph } = engine
  const own = new Set(slots)
  const reached = new Set(slots)
  for (let run = 0; run < computed.relation.length; run++) {
    const { writes, width } = graph.relations[computed.relation[run]!]!
    for (let k = computed.from[run]!; k < computed.to[run]!; k++)
      for (let w = 0; w < width; w++) reached.add(writes[computed.instances[k]! * width + w]!)
  }
  const network = { graph, owners: findOwners(graph.relations, graph.length) }
  const isLabel = (slot: number) => own.has(slot)
  const found = new Map([...new Set(weighed.relation)].map((r) => [r, r === relation ? null : findSingle(r)]))
  const parts = [...found].flatMap(([r, children]) => {
    const child = relationOf(graph, r)
    if (children === null || !canBeLabelChild(child)) return []
    const inlined = inlineLabels(network, child, children.instances, isLabel, (slot) => reached.has(slot))
    if (inlined === null) return []
    return [{ relation: r, ...children, weigh: compileLabelChild(inlined, isLabel, values) }]
  })
  if (parts.length === 0) return null
  const written = new Set(parts.map((part) => part.relation))
  return {
    weigh(s, logs) {
      logs.fill(0, 0, slots.length * count)
      for (let k = 0; k < parts.length; k++) {
        const { weigh, instances, places } = parts[k]!
        weigh(s, instances, places, instances.length, logs)
      }
    },
    rest: runsWithout(weighed, written),
  }

  /** The children of a relation, each with the place of its element; null where one has several. */
  function findSingle(r: number): { readonly instances: Int32Array; readonly places: Int32Array } | null {
    const label = new Int32Array(graph.relations[r]!.size).fill(-1)
    const instances: number[] = []
    for (let n = 0; n < slots.length; n++)
      for (let run = weighed.start[n]!; run < weighed.start[n + 1]!; run++) {
        if (weighed.relation[run] !== r) continue
        for (let k = weighed.from[run]!; k < weighed.to[run]!; k++) {
          const i = weighed.instances[k]!
          if (label[i] !== -1) return null
          label[i] = n
          instances.push(i)
        }
      }
    return {
      instances: Int32Array.from(instances),
      places: Int32Array.from(instances, (i) => label[i]! * count),
    }
  }
}

function runsWithout(
  { start, relation, from, to, instances }: TargetRuns,
  left: ReadonlySet<number>,
): TargetRuns {
  const kept: number[] = []
  const starts = Int32Array.from(start, (_, n) => {
    if (n > 0)
      for (let run = start[n - 1]!; run < start[n]!; run++) if (!left.has(relation[run]!)) kept.push(run)
    return kept.length
  })
  return {
    start: starts,
    relation: Int32Array.from(kept, (run) => relation[run]!),
    from: Int32Array.from(kept, (run) => from[run]!),
    to: Int32Array.from(kept, (run) => to[run]!),
    instances,
  }
}
