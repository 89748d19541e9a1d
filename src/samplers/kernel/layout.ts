import { latentNodes, type ModelGraph, memberSize, plateOf } from "../../models/graph.ts"

/** Where a latent node's values stand in the state: members of its plate one after another, each row-major. */
export interface NodeSlots {
  readonly offset: number
  /** Values of one member. */
  readonly stride: number
  /** Members of the plate, 1 without a plate. */
  readonly members: number
  /** Order of the vector or matrix, 1 for a scalar. */
  readonly q: number
}

/** Layout of the state vector of a chain. Plain data. */
export interface StateLayout {
  readonly length: number
  readonly slots: Readonly<Record<string, NodeSlots>>
}

/** Lays the latent nodes of a graph out one after another, in graph order. */
export function layOut(graph: ModelGraph): StateLayout {
  const slots: Record<string, NodeSlots> = {}
  let length = 0
  for (const node of latentNodes(graph)) {
    const stride = memberSize(node)
    const members = node.plate === null ? 1 : plateOf(graph, node.plate).size
    const q = node.shape.kind === "scalar" ? 1 : node.shape.terms.length
    slots[node.id] = { offset: length, stride, members, q }
    length += stride * members
  }
  return { length, slots }
}
