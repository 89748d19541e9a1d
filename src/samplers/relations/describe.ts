import type { RelationModel } from "./relation-sampler.ts"
import { relationOf, type Site } from "./site.ts"

/** `density ∝ p(theta[i]) × p(y[i] | theta[i], …)`: the factors of the joint density that an element enters. */
export function describeDensity(site: Site, { graph }: RelationModel): string {
  const { weighed } = site.dependents
  const children = [...new Set(weighed.relation)].map((r) => graph.relations[r]!)
  const own = headOf(relationOf(graph, site.relation).text)
  const factors = [`p(${own})`, ...children.map((child) => `Π p(${headOf(child.text)} | …)`)]
  return `density ∝ ${factors.join(" × ")}`
}

/** The left-hand side of a relation's text. */
export const headOf = (text: string): string => text.split(/ ~ | <- /)[0]!
