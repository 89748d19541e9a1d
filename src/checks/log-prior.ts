import { covarianceDraws } from "../chains/covariance-draws.ts"
import type { Posterior } from "../chains/posterior.ts"
import { type DrawsByName, notRecorded } from "../chains/recorded-draws.ts"
import type { Expr } from "../models/expression.ts"
import type { ModelGraph, StochasticNode } from "../models/graph.ts"
import { layOut, type StateLayout } from "../samplers/kernel/layout.ts"
import { improperNodes, logPriorOf } from "../samplers/simulate-graph.ts"

export interface LogPrior {
  /** log p(θ⁽ˢ⁾), the sum over the parameters whose priors are proper; the effects of groups, whose distribution is part of the model, are not among them. */
  readonly values: Float64Array
  /** Parameters whose priors count. */
  readonly parameters: readonly string[]
  /** Parameters with flat priors, which add a constant. */
  readonly flat: readonly string[]
}

/**
 * The log prior density of each draw, of every parameter on the scale on which its prior is stated: an sd, a variance, a covariance matrix;
 * of a Huang–Wand prior, which is about sds and correlations, on that of these. Densities depend on the scale, and so does what
 * raising them to a power means.
 *
 * @throws DataError when a parameter was not recorded
 */
export function logPrior(posterior: Posterior, draws: DrawsByName): LogPrior {
  const { graph } = posterior.model
  const improper = new Set(improperNodes(graph).map(({ id }) => id))
  const top = graph.nodes.filter((node) => node.observed === null && node.plate === null)
  const proper = top.filter(({ id }) => !improper.has(id))
  const layout = layOut(graph)
  const density = logPriorOf(
    graph,
    layout,
    proper.map(({ id }) => id),
  )
  const slots = proper.flatMap((node) => slotsOf(node, graph, layout, draws))
  const scales = proper.filter(({ distribution }) => distribution.family === "huangWand")
  const count = slots[0]?.values.length ?? 0
  const state = new Float64Array(layout.length)
  return {
    values: Float64Array.from({ length: count }, (_, s) => {
      for (const { slot, values } of slots) state[slot] = values[s]!
      return density(state) + scales.reduce((sum, { id }) => sum + logJacobian(layout, id, state), 0)
    }),
    parameters: proper.map(({ id }) => id),
    flat: top.filter(({ id }) => improper.has(id)).map(({ id }) => id),
  }
}

/** log |dΣ / d(sds, correlations)| but for a constant: Σ_kk = sd_k², Σ_jk = ρ sd_j sd_k give 2^q Π sd_k^q. */
function logJacobian(layout: StateLayout, node: string, state: Float64Array): number {
  const { offset, q } = layout.slots[node]!
  let sum = 0
  for (let k = 0; k < q; k++) sum += 0.5 * q * Math.log(state[offset + k * q + k]!)
  return sum
}

/** The draws of each place of a node's value in the state, found among the quantities that are just that. */
function slotsOf(
  node: StochasticNode,
  graph: ModelGraph,
  layout: StateLayout,
  draws: DrawsByName,
): { readonly slot: number; readonly values: Float64Array }[] {
  const { offset, q } = layout.slots[node.id]!
  if (node.shape.kind === "matrix") {
    const { group } = groupOf(graph, node.id)
    const { entries } = covarianceDraws({ group, terms: node.shape.terms }, draws)
    return entries.map((values, k) => ({ slot: offset + k, values }))
  }
  return Array.from({ length: node.shape.kind === "vector" ? q : 1 }, (_, k) => {
    const name = graph.quantities.find(({ value }) => isPlace(value, node.id, k))?.name ?? node.id
    return { slot: offset + k, values: draws(name) ?? notRecorded(name) }
  })
}

function isPlace(e: Expr, node: string, place: number): boolean {
  if (e.op === "element") return e.row === place && e.column === null && isPlace(e.arg, node, 0)
  return e.op === "state" && e.node === node && e.at === null
}

/** The grouping factor whose covariance matrix a node is: its variances are called `var[group,term]`. */
function groupOf(graph: ModelGraph, id: string): { readonly group: string } {
  const own = graph.quantities.find(
    ({ family, value }) =>
      family === "var" && value.op === "element" && value.arg.op === "state" && value.arg.node === id,
  )
  if (own === undefined) return notRecorded(id)
  const node = graph.nodes.find((one) => one.id === id)!
  const [first] = node.shape.kind === "scalar" ? [""] : node.shape.terms
  return { group: own.name.slice("var[".length, -`,${first}]`.length) }
}
