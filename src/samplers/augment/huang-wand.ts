import { add, diagonal, divide, element, multiply, number, state } from "../../models/expression.ts"
import { auxiliary } from "./half-t.ts"
import { type Augmentation, replaceNode } from "./rewrite.ts"

/**
 * `Σ ~ HuangWand(ν, A)` as `Σ | a ~ IW(ν + q − 1, 2ν diag(1/a_k))`, `a_k ~ IG(1/2, 1/A_k²)`: half-t(ν, A_k) sds and,
 * for ν = 2, uniform correlations. Source: Huang & Wand (2013), Bayesian Analysis 8(2), equation (2).
 */
export const huangWandMixture: Augmentation = {
  name: "huang-wand",
  rewrite(graph, node) {
    if (node.distribution.family !== "huangWand" || node.shape.kind !== "matrix") return null
    const { df, scale } = node.distribution.parameters
    const { terms } = node.shape
    const label = node.id.slice(node.id.indexOf("[") + 1, -1)
    const names = terms.map((term) => `aux[${label},${term}]`)
    const covariance = {
      ...node,
      distribution: {
        family: "inverseWishart",
        parameters: {
          df: add(df!, number(terms.length - 1)),
          scale: diagonal(names.map((name) => divide(multiply(number(2), df!), state(name)))),
        },
      },
    }
    const mixing = terms.map((term, k) => {
      const subscript = node.symbol.subscript === null ? term : `${node.symbol.subscript}, ${term}`
      return auxiliary(node, names[k]!, element(scale!, k), subscript)
    })
    return {
      graph: replaceNode(graph, node.id, [covariance, ...mixing], null),
      note: `${node.id} ~ HuangWand is the inverse-Wishart mixture ${node.id} | aux ~ InverseWishart(df + ${terms.length - 1}, 2 df diag(1/aux)), aux_k ~ InverseGamma(1/2, 1/scale_k^2)`,
      source: "Huang & Wand (2013)",
    }
  },
}
