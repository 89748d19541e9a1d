/** Rewriting a graph so that a prior becomes conjugate, with a sentence for the reader about what was done. */
import { type Expr, type Index, substitute } from "../../models/expression.ts"
import type { ModelGraph, StochasticNode } from "../../models/graph.ts"

export interface Rewrite {
  readonly graph: ModelGraph
  /** What was done, one sentence. */
  readonly note: string
  /** Source of the identity. */
  readonly source: string
}

export interface Augmentation {
  readonly name: string
  /** Null when the node is not of this kind. */
  rewrite(graph: ModelGraph, node: StochasticNode): Rewrite | null
}

/** Replaces a node by others, and every reference to it by an expression. */
export function replaceNode(
  graph: ModelGraph,
  id: string,
  replacements: readonly StochasticNode[],
  reference: ((at: Index | null) => Expr) | null,
): ModelGraph {
  const change = (e: Expr): Expr => (reference === null ? e : substitute(e, id, reference))
  const changed = (node: StochasticNode): StochasticNode => {
    const entries = Object.entries(node.distribution.parameters).map(
      ([name, e]) => [name, change(e)] as const,
    )
    return { ...node, distribution: { ...node.distribution, parameters: Object.fromEntries(entries) } }
  }
  return {
    ...graph,
    nodes: graph.nodes.flatMap((node) => (node.id === id ? replacements : [changed(node)])),
    quantities: graph.quantities.map((quantity) => ({ ...quantity, value: change(quantity.value) })),
  }
}
