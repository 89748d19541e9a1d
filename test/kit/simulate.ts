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
  const drawAll = (nodes: readonly StochasticNode[]): Draw => {
    const draws = nodes.map((node) => drawOf(graph, layout, node))
    return (state, rng) => {
      for (const draw of draws) draw(state, rng)
    }
  }
  const ordered = parentsFirst(graph)
  return {
    drawPrior: drawAll(ordered.filter((node) => node.observed === null)),
    drawData: drawAll(ordered.filter((node) => node.observed !== null)),
  }
}

type Draw = (state: Float64Array, rng: Stream) => void

/** A graph with columns of its own for the data, so that simulating does not touch the original's. */
export function withOwnData(graph: ModelGraph): ModelGraph {
  const observed = new Set(graph.nodes.map((node) => node.observed))
  const columns = graph.columns.map((column) =>
    observed.has(column.id) ? { ...column, values: column.values.slice() } : column,
  )
  return { ...graph, columns }
}

/** Draws every member of a node, what does not change from draw to draw looked up once. */
function drawOf(graph: ModelGraph, layout: StateLayout, node: StochasticNode): Draw {
  const distribution = lookupDistribution(node.distribution.family)
  const q = node.shape.kind === "scalar" ? 1 : node.shape.terms.length
  const plate = node.plate === null ? null : plateOf(graph, node.plate)
  const column = node.observed === null ? null : columnOf(graph, node.observed).values
  const { offset, stride } = column === null ? layout.slots[node.id]! : { offset: 0, stride: 1 }
  const members = Array.from(
    { length: plate?.size ?? 1 },
    (_, m): Record<string, number> => (plate === null ? {} : { [plate.index]: m }),
  )
  return (state, rng) => {
    const values = column ?? state
    members.forEach((variables, m) => {
      const parameters = parametersOf(distribution, node, { graph, layout, state, variables }, q)
      const at = offset + stride * m
      if (distribution.kind === "scalar") values[at] = distribution.sample(rng, parameters)
      else distribution.sample(rng, q, parameters, values.subarray(at, at + stride))
    })
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
