/** Log likelihoods of what a model of relations observes, under the draws of its posterior. */
import { ModelError, OptionError } from "../core/errors.ts"
import type { LogLikelihood } from "../diagnostics/log-likelihood.ts"
import { lookupBugsDistribution } from "../models/bugs/distribution-table.ts"
import { findOwners } from "../models/relations/order.ts"
import { type RelationGraph, slotName } from "../models/relations/relation-graph.ts"
import type { Stream } from "../random/stream.ts"
import { bindEngine } from "../samplers/relations/engine.ts"
import { type LikelihoodTerm, likelihoodTerms } from "../samplers/relations/likelihood-terms.ts"
import { bindPriorDraw } from "../samplers/relations/prior-draw.ts"
import { relationOf } from "../samplers/relations/site.ts"
import { AT_MEAN, bindDrawnStates, missingFor } from "./graph-draws.ts"
import type { DrawsByName } from "./recorded-draws.ts"

/** Values of a matrix that is still held in memory: 2 GiB. */
const MOST_VALUES = 2 ** 28

/** What the terms of `graphLikelihood` are of, in their order. */
export const observationsOf = (graph: RelationGraph): readonly LikelihoodTerm[] => likelihoodTerms(graph)

/** Log likelihoods with what their terms are of: one array of draws an observed draw. */
export interface GraphLikelihood {
  readonly labels: readonly string[]
  readonly values: LogLikelihood
  /** The same at the posterior mean of all that is drawn, θ̂. */
  atMean(): Float64Array
}

/**
 * log p(y_i | θ⁽ˢ⁾) of every observed draw.
 *
 * @param draws chains cut to the shortest, one after another
 * @param what for errors: `loo`
 * @param only numbers of the terms wanted, in the order of `observationsOf`; all without it
 * @throws DataError when draws that the likelihood hangs on were not recorded; ModelError when nothing is observed; OptionError
 *   when the matrix would not fit in memory
 */
export function graphLikelihood(
  graph: RelationGraph,
  draws: DrawsByName,
  what: string,
  only?: Int32Array,
): GraphLikelihood {
  const all = likelihoodTerms(graph)
  const terms = only === undefined ? all : Array.from(only, (k) => all[k]!)
  if (terms.length === 0) throw noLikelihood(what)
  const needs = new Set(terms.flatMap((term) => term.needs))
  const states = bindDrawnStates(graph, needs, draws, what)
  const { count } = states
  if (terms.length * count > MOST_VALUES) {
    const size = ((terms.length * count * 8) / 2 ** 30).toFixed(1)
    throw new OptionError(
      `${terms.length} observations × ${count} draws of a log likelihood need ${size} GiB`,
      { code: "too-large", where: what, hint: "sample fewer draws, or thin them" },
    )
  }
  const state = states.createState()
  const values = terms.map(() => new Float64Array(count))
  for (let k = 0; k < count; k++) {
    states.load(k, state)
    for (let i = 0; i < terms.length; i++) values[i]![k] = terms[i]!.at(state)
  }
  return {
    labels: terms.map(({ label }) => label),
    values,
    atMean() {
      const discrete = discreteOf(graph, states.reads)
      if (discrete !== null) {
        throw new ModelError(`${discrete} is discrete: a deviance at its mean means nothing`, {
          code: "not-supported",
          where: what,
          hint: "take loo() or waic(), which need no estimate",
        })
      }
      states.load(AT_MEAN, state)
      return Float64Array.from(terms, (term) => term.at(state))
    },
  }
}

/** That there is no likelihood. @param where what asked for one: `loo` */
export const noLikelihood = (where: string): ModelError =>
  new ModelError("nothing that the model draws is observed", {
    code: "no-likelihood",
    where,
    hint: "give data for a variable with a distribution",
  })

/** What each number that is observed could have been, at every draw. */
export interface ReplicatedTerms {
  readonly observed: Float64Array
  /** One array of draws a number, each given what its distribution hangs on, data included. */
  readonly replicated: readonly Float64Array[]
  /** Of the draw that the number is of: numbers of a vector share theirs. */
  readonly logLikelihood: LogLikelihood
}

/**
 * Draws every observed number anew from its distribution given its parents, which stay what they are: the data for a series' own past.
 * Numbers that are known by their interval are left out.
 *
 * @throws as `graphLikelihood`
 */
export function replicateTerms(
  graph: RelationGraph,
  draws: DrawsByName,
  what: string,
  rng: Stream,
): ReplicatedTerms {
  const all = likelihoodTerms(graph)
  const chosen = Int32Array.from(all.keys()).filter((k) => !all[k]!.censored)
  const { values } = graphLikelihood(graph, draws, what, chosen)
  const engine = bindEngine(graph)
  const samplers = new Map<number, ReturnType<typeof bindPriorDraw>>()
  const places = Array.from(chosen).flatMap((k, row) => {
    const { relation, instance } = all[k]!
    const { writes, width } = relationOf(graph, relation)
    if (!samplers.has(relation)) samplers.set(relation, bindPriorDraw(engine, relation))
    const slots = writes.subarray(instance * width, (instance + 1) * width)
    return { row, instance, slots, draw: samplers.get(relation)! }
  })
  const needs = new Set(Array.from(chosen).flatMap((k) => [...all[k]!.needs]))
  const states = bindDrawnStates(graph, needs, draws, what)
  const replicated = places.map(({ slots }) => Array.from(slots, () => new Float64Array(states.count)))
  const state = states.createState()
  for (let s = 0; s < states.count; s++) {
    states.load(s, state)
    for (const [p, { instance, slots, draw }] of places.entries()) {
      draw(state, instance, rng)
      for (let k = 0; k < slots.length; k++) {
        replicated[p]![k]![s] = state[slots[k]!]!
        state[slots[k]!] = graph.values[slots[k]!]!
      }
    }
  }
  return {
    observed: Float64Array.from(
      places.flatMap(({ slots }) => Array.from(slots, (slot) => graph.values[slot]!)),
    ),
    replicated: replicated.flat(),
    logLikelihood: places.flatMap(({ row, slots }) => Array.from(slots, () => values[row]!)),
  }
}

/** The first discrete element among slots that are read off the draws, or null. */
function discreteOf(graph: RelationGraph, slots: readonly number[]): string | null {
  const { relation } = findOwners(graph.relations, graph.length)
  const slot = slots.find((one) => {
    const owner = graph.relations[relation[one]!]!
    return owner.kind === "stochastic" && lookupBugsDistribution(owner.distribution).discrete
  })
  return slot === undefined ? null : slotName(graph, slot)
}

/** What the likelihood of a model needs and a run that records these names would not have. */
export function missingForLikelihood(graph: RelationGraph, names: readonly string[]): string[] {
  const known = new Set(names)
  const needs = new Set(likelihoodTerms(graph).flatMap((term) => term.needs))
  return missingFor(graph, needs, (name) => known.has(name))
}
