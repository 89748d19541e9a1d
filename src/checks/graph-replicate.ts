/** Replicated data sets of models of relations: what a model with the latents of a draw would have observed. */
import { bindDrawnStates } from "../chains/graph-draws.ts"
import type { GraphPosterior } from "../chains/graph-posterior.ts"
import { recordedDraws } from "../chains/recorded-draws.ts"
import { checkOptionNames, DataError, ModelError, OptionError, suggest } from "../core/errors.ts"
import { lookupBugsDistribution } from "../models/bugs/distribution-table.ts"
import { findOwners } from "../models/relations/order.ts"
import { type RelationGraph, slotName, type Variable } from "../models/relations/relation-graph.ts"
import { type Seed, type Stream, streamFor } from "../random/stream.ts"
import { carrySlots, graphWithoutObservations, observedSlots } from "../samplers/change-graph-data.ts"
import { elementsOf, type GraphModel } from "../samplers/graph-model.ts"
import { bindSequence, checkGenerative, sequenceOf } from "../samplers/relations/simulate-relations.ts"
import { MOST_VALUES, type Replicates, selectDraws } from "./replicate.ts"

/** Replicates of what a model of relations observes; a row is an observed element. */
export interface GraphReplicates extends Replicates {
  /** Of the elements, in the order of each set: `Y[1,1]`, `Y[2,1]`, … */
  readonly names: readonly string[]
  /** The rows of each observed variable, from 0. */
  readonly variables: ReadonlyMap<string, Int32Array>
  readonly observed: Float64Array
}

export interface GraphPredictOptions {
  /** How many data sets, from draws evenly spaced; one for each draw without it. */
  readonly draws?: number
  /** Observed variables to replicate, default all but those whose value follows from their arguments (`dinterval`, `dsum`). */
  readonly variables?: readonly string[]
  /** Default: that of the run. */
  readonly seed?: Seed
}

export interface GraphPriorPredictOptions extends Omit<GraphPredictOptions, "draws"> {
  /** How many draws from the prior, default 1000. */
  readonly draws?: number
}

export interface GraphPriorPredictive extends GraphReplicates {
  /** Draws from its prior of every element that is drawn or computed, by name, in the order of the data sets. */
  readonly parameters: ReadonlyMap<string, Float64Array>
}

/**
 * Data sets from the posterior predictive distribution: everything observed is drawn anew from the recorded latents, parents first,
 * so that a series is continued from its own replicated past.
 * @throws DataError naming latents that were not recorded; ModelError as `graphWithoutObservations`; OptionError
 */
export function replicateGraph(
  posterior: GraphPosterior,
  options: GraphPredictOptions = {},
): GraphReplicates {
  checkOptionNames("posteriorPredict", options, ["draws", "variables", "seed"])
  const { model, container, sampling } = posterior
  const open = graphWithoutObservations(model)
  const rows = chooseRows(model.graph, options.variables)
  const { relation, instance } = findOwners(open.relations, open.length)
  const base = open.relations.map((_, r) =>
    open.relations.slice(0, r).reduce((sum, one) => sum + one.size, 0),
  )
  const everything = carrySlots(model.graph, observedSlots(model.graph), open)
  const replicated = new Set(Array.from(everything, (slot) => base[relation[slot]!]! + instance[slot]!))
  const draws = selectDraws(recordedDraws(container), options.draws)
  const states = bindDrawnStates(open, [], draws, "posteriorPredict", [...replicated])
  checkSize(states.count, rows.length)
  const rng = streamFor(options.seed ?? sampling.seed, 0, "posterior predict")
  const state = states.createState()
  const slots = carrySlots(model.graph, rows, open)
  const sets = Array.from({ length: states.count }, (_, k) => {
    states.load(k, state, rng)
    return Float64Array.from(slots, (slot) => state[slot]!)
  })
  return { sets, ...describeRows(model.graph, rows) }
}

/**
 * Latents from their priors, and a data set from each.
 * @throws ModelError `improper-prior`, `not-generative`; OptionError
 */
export function priorPredictGraph(
  model: GraphModel,
  options: GraphPriorPredictOptions = {},
): GraphPriorPredictive {
  checkOptionNames("priorPredict", options, ["draws", "variables", "seed"])
  const { draws = 1000, seed = "gibbsite" } = options
  const open = graphWithoutObservations(model)
  checkGenerative(open, "priorPredict")
  const rows = chooseRows(model.graph, options.variables)
  const observed = new Set(Array.from(observedSlots(model.graph), (slot) => slotName(model.graph, slot)))
  const latents = elementsOf(open).filter(({ name }) => !observed.has(name))
  checkSize(draws, rows.length + latents.length)
  const simulate = bindPriorSimulator(open)
  const rng = streamFor(seed, 0, "prior predict")
  const state = open.values.slice()
  const slots = carrySlots(model.graph, rows, open)
  const offsets = new Map(open.variables.map(({ name, offset }) => [name, offset]))
  const places = latents.map(({ variable, element }) => offsets.get(variable)! + element)
  const values = latents.map(() => new Float64Array(draws))
  const sets = Array.from({ length: draws }, (_, k) => {
    simulate(state, rng)
    for (let j = 0; j < places.length; j++) values[j]![k] = state[places[j]!]!
    return Float64Array.from(slots, (slot) => state[slot]!)
  })
  return {
    parameters: new Map(latents.map(({ name }, j) => [name, values[j]!])),
    sets,
    ...describeRows(model.graph, rows),
  }
}

/** Draws everything of a graph in which nothing is observed. */
export const bindPriorSimulator = (open: RelationGraph): ((state: Float64Array, rng: Stream) => void) =>
  bindSequence(open, sequenceOf(open))

/** Slots of the model's own graph that hold what is replicated. @throws OptionError for an unknown variable; ModelError */
function chooseRows(graph: RelationGraph, wanted?: readonly string[]): readonly number[] {
  const observed = graph.relations.flatMap((r) => (r.kind === "stochastic" && r.observed ? [r] : []))
  const names = [...new Set(observed.map(({ variable }) => variable))]
  for (const name of wanted ?? []) {
    if (names.includes(name)) continue
    throw new OptionError(`nothing observed is called "${name}"`, {
      code: "unknown-variable",
      where: "variables",
      hint: suggest(name, names),
    })
  }
  const chosen = observed.filter(({ variable, distribution }) => {
    if (wanted !== undefined) return wanted.includes(variable)
    return !lookupBugsDistribution(distribution).isDetermined
  })
  if (chosen.length === 0) {
    throw new ModelError("nothing that the model draws is observed", {
      code: "no-likelihood",
      where: "variables",
      hint: "give data for a variable with a distribution",
    })
  }
  return chosen.flatMap(({ writes }) => [...writes]).sort((a, b) => a - b)
}

function describeRows(graph: RelationGraph, rows: readonly number[]): Omit<GraphReplicates, "sets"> {
  const variables = new Map<string, number[]>()
  const ofSlot = (slot: number): Variable =>
    graph.variables.find(({ offset, size }) => slot >= offset && slot < offset + size)!
  rows.forEach((slot, row) => {
    const { name } = ofSlot(slot)
    const list = variables.get(name)
    if (list === undefined) variables.set(name, [row])
    else list.push(row)
  })
  return {
    names: rows.map((slot) => slotName(graph, slot)),
    variables: new Map([...variables].map(([name, own]) => [name, Int32Array.from(own)])),
    rowNumbers: Int32Array.from(rows, (_, row) => row + 1),
    observed: Float64Array.from(rows, (slot) => graph.values[slot]!),
    newGroups: [],
  }
}

/** @throws DataError when there are no draws; OptionError when the sets do not fit in memory */
function checkSize(count: number, values: number): void {
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new DataError("there are no draws to replicate data from", {
      code: "no-draws",
      where: "draws",
      hint: "ask for a positive number of draws",
    })
  }
  if (count * values > MOST_VALUES) {
    throw new OptionError(
      `${count} data sets of ${values} values need ${((8 * count * values) / 2 ** 30).toFixed(1)} GiB`,
      { code: "too-large", where: "draws", hint: "ask for fewer draws, for instance draws: 100" },
    )
  }
}
