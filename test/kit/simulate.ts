/** Draws from a model graph itself: parents first, each value from its node's distribution, data included. */
import { lookupDistribution } from "../../src/distributions/registry.ts"
import { nodesIn } from "../../src/models/expression.ts"
import { columnOf, type ModelGraph, plateOf, type StochasticNode } from "../../src/models/graph.ts"
import type { Stream } from "../../src/random/stream.ts"
import type { StateLayout } from "../../src/samplers/kernel/layout.ts"
import { parametersOf } from "./log-joint.ts"

export interface Simulator {
  /** Every latent node from its prior, into `state`. */
  drawPrior(state: Float64Array, rng: Stream): void
  /** Every observed node given `state`, into the graph's own columns. */
  drawData(state: Float64Array, rng: Stream): void
}

/** @throws ModelError when it has to draw from an improper prior */
export function simulatorOf(graph: ModelGraph, layout: StateLayout): Simulator {
  const ordered = parentsFirst(graph)
  const drawAll = (nodes: readonly StochasticNode[], state: Float64Array, rng: Stream): void => {
    for (const node of nodes) drawNode(graph, layout, node, state, rng)
  }
  const latent = ordered.filter((node) => node.observed === null)
  const observed = ordered.filter((node) => node.observed !== null)
  return {
    drawPrior: (state, rng) => drawAll(latent, state, rng),
    drawData: (state, rng) => drawAll(observed, state, rng),
  }
}

/** A graph with columns of its own for the data, so that simulating does not touch the original's. */
export function withOwnData(graph: ModelGraph): ModelGraph {
  const observed = new Set(graph.nodes.map((node) => node.observed))
  const columns = graph.columns.map((column) =>
    observed.has(column.id) ? { ...column, values: column.values.slice() } : column,
  )
  return { ...graph, columns }
}

function drawNode(
  graph: ModelGraph,
  layout: StateLayout,
  node: StochasticNode,
  state: Float64Array,
  rng: Stream,
): void {
  const distribution = lookupDistribution(node.distribution.family)
  const q = node.shape.kind === "scalar" ? 1 : node.shape.terms.length
  const plate = node.plate === null ? null : plateOf(graph, node.plate)
  const into =
    node.observed === null
      ? { values: state, offset: layout.slots[node.id]!.offset, stride: layout.slots[node.id]!.stride }
      : { values: columnOf(graph, node.observed).values, offset: 0, stride: 1 }
  for (let m = 0; m < (plate?.size ?? 1); m++) {
    const variables = plate === null ? {} : { [plate.index]: m }
    const parameters = parametersOf(distribution, node, { graph, layout, state, variables }, q)
    const at = into.offset + into.stride * m
    if (distribution.kind === "scalar") into.values[at] = distribution.sample(rng, parameters)
    else distribution.sample(rng, q, parameters, into.values.subarray(at, at + into.stride))
  }
}

function parentsFirst(graph: ModelGraph): StochasticNode[] {
  const ordered: StochasticNode[] = []
  const left = new Set(graph.nodes)
  while (left.size > 0) {
    for (const node of left) {
      const parents = Object.values(node.distribution.parameters).flatMap((e) => [...nodesIn(e)])
      if ([...left].some((other) => parents.includes(other.id))) continue
      ordered.push(node)
      left.delete(node)
    }
  }
  return ordered
}
