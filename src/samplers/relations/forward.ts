import { forEachParent, type RelationGraph } from "../../models/relations/relation-graph.ts"
import type { Kernel } from "../sampler.ts"
import type { Engine } from "./engine.ts"
import { bindPriorDraws } from "./prior-draw.ts"
import type { RelationModel } from "./relation-sampler.ts"

/** Instances that nothing observed hangs on, parents first. Plain data. */
export interface ForwardMatch {
  readonly relation: Int32Array
  readonly instance: Int32Array
}

/** The instances, stochastic and deterministic, about which the data say nothing beyond their parents; null without any. */
export function matchForward({ network }: RelationModel): ForwardMatch | null {
  const ids: number[] = []
  for (let id = 0; id < network.relationOf.length; id++) if (network.informed[id] === 0) ids.push(id)
  if (ids.length === 0) return null
  const isSorted = ids.every((id, k) => k === 0 || network.position[ids[k - 1]!]! < network.position[id]!)
  if (!isSorted) ids.sort((a, b) => network.position[a]! - network.position[b]!)
  const relation = Int32Array.from(ids, (id) => network.relationOf[id]!)
  return { relation, instance: Int32Array.from(ids, (id, k) => id - network.base[relation[k]!]!) }
}

/**
 * What of a match is wanted by those who read some slots: computed instances that neither these nor anything drawn here hangs on
 * are left out. All draws stay, so that they are the same whatever is read.
 */
export function pruneForward(
  { relation, instance }: ForwardMatch,
  graph: RelationGraph,
  read: Iterable<number>,
): ForwardMatch {
  const wanted = new Uint8Array(graph.length)
  for (const slot of read) wanted[slot] = 1
  const keeps = new Uint8Array(relation.length)
  for (let k = relation.length - 1; k >= 0; k--) {
    const one = graph.relations[relation[k]!]!
    const i = instance[k]!
    const own = one.writes.subarray(i * one.width, (i + 1) * one.width)
    if (one.kind === "deterministic" && !own.some((slot) => wanted[slot] === 1)) continue
    keeps[k] = 1
    forEachParent(one, i, (slot) => {
      wanted[slot] = 1
    })
  }
  return {
    relation: relation.filter((_, k) => keeps[k] === 1),
    instance: instance.filter((_, k) => keeps[k] === 1),
  }
}

/** Draws predictions and missing data from their distribution given their parents, and computes what is only reported. */
export function bindForward({ relation, instance }: ForwardMatch, engine: Engine): Kernel {
  const { graph } = engine
  const runs = findRuns(relation, instance, graph)
  const draws = graph.relations.map((one, r) =>
    one.kind === "stochastic" && relation.includes(r) ? bindPriorDraws(engine, r) : null,
  )
  const writes = Int32Array.from(
    Array.from(relation, (r, k) => {
      const { width, writes: slots } = graph.relations[r]!
      return [...slots.subarray(instance[k]! * width, (instance[k]! + 1) * width)]
    }).flat(),
  )
  return {
    writes,
    // Nothing that is drawn elsewhere hangs on them.
    late: writes,
    lateReads: findParents(relation, instance, graph),
    memoryLength: 0,
    step(s, _memory, rng, _phase, effects = rng) {
      if (effects === null) return
      for (let k = 0; k < runs.length; k++) {
        const { relation: r, instances } = runs[k]!
        const f = engine.functions[r]!
        if (f.kind === "deterministic") f.update(s, instances, 0, instances.length)
        else draws[r]!(s, instances, 0, instances.length, effects)
      }
    },
  }
}

/** Instances of one relation in a row. */
interface Run {
  readonly relation: number
  readonly instances: Int32Array
}

/**
 * The instances in as few runs as there are levels of each relation, parents before children: an instance is one level above
 * the highest of its parents.
 */
function findRuns(relation: Int32Array, instance: Int32Array, graph: RelationGraph): Run[] {
  const levels = new Int32Array(graph.length)
  const found = new Map<
    string,
    { readonly relation: number; readonly level: number; readonly list: number[] }
  >()
  relation.forEach((r, k) => {
    const i = instance[k]!
    const one = graph.relations[r]!
    let level = 0
    forEachParent(one, i, (slot) => {
      if (levels[slot]! > level) level = levels[slot]!
    })
    for (let w = i * one.width; w < (i + 1) * one.width; w++) levels[one.writes[w]!] = level + 1
    const key = `${level} ${r}`
    const run = found.get(key) ?? { relation: r, level, list: [] }
    found.set(key, run)
    run.list.push(i)
  })
  return [...found.values()]
    .sort((a, b) => a.level - b.level)
    .map(({ relation: r, list }) => ({ relation: r, instances: Int32Array.from(list) }))
}

function findParents(relation: Int32Array, instance: Int32Array, graph: RelationGraph): Int32Array {
  const found = new Set<number>()
  relation.forEach((r, k) => {
    forEachParent(graph.relations[r]!, instance[k]!, (slot) => found.add(slot))
  })
  return Int32Array.from(found)
}
