/** Hidden states: a few numbers from their marginal posterior, discrete elements that hang together summed out, then these. */
import { parentTables } from "../../models/relations/relation-graph.ts"
import type { Kernel } from "../sampler.ts"
import type { Instances } from "./block-density.ts"
import { findWeighed, isAlone } from "./block-scales.ts"
import { findDependents } from "./dependents.ts"
import { headOf } from "./describe.ts"
import type { Engine } from "./engine.ts"
import { type EnumerationBlockMatch, enumerationBlock } from "./enumeration-block.ts"
import { bindEnumeration, type EnumerationParts } from "./enumeration-kernel.ts"
import { findReach, slotsOf, slotsOfAll } from "./linear-set.ts"
import { findElements, findOthers, MOST_COORDINATES } from "./mixture-block.ts"
import { countCoordinates } from "./mixture-coordinates.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"
import { bindSummedOut, type SummedMatch } from "./summed-out.ts"

/** Combinations of values for each discrete element beyond which it is better to draw them in every step. */
const MOST_EACH = 60

/** Plain data. */
export interface StateMatch extends SummedMatch {
  readonly states: EnumerationParts
  /** Of the numbers, and of the discrete elements. */
  readonly relations: readonly number[]
  readonly stateRelations: readonly number[]
}

export const stateBlock: RelationBlockSampler<StateMatch> = {
  name: "state-block",
  describe:
    "few numbers from their marginal posterior, discrete elements that hang together summed out, then these",

  match(model, targets) {
    const blocks = enumerationBlock.match(model, targets).blocks.flatMap((states) => {
      const found = matchStates(model, targets, states)
      return found === null ? [] : [found]
    })
    return {
      blocks,
      reason: "no discrete elements that hang together hang on it and few other numbers alone",
    }
  },

  explain: ({ relations, stateRelations }, { graph }) => {
    const nameOf = (r: number) => headOf(graph.relations[r]!.text)
    const states = [...new Set(stateRelations.map(nameOf))].join(", ")
    return {
      formula: `(${relations.map(nameOf).join(", ")}): density ∝ the factors of the joint density that hang on them, summed over ${states}`,
      because: [`${states} summed out one after another, and drawn in the opposite order`],
    }
  },

  bind: bindStates,
  mend: (match, engine) => [bindStates(match, engine)],
}

/** Discrete elements with all numbers that their densities hang on; null where these are too many, or hang together with others. */
function matchStates(
  model: RelationModel,
  targets: readonly Target[],
  {
    targets: own,
    match: states,
  }: { readonly targets: readonly Target[]; readonly match: EnumerationBlockMatch },
): { readonly targets: readonly Target[]; readonly match: StateMatch } | null {
  const { graph, network } = model
  const factors = factorsOf(states)
  const entries = states.parts.reduce(
    (total, { cliques }) => total + cliques.reduce((sum, { size }) => sum + size, 0),
    0,
  )
  const slots = slotsOfAll(graph, own)
  if (entries > MOST_EACH * slots.length) return null
  const weighing = new Set(factors.map(({ relation }) => relation))
  const parents = targets.filter(
    (other) =>
      !weighing.has(other.relation) &&
      findReach(network, [other]).children.some(({ relation }) => weighing.has(relation)),
  )
  // Numbers with parents or other children that are drawn are better drawn with these.
  const isByItself = (one: Target): boolean =>
    parentTables(relationOf(graph, one.relation)).every((table) =>
      table.slots.every((slot) => graph.fixed[slot] === 1),
    ) &&
    findReach(network, [one]).children.every(
      ({ relation }) => weighing.has(relation) || relationOf(graph, relation).observed,
    )
  if (!parents.every(isByItself)) return null
  const elements = findElements(model, parents)
  if (elements === null) return null
  const d = countCoordinates(elements)
  if (d === 0 || d > MOST_COORDINATES) return null
  const all = [...parents, ...own]
  return {
    targets: all,
    match: {
      elements,
      labelSlots: slots,
      states,
      after: findDependents(network, [parents.flatMap((one) => [...slotsOf(graph, one)]), slots]),
      others: findOthers(model, parents, factors),
      weighed: findWeighed(model, all),
      isAlone: isAlone(model, all),
      relations: parents.map(({ relation }) => relation),
      stateRelations: own.map(({ relation }) => relation),
    },
  }
}

/** The densities that discrete elements enter, by relation. */
function factorsOf({ parts }: EnumerationParts): Instances[] {
  const found = new Map<number, number[]>()
  for (const { factors } of parts)
    for (const { relation, instance } of factors) {
      const list = found.get(relation)
      if (list === undefined) found.set(relation, [instance])
      else list.push(instance)
    }
  return [...found].map(([relation, list]) => ({ relation, instances: Int32Array.from(list) }))
}

function bindStates(match: StateMatch, engine: Engine): Kernel {
  const states = bindEnumeration(match.states, engine)
  const memory = new Float64Array(states.memoryLength)
  return bindSummedOut(match, engine, {
    weigh: (s) => states.logTotal(s),
    draw: (s, rng) => states.step(s, memory, rng, "sampling"),
  })
}
