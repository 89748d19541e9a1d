import { childrenOf, latentNodes, type ModelGraph } from "../models/graph.ts"
import type { PlateGraph } from "./place-nodes.ts"

/** The graph of a model as it is drawn: nodes by their symbols, plates with their sizes. */
export function plateGraphOf(graph: ModelGraph): PlateGraph {
  return {
    plates: graph.plates.map(({ id, sizeSymbol, size, labels }) => ({
      id,
      label: `${labels === null ? "rows" : id}, ${sizeSymbol} = ${size}`,
    })),
    nodes: graph.nodes.map(({ id, symbol, plate, observed }) => ({
      id,
      letter: symbol.squared ? `${symbol.letter}²` : symbol.letter,
      subscript: symbol.subscript,
      plate,
      observed: observed !== null,
    })),
    edges: latentNodes(graph).flatMap(({ id }) => {
      // A parent that enters through two parameters has one arrow.
      const children = new Set(childrenOf(graph, id).map(({ child }) => child.id))
      return [...children].map((to) => ({ from: id, to }))
    }),
  }
}
