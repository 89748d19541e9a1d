/** Sampling a model of relations without some of its observed draws, and what the rest says of these. */
import { graphLikelihood, observationsOf } from "../chains/graph-likelihood.ts"
import { recordedDraws } from "../chains/recorded-draws.ts"
import { type SampleGraphOptions, sampleGraph } from "../chains/sample-graph.ts"
import { OptionError, suggest } from "../core/errors.ts"
import type { LogLikelihood } from "../diagnostics/log-likelihood.ts"
import { findOwners } from "../models/relations/order.ts"
import { forEachParent, type RelationGraph, slotName } from "../models/relations/relation-graph.ts"
import { type GraphModel, graphModelOf } from "../samplers/graph-model.ts"
import { leaveOutObservations } from "../samplers/leave-out-observations.ts"
import { type LeftOut, sampleRest } from "./leave-out-rows.ts"

/**
 * Samples the model without the densities of some observed draws; their values stay where others read them (`y[t-1]`). Effects about
 * which nothing is left are drawn from their distribution in each draw.
 *
 * @param terms numbers of observed draws, in the order of `GraphPosterior.observations`
 * @param name what errors call this part of the work
 * @throws DataError when the rest cannot be sampled; the signal's reason when it is aborted
 */
export async function leaveOutDraws(
  model: GraphModel,
  terms: Int32Array,
  name: string,
  options: SampleGraphOptions,
): Promise<LeftOut> {
  options.signal?.throwIfAborted()
  const all = observationsOf(model.graph)
  const dropped = new Map<number, Set<number>>()
  for (const k of terms) {
    const { relation, instance } = all[k]!
    const own = dropped.get(relation)
    if (own === undefined) dropped.set(relation, new Set([instance]))
    else own.add(instance)
  }
  const graph = leaveOutObservations(model.graph, dropped)
  const posterior = await sampleRest(name, () => sampleGraph(graphModelOf({ ...model, graph }), options))
  options.signal?.throwIfAborted()
  const draws = recordedDraws(posterior.container, "equal")
  let known: LogLikelihood | undefined
  const rows = (): LogLikelihood => (known ??= graphLikelihood(model.graph, draws, name, terms).values)
  return {
    converged: posterior.verdict().converged,
    rows,
    joint(places) {
      const [first, ...others] = places.map((place) => rows()[place]!)
      const sum = first!.slice()
      for (const row of others) for (let s = 0; s < sum.length; s++) sum[s]! += row[s]!
      return sum
    },
  }
}

/**
 * Observed draws by the element of a drawn array that each hangs on (`alpha`: whatever is about the same `alpha[i]`), or by a data array of
 * the shape of what is observed.
 *
 * @returns numbers of the terms of the likelihood by group
 * @throws OptionError when there is no such array, or a draw hangs on none of its elements, or on several
 */
export function drawsByGroup(model: GraphModel, by: string): Map<string, Int32Array> {
  const { graph } = model
  const labelOf = dataLabels(model, by) ?? elementLabels(graph, by)
  const groups = new Map<string, number[]>()
  for (const [k, observation] of observationsOf(graph).entries()) {
    const label = labelOf(observation)
    const own = groups.get(label)
    if (own === undefined) groups.set(label, [k])
    else own.push(k)
  }
  return new Map([...groups].map(([label, terms]) => [label, Int32Array.from(terms)]))
}

type Observation = ReturnType<typeof observationsOf>[number]

/** Labels from data, where every observed variable has as many elements; null where that is not so. */
function dataLabels({ data, graph }: GraphModel, by: string): ((observation: Observation) => string) | null {
  const values = data.get(by)?.values
  const observed = graph.relations.filter((r) => r.kind === "stochastic" && r.observed)
  const sizes = observed.map(({ variable }) => graph.variables.find(({ name }) => name === variable)!)
  if (values === undefined || sizes.some(({ size }) => size !== values.length)) return null
  return ({ relation, instance }) => {
    const { variable, writes, width } = graph.relations[relation]!
    const { offset } = graph.variables.find(({ name }) => name === variable)!
    return `${by} ${values[writes[instance * width]! - offset]}`
  }
}

/** The element of a drawn array that an observation hangs on, through whatever is computed. */
function elementLabels(graph: RelationGraph, by: string): (observation: Observation) => string {
  const drawn = graph.relations.flatMap((r) => (r.kind === "stochastic" && !r.observed ? [r.variable] : []))
  if (!drawn.includes(by)) {
    throw new OptionError(
      `nothing that is drawn is called "${by}", nor data of the shape of what is observed`,
      {
        code: "unknown-variable",
        where: "by",
        hint: suggest(by, [...new Set(drawn)]),
      },
    )
  }
  const owners = findOwners(graph.relations, graph.length)
  return ({ needs, label }) => {
    const found = new Set<string>()
    const visited = new Set<number>()
    const waiting = [...needs]
    for (let slot = waiting.pop(); slot !== undefined; slot = waiting.pop()) {
      const relation = graph.relations[owners.relation[slot]!]
      if (relation === undefined || visited.has(slot)) continue
      visited.add(slot)
      const instance = owners.instance[slot]!
      if (relation.kind === "deterministic")
        forEachParent(relation, instance, (parent) => waiting.push(parent))
      else if (relation.variable === by)
        found.add(slotName(graph, relation.writes[instance * relation.width]!))
    }
    const [group] = found
    if (group !== undefined && found.size === 1) return group
    throw new OptionError(`${label} hangs on ${found.size} elements of ${by}, expected one`, {
      code: "ambiguous-group",
      where: "by",
      hint: "name the array of effects of the groups, or a data array of the shape of what is observed",
    })
  }
}
