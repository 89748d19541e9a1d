/** Distributions that are normals whose precision is mixed: given a weight w, normal about the same centre. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type { Relation, RelationExpr, RelationGraph } from "../../models/relations/relation-graph.ts"
import { drawGamma } from "../../random/gamma.ts"
import { drawInverseGaussian } from "../../random/inverse-gaussian.ts"
import { drawPolyaGamma } from "../../random/polya-gamma.ts"
import type { Stream } from "../../random/stream.ts"

/** One of them, e its value less its centre. */
export interface NormalMixture {
  /** The precision given w. */
  precision(scale: RelationExpr, weight: RelationExpr): RelationExpr
  /** Draws w given e and the arguments after the centre. */
  draw(rng: Stream, e: number, scale: number, df: number): number
}

const product = (a: RelationExpr, b: RelationExpr): RelationExpr => ({
  op: "call",
  name: "*",
  args: [a, b],
  dims: null,
})

/** Nearest to its centre that a value is taken to be, in units of its scale: there weights have no bound. */
const NEAREST = 1e-9

/**
 * By distribution. Sources: West (1987), On scale mixtures of normal distributions, Biometrika 74, 646–648; Park & Casella
 * (2008), The Bayesian lasso, JASA 103, 681–686; Polson, Scott & Windle (2013), JASA 108, theorem 1 with b = 2.
 */
const NORMAL_MIXTURES: Readonly<Record<string, NormalMixture>> = {
  dt: {
    precision: product,
    draw: (rng, e, tau, df) => drawGamma(rng, 0.5 * (df + 1)) / (0.5 * (df + tau * e * e)),
  },
  ddexp: {
    precision: (rate, weight) => product(product(rate, rate), weight),
    draw: (rng, e, rate) => drawInverseGaussian(rng, 1 / Math.max(NEAREST, Math.abs(rate * e)), 1),
  },
  dlogis: {
    precision: (tau, weight) => product(product(tau, tau), weight),
    draw: (rng, e, tau) => drawPolyaGamma(rng, 2, tau * e),
  },
}

/** The mixture that a relation is; undefined where it is none. */
export const mixtureOf = (relation: Relation): NormalMixture | undefined =>
  relation.kind === "stochastic" && relation.width === 1 && relation.bounds === null
    ? NORMAL_MIXTURES[lookupBugsDistribution(relation.distribution).name]
    : undefined

/**
 * The graph in which relations that are such mixtures are normal, given weights in slots after all others, one for each of
 * their instances: those of the first relation first.
 */
export function withWeights(graph: RelationGraph, mixed: readonly number[]): RelationGraph {
  let length = graph.length
  const relations = graph.relations.map((relation, r): Relation => {
    const mixture = mixed.includes(r) ? mixtureOf(relation) : undefined
    if (mixture === undefined || relation.kind !== "stochastic") return relation
    const slots = Int32Array.from({ length: relation.size }, (_, k) => length + k)
    length += relation.size
    const weight: RelationExpr = { op: "read", reference: relation.references.length }
    const own = { variable: "", text: "w", length: 1, dims: [1], slots, shared: false }
    return {
      ...relation,
      distribution: "dnorm",
      args: [relation.args[0]!, mixture.precision(relation.args[1]!, weight)],
      references: [...relation.references, own],
    }
  })
  const values = new Float64Array(length).fill(1)
  values.set(graph.values)
  const fixed = new Uint8Array(length)
  fixed.set(graph.fixed)
  return { ...graph, relations, length, values, fixed }
}
