/** What goes with a block of elements: scales that only it hangs on, coordinates without bounds, and what weighs it. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { forEachParent, type Relation } from "../../models/relations/relation-graph.ts"
import type { Instances } from "./block-density.ts"
import { type Coordinates, coordinateFor } from "./curvature-coordinates.ts"
import { findReach, type Reach } from "./linear-set.ts"
import type { RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"
import { bindSupport } from "./support.ts"

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
    const support = bindSupport(engine, relation)
    const bounds = new Float64Array([-Infinity, Infinity])
    for (const i of instances) {
      if (lookupBugsDistribution(distribution).shape === "scalar") support(graph.values, i, bounds)
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

/** Positive numbers beside the block whose children are all elements or children of it: the precisions that it goes with. */
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
  const found = targets.filter((target) => {
    if (own.includes(target)) return false
    const one = relationOf(graph, target.relation)
    const d = lookupBugsDistribution(one.distribution)
    if (one.width !== 1 || d.shape !== "scalar" || d.discrete || d.isDetermined || one.bounds !== null)
      return false
    const coordinates = findCoordinates(model, [target])
    if (coordinates === null || !coordinates.lower.every((bound) => bound >= 0)) return false
    const { children } = findReach(network, [target])
    return (
      children.length > 0 &&
      children.every(({ relation }) => weighed.has(relation) && relationOf(graph, relation).bounds === null)
    )
  })
  return found.flatMap(({ instances }) => [...instances]).length <= MOST_SCALES ? found : []
}

/** Every stochastic instance whose density the targets enter. */
export function findWeighed({ graph, network }: RelationModel, targets: readonly Target[]): Instances[] {
  const found = new Map<number, Set<number>>()
  for (const { relation, instances } of [...findReach(network, targets).children, ...targets]) {
    const own = found.get(relation) ?? new Set<number>()
    for (const i of instances) own.add(i)
    found.set(relation, own)
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .filter(([relation]) => graph.relations[relation]!.kind === "stochastic")
    .map(([relation, instances]) => ({ relation, instances: Int32Array.from(instances).sort() }))
}

/** Whether what targets enter hangs on nothing else that is drawn. */
export function isAlone(model: RelationModel, targets: readonly Target[]): boolean {
  const { graph, network } = model
  const { slots, computed } = findReach(network, targets)
  const isKnown = (slot: number) => graph.fixed[slot] === 1 || slots[slot] === 1
  const weighed = findWeighed(model, targets)
  return (
    computed.every((relation) => allParents(relation, relation.size, isKnown)) &&
    weighed.every(({ relation, instances }) => {
      const child = relationOf(graph, relation)
      const own = Array.from(instances, (i) =>
        Array.from(child.writes.subarray(i * child.width, (i + 1) * child.width)),
      ).flat()
      return own.every(isKnown) && allParents(child, child.size, isKnown)
    })
  )
}

function allParents(relation: Relation, size: number, isKnown: (slot: number) => boolean): boolean {
  let all = true
  for (let i = 0; i < size; i++)
    forEachParent(relation, i, (slot) => {
      all &&= isKnown(slot)
    })
  return all
}
