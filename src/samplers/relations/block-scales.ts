/** What goes with a block of elements: scales that only it hangs on, coordinates without bounds, and what weighs it. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type { Instances } from "./block-density.ts"
import { type Coordinates, coordinateFor } from "./curvature-coordinates.ts"
import { marked } from "./factor-pattern.ts"
import { findReach, type Reach } from "./linear-set.ts"
import type { RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"
import { bindKnownSupport } from "./support.ts"

/** Precisions that move with a block. */
const MOST_SCALES = 6

/** Coordinates of the elements of targets; null when a bound is not known. */
export function findCoordinates(
  { graph, engine }: RelationModel,
  targets: readonly Target[],
): Coordinates | null {
  const kinds: number[] = []
  const lower: number[] = []
  const upper: number[] = []
  for (const { relation, instances } of targets) {
    const { width, distribution } = relationOf(graph, relation)
    const support = bindKnownSupport(engine, relation)
    const bounds = new Float64Array([-Infinity, Infinity])
    for (const i of instances) {
      if (lookupBugsDistribution(distribution).shape === "scalar") support(i, bounds)
      if (Number.isNaN(bounds[0]) || Number.isNaN(bounds[1])) return null
      for (let w = 0; w < width; w++) {
        kinds.push(coordinateFor(bounds[0]!, bounds[1]!))
        lower.push(bounds[0]!)
        upper.push(bounds[1]!)
      }
    }
  }
  return {
    kinds: Uint8Array.from(kinds),
    lower: Float64Array.from(lower),
    upper: Float64Array.from(upper),
  }
}

/** Positive numbers beside the block whose children are all elements or children of it: the precisions that may go with it. */
export function findScales(
  model: RelationModel,
  targets: readonly Target[],
  own: readonly Target[],
  reach: Reach,
): Target[] {
  const { graph, network } = model
  const weighed = new Set([
    ...own.map(({ relation }) => relation),
    ...reach.children.map(({ relation }) => relation),
  ])
  return targets.filter((target) => {
    if (own.includes(target)) return false
    const one = relationOf(graph, target.relation)
    const d = lookupBugsDistribution(one.distribution)
    if (one.width !== 1 || d.shape !== "scalar" || d.discrete || d.isDetermined || one.bounds?.kind === "I")
      return false
    const coordinates = findCoordinates(model, [target])
    if (coordinates === null || !coordinates.lower.every((bound) => bound >= 0)) return false
    const { children } = findReach(network, [target])
    return (
      children.length > 0 &&
      children.every(
        ({ relation }) => weighed.has(relation) && relationOf(graph, relation).bounds?.kind !== "I",
      )
    )
  })
}

/** As many of the scales as go with one block: the relations with the most elements are left to others first. */
export function fewestScales(scales: readonly Target[]): readonly Target[] {
  const kept = [...scales].sort((a, b) => a.instances.length - b.instances.length)
  const count = (): number => kept.reduce((total, { instances }) => total + instances.length, 0)
  while (count() > MOST_SCALES) kept.pop()
  return scales.filter((target) => kept.includes(target))
}

/** Every stochastic instance whose density the targets enter. */
export function findWeighed({ graph, network }: RelationModel, targets: readonly Target[]): Instances[] {
  const found = new Map<number, Uint8Array>()
  for (const { relation, instances } of [...findReach(network, targets).children, ...targets]) {
    const mark = found.get(relation) ?? new Uint8Array(graph.relations[relation]!.size)
    found.set(relation, mark)
    for (let k = 0; k < instances.length; k++) mark[instances[k]!] = 1
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .filter(([relation]) => graph.relations[relation]!.kind === "stochastic")
    .map(([relation, mark]) => ({ relation, instances: marked(mark) }))
}

/** Whether what targets enter, instance by instance, hangs on nothing else that is drawn. */
export function isAlone(model: RelationModel, targets: readonly Target[]): boolean {
  const { graph, network } = model
  const { base, relationOf, readerStart, readers } = network
  const { slots } = findReach(network, targets)
  const isOther = (slot: number): boolean => graph.fixed[slot] === 0 && slots[slot] === 0
  const isWeighed = new Uint8Array(relationOf.length)
  for (const { relation, instances } of findWeighed(model, targets)) {
    const { writes, width } = graph.relations[relation]!
    for (let n = 0; n < instances.length; n++) {
      const i = instances[n]!
      isWeighed[base[relation]! + i] = 1
      for (let k = i * width; k < (i + 1) * width; k++) if (isOther(writes[k]!)) return false
    }
  }
  // What else is drawn or computed is little as a rule: asked is who reads it.
  for (let slot = 0; slot < slots.length; slot++) {
    if (!isOther(slot)) continue
    for (let e = readerStart[slot]!, last = readerStart[slot + 1]!; e < last; e++) {
      const id = readers[e]!
      if (isWeighed[id] === 1) return false
      const { kind, writes, width } = graph.relations[relationOf[id]!]!
      if (kind === "deterministic" && slots[writes[(id - base[relationOf[id]!]!) * width]!] === 1)
        return false
    }
  }
  return true
}
