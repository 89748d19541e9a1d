import { InternalError } from "../../core/errors.ts"
import { forEachParent, type RelationGraph } from "../../models/relations/relation-graph.ts"
import type { Stream } from "../../random/stream.ts"
import type { Kernel } from "../sampler.ts"
import type { Engine } from "./engine.ts"
import type { RelationModel } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

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
  const draws = graph.relations.map((one, r) =>
    one.kind === "stochastic" && relation.includes(r) ? bindPriorDraw(engine, r) : null,
  )
  const one = new Int32Array(1)
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
      for (let k = 0; k < relation.length; k++) {
        const r = relation[k]!
        const f = engine.functions[r]!
        if (f.kind === "deterministic") {
          one[0] = instance[k]!
          f.update(s, one, 0, 1)
        } else draws[r]!(s, instance[k]!, effects)
      }
    },
  }
}

function findParents(relation: Int32Array, instance: Int32Array, graph: RelationGraph): Int32Array {
  const found = new Set<number>()
  relation.forEach((r, k) => {
    forEachParent(graph.relations[r]!, instance[k]!, (slot) => found.add(slot))
  })
  return Int32Array.from(found)
}

/** Draws one instance of a stochastic relation from its distribution given its parents, truncation included. */
export function bindPriorDraw(
  engine: Engine,
  relation: number,
): (s: Float64Array, instance: number, rng: Stream) => void {
  const f = engine.functions[relation]!
  const { writes, width, bounds } = relationOf(engine.graph, relation)
  if (f.kind !== "stochastic") throw new InternalError("a deterministic relation is not drawn")
  const { distribution, argStarts, argLengths } = f
  const args = new Float64Array(Math.max(4, f.argsLength))
  if (distribution.calling === "numbers") {
    const limits = new Float64Array(2)
    return (s, i, rng) => {
      f.args(s, i, args)
      const a = args[0]!
      const b = args[1]!
      const c = args[2]!
      const d = args[3]!
      if (bounds === null) s[writes[i]!] = distribution.sample(rng, a, b, c, d)
      else {
        f.bounds(s, i, limits)
        s[writes[i]!] = distribution.sampleTruncated(rng, limits[0]!, limits[1]!, a, b, c, d)
      }
    }
  }
  const out = new Float64Array(width)
  return (s, i, rng) => {
    f.args(s, i, args)
    distribution.sample(rng, out, 0, width, args, argStarts, argLengths)
    for (let k = 0; k < width; k++) s[writes[i * width + k]!] = out[k]!
  }
}
