import { bindDrawnStates } from "../chains/graph-draws.ts"
import type { DrawsByName } from "../chains/recorded-draws.ts"
import { lookupBugsDistribution } from "../models/bugs/distribution-table.ts"
import { forEachParent, type RelationGraph } from "../models/relations/relation-graph.ts"
import { buildNetwork, type Network } from "../samplers/relations/dependents.ts"
import { bindEngine } from "../samplers/relations/engine.ts"
import { bindLogDensity } from "../samplers/relations/log-density.ts"
import { relationOf } from "../samplers/relations/site.ts"
import type { LogPrior } from "./log-prior.ts"

/** A draw that hangs on no other: a parameter. */
interface Parameter {
  readonly relation: number
  readonly instance: number
}

/**
 * The log prior density of each draw, of the parameters: everything drawn whose distribution hangs on nothing drawn. What is drawn
 * given them (effects of groups, missing data) is part of the model. Densities are on the scale on which the model states them: of a
 * precision where it says `tau ~ dgamma(…)`.
 *
 * @throws DataError naming parameters that were not recorded
 */
export function graphLogPrior(graph: RelationGraph, draws: DrawsByName, what: string): LogPrior {
  const parameters = findParameters(graph)
  const isProper = ({ relation }: Parameter): boolean =>
    lookupBugsDistribution(relationOf(graph, relation).distribution).isProper
  const counted = parameters.filter(isProper)
  const engine = bindEngine(graph)
  const terms = counted.map(({ relation, instance }) => ({
    density: bindLogDensity(engine, relation),
    instance,
  }))
  const slots = counted.flatMap(({ relation, instance }) => {
    const { writes, width } = relationOf(graph, relation)
    return [...writes.subarray(instance * width, (instance + 1) * width)]
  })
  const states = bindDrawnStates(graph, slots, draws, what)
  const state = states.createState()
  const variables = (some: readonly Parameter[]): string[] => [
    ...new Set(some.map(({ relation }) => relationOf(graph, relation).variable)),
  ]
  return {
    values: Float64Array.from({ length: states.count }, (_, s) => {
      states.load(s, state)
      return terms.reduce((sum, { density, instance }) => sum + density(state, instance), 0)
    }),
    parameters: variables(counted),
    flat: variables(parameters.filter((one) => !isProper(one))),
  }
}

/** Variables that are drawn given other draws, in part at least. */
export function variablesOfEffects(graph: RelationGraph): ReadonlySet<string> {
  const network = buildNetwork(graph)
  const moves = findMoving(network)
  return new Set(
    graph.relations.flatMap((relation, r) =>
      relation.kind === "stochastic" &&
      !relation.observed &&
      Array.from({ length: relation.size }, (_, i) => i).some((i) => hasMovingParent(network, moves, r, i))
        ? [relation.variable]
        : [],
    ),
  )
}

function findParameters(graph: RelationGraph): Parameter[] {
  const network = buildNetwork(graph)
  const moves = findMoving(network)
  return graph.relations.flatMap((relation, r) =>
    relation.kind === "deterministic" || relation.observed
      ? []
      : Array.from({ length: relation.size }, (_, instance) => ({ relation: r, instance })).filter(
          ({ instance }) => !hasMovingParent(network, moves, r, instance),
        ),
  )
}

/** By global number: whether an instance is drawn, or computed from something that is. */
function findMoving(network: Network): Uint8Array {
  const { graph, relationOf: relations, base, position } = network
  const byPosition = new Int32Array(relations.length)
  position.forEach((place, id) => {
    byPosition[place] = id
  })
  const moves = new Uint8Array(relations.length)
  for (const id of byPosition) {
    const r = relations[id]!
    const relation = graph.relations[r]!
    const is =
      relation.kind === "stochastic" ? !relation.observed : hasMovingParent(network, moves, r, id - base[r]!)
    moves[id] = is ? 1 : 0
  }
  return moves
}

function hasMovingParent(
  { graph, owners, base }: Network,
  moves: Uint8Array,
  relation: number,
  instance: number,
): boolean {
  let found = false
  forEachParent(graph.relations[relation]!, instance, (slot) => {
    const owner = owners.relation[slot]!
    if (owner >= 0 && moves[base[owner]! + owners.instance[slot]!] === 1) found = true
  })
  return found
}
