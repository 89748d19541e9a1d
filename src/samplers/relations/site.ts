import type { RelationGraph, StochasticRelation } from "../../models/relations/relation-graph.ts"
import { type Dependents, findDependents, type Network } from "./dependents.ts"

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

export function makeSite(network: Network, relation: number, instances: Int32Array): Site {
  const { width, writes } = relationOf(network.graph, relation)
  const slots = new Int32Array(width * instances.length)
  instances.forEach((i, n) => {
    slots.set(writes.subarray(i * width, (i + 1) * width), n * width)
  })
  const targets = Array.from(instances, (_, n) => [...slots.subarray(n * width, (n + 1) * width)])
  return { relation, instances, slots, width, dependents: findDependents(network, targets) }
}

/** The stochastic relation of a site. */
export function relationOf(graph: RelationGraph, relation: number): StochasticRelation {
  return graph.relations[relation] as StochasticRelation
}
