/** The log joint density of a model graph at a state, term by term from the graph's own distributions. */
import type { Distribution } from "../../src/distributions/distribution.ts"
import { lookupDistribution } from "../../src/distributions/registry.ts"
import { columnOf, type ModelGraph, plateOf, type StochasticNode } from "../../src/models/graph.ts"
import type { StateLayout } from "../../src/samplers/kernel/layout.ts"
import { evaluate, type Place, type Value } from "./evaluate-expression.ts"

export interface LogJoint {
  readonly value: number
  /** Sum of the sizes of its terms: what rounding errors are relative to. */
  readonly magnitude: number
}

/** Sums log densities over every node and member: data, effects, coefficients, spreads, auxiliary variables. */
export function logJoint(graph: ModelGraph, layout: StateLayout, state: Float64Array): LogJoint {
  let value = 0
  let magnitude = 0
  for (const node of graph.nodes) {
    const members = node.plate === null ? 1 : plateOf(graph, node.plate).size
    for (let m = 0; m < members; m++) {
      const variables = node.plate === null ? {} : { [plateOf(graph, node.plate).index]: m }
      const term = logDensityOfMember(node, { graph, layout, state, variables }, m)
      value += term
      magnitude += Math.abs(term)
    }
  }
  return { value, magnitude }
}

/** Log density of member `m` of a node given its parents. */
export function logDensityOfMember(node: StochasticNode, place: Place, m: number): number {
  const distribution = lookupDistribution(node.distribution.family)
  const q = node.shape.kind === "scalar" ? 1 : node.shape.terms.length
  const parameters = parametersOf(distribution, node, place, q)
  if (distribution.kind === "scalar") {
    return distribution.logDensity(valuesOf(node, place, m)[0]!, parameters)
  }
  return distribution.logDensity(valuesOf(node, place, m), q, parameters)
}

/** Canonical parameters, flattened in the order of the distribution. */
export function parametersOf(
  distribution: Distribution,
  node: StochasticNode,
  place: Place,
  q: number,
): number[] {
  const all: number[] = []
  for (const { name, shape } of distribution.parameters) {
    const value = evaluate(node.distribution.parameters[name]!, place)
    const length = shape === "vector" ? q : shape === "matrix" ? q * q : 1
    if (typeof value !== "number") all.push(...flatten(value))
    else if (value === 0 && length > 1) all.push(...new Array<number>(length).fill(0))
    else all.push(value)
  }
  return all
}

const flatten = (value: Exclude<Value, number>): number[] =>
  value.flatMap((x) => (typeof x === "number" ? [x] : [...x]))

/** The values of one member: data or state. */
function valuesOf(node: StochasticNode, { graph, layout, state }: Place, m: number): Float64Array {
  if (node.observed !== null) return columnOf(graph, node.observed).values.slice(m, m + 1)
  const { offset, stride } = layout.slots[node.id]!
  return state.slice(offset + stride * m, offset + stride * (m + 1))
}
