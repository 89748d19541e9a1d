import { type Index, index } from "./expression.ts"
import { type ModelGraph, plateOf, type StochasticNode } from "./graph.ts"
import { PRINT_STYLES, renderCall, renderNode } from "./render.ts"
import type { Style } from "./render-style.ts"

/** One line a node: `u[county]_j ~ Normal(…)` with the plate it runs over, if any. */
export interface PrintedNode {
  readonly node: string
  readonly text: string
  /** `j = 1..85 (county)`; null for a node without a plate. */
  readonly plate: string | null
}

/** The graph as lines of text, LaTeX or MathML, in graph order: data, effects, coefficients, spreads. */
export function printGraph(graph: ModelGraph, style: keyof typeof PRINT_STYLES = "text"): PrintedNode[] {
  return graph.nodes.map((node) => ({
    node: node.id,
    text: printNode(graph, node, PRINT_STYLES[style]),
    plate: printPlate(graph, node),
  }))
}

function printNode(graph: ModelGraph, node: StochasticNode, style: Style): string {
  const left = renderNode(graph, node.id, memberIndex(graph, node), style)
  return left + style.distributedAs + renderCall(node.distribution, graph, style)
}

/** The running index of a node's plate; null without one. */
export function memberIndex(graph: ModelGraph, node: StochasticNode): Index | null {
  return node.plate === null ? null : index(plateOf(graph, node.plate).index)
}

function printPlate(graph: ModelGraph, node: StochasticNode): string | null {
  if (node.plate === null) return null
  const plate = plateOf(graph, node.plate)
  return `${plate.index} = 1..${plate.standsFor ?? plate.size}${plate.labels === null ? "" : ` (${plate.id})`}`
}
