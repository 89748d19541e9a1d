import {
  dependsOn,
  divide,
  type Expr,
  mapChildren,
  number,
  power,
  sqrt,
  state,
} from "../../models/expression.ts"
import type { ModelGraph, StochasticNode } from "../../models/graph.ts"
import { type Augmentation, replaceNode } from "./rewrite.ts"

/**
 * `sd ~ half-t(ν, A)` as `sd² | a ~ IG(ν/2, ν/a)`, `a ~ IG(1/2, 1/A²)`; half-Cauchy is ν = 1.
 * Source: Wand, Ormerod, Padoan & Frühwirth (2011), Bayesian Analysis 6(4), result 5.
 */
export const halfTMixture: Augmentation = {
  name: "half-t",
  rewrite(graph, node) {
    const { family, parameters } = node.distribution
    if (family !== "halfT" && family !== "halfCauchy") return null
    if (node.plate !== null || !entersBySquare(graph, node.id)) return null
    const df = family === "halfT" ? parameters.df! : number(1)
    const scale = parameters.scale!
    const bracket = node.id.indexOf("[")
    const label = bracket === -1 ? `[${node.id}]` : node.id.slice(bracket)
    const variance: StochasticNode = {
      ...node,
      id: `var${label}`,
      symbol: { ...node.symbol, squared: true },
      distribution: {
        family: "inverseGamma",
        parameters: { shape: divide(df, number(2)), scale: divide(df, state(`aux${label}`)) },
      },
    }
    return {
      graph: replaceNode(
        graph,
        node.id,
        [variance, auxiliary(node, `aux${label}`, scale, node.symbol.subscript)],
        () => sqrt(state(variance.id)),
      ),
      note: `${node.id} ~ half-t is the inverse-gamma mixture ${variance.id} | aux${label} ~ InverseGamma(df/2, df/aux), aux${label} ~ InverseGamma(1/2, 1/scale^2)`,
      source: "Wand, Ormerod, Padoan & Frühwirth (2011)",
    }
  },
}

/** The mixing variable `a ~ IG(1/2, 1/A²)`. */
export function auxiliary(
  node: StochasticNode,
  id: string,
  scale: Expr,
  subscript: string | null,
): StochasticNode {
  return {
    ...node,
    id,
    symbol: { letter: "a", squared: false, subscript },
    shape: { kind: "scalar" },
    distribution: {
      family: "inverseGamma",
      parameters: { shape: divide(number(1), number(2)), scale: divide(number(1), power(scale, 2)) },
    },
  }
}

/** Whether every child reads the node as its square only: it is the sd of a variance parameter. */
function entersBySquare(graph: ModelGraph, id: string): boolean {
  const withoutSquares = (e: Expr): Expr =>
    e.op === "power" && e.exponent === 2 && e.base.op === "state" && e.base.node === id
      ? number(1)
      : mapChildren(e, withoutSquares)
  return graph.nodes.every((node) =>
    Object.values(node.distribution.parameters).every((e) => !dependsOn(withoutSquares(e), id)),
  )
}
