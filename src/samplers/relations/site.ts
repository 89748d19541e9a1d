import type { RelationGraph, StochasticRelation } from "../../models/relations/relation-graph.ts"
import { type Dependents, findEachDependents, type Network } from "./dependents.ts"

/** Instances of one relation that a sampler draws one after another. Plain data, for the worker. */
export interface Site {
  /** Number of the relation in the graph. */
  readonly relation: number
  /** The instances drawn, in the order in which they are. */
  readonly instances: Int32Array
  /** `width` slots for each of them. */
  readonly slots: Int32Array
  readonly width: number
  /** By instance drawn. */
  readonly dependents: Dependents
}

/** Instances of one relation with their slots, and what hangs on each of them. */
export function makeSite(network: Network, relation: number, instances: Int32Array): Site {
  const { width, writes } = relationOf(network.graph, relation)
  const slots = new Int32Array(width * instances.length)
  for (let n = 0; n < instances.length; n++)
    for (let k = 0; k < width; k++) slots[n * width + k] = writes[instances[n]! * width + k]!
  return { relation, instances, slots, width, dependents: findEachDependents(network, slots, width) }
}

/** The stochastic relation of a site. */
export function relationOf(graph: RelationGraph, relation: number): StochasticRelation {
  return graph.relations[relation] as StochasticRelation
}
