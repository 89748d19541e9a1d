/** The likelihood of a model of relations, observed draw by observed draw. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import {
  forEachParent,
  type Relation,
  type RelationGraph,
  slotName,
} from "../../models/relations/relation-graph.ts"
import { buildNetwork, type Network } from "./dependents.ts"
import { bindEngine, type Engine } from "./engine.ts"
import { bindCensoredMass, bindLogDensity, findCensored } from "./log-density.ts"
import { relationOf } from "./site.ts"

/** What is observed of a model, one draw after another: a term of its likelihood each. */
export interface LikelihoodTerm {
  /** The relation and instance whose density it is; of a number known by its interval, those of the interval. */
  readonly relation: number
  readonly instance: number
  /** Whether a number is known by its interval alone. */
  readonly censored: boolean
  /** `Y[3,2]`; of a draw of several values its first and last: `x[3,1] … x[3,4]`. */
  readonly label: string
  /** Slots that the term hangs on. */
  readonly needs: readonly number[]
  /** The first that it is a density of. */
  readonly slot: number
  /** Its value at a state. */
  at(state: Float64Array): number
}

/**
 * One term an observed draw: its normalised log density given its parents. A number known by its interval (`dinterval`) counts with
 * the probability of the interval, the number itself integrated out, where nothing else reads it. Other relations whose value follows
 * from their arguments (`dsum`) have no term.
 */
export function likelihoodTerms(graph: RelationGraph): readonly LikelihoodTerm[] {
  const network = buildNetwork(graph)
  const engine = bindEngine(graph)
  const terms = graph.relations.flatMap((relation, r): readonly LikelihoodTerm[] => {
    if (relation.kind !== "stochastic" || !relation.observed) return []
    const instances = Array.from({ length: relation.size }, (_, i) => i)
    if (!lookupBugsDistribution(relation.distribution).isDetermined) {
      const density = bindLogDensity(engine, r)
      return instances.map((i) => ({
        ...{ relation: r, instance: i, censored: false },
        slot: relation.writes[i * relation.width]!,
        label: labelOf(graph, r, i),
        needs: parentsOf(relation, i),
        at: (s) => density(s, i),
      }))
    }
    return relation.distribution === "dinterval"
      ? instances.flatMap((i) => censoredTerm(network, engine, r, i) ?? [])
      : []
  })
  // Whatever the model, the same data stand in the same order: comparisons are paired.
  const variableOf = ({ slot }: LikelihoodTerm): string => slotName(graph, slot).split("[", 1)[0]!
  const keyed = terms.map((term) => ({ term, variable: variableOf(term) }))
  keyed.sort((a, b) =>
    a.variable === b.variable ? a.term.slot - b.term.slot : a.variable < b.variable ? -1 : 1,
  )
  return keyed.map(({ term }) => term)
}

function censoredTerm(network: Network, engine: Engine, r: number, i: number): LikelihoodTerm | null {
  const { graph } = network
  const hidden = findCensored(network, r, i)
  if (hidden === null) return null
  const { relation, instance } = hidden
  const mass = bindCensoredMass(engine, r, relation)
  if (mass === null) return null
  const own = relationOf(graph, relation)
  const cuts = parentsOf(relationOf(graph, r), i).filter((slot) => slot !== own.writes[instance])
  return {
    ...{ relation: r, instance: i, censored: true },
    slot: own.writes[instance]!,
    label: labelOf(graph, relation, instance),
    needs: [...parentsOf(own, instance), ...cuts],
    at: (s) => mass(s, i, instance),
  }
}

function parentsOf(relation: Relation, instance: number): number[] {
  const slots: number[] = []
  forEachParent(relation, instance, (slot) => slots.push(slot))
  return slots
}

function labelOf(graph: RelationGraph, r: number, i: number): string {
  const { writes, width } = relationOf(graph, r)
  const first = slotName(graph, writes[i * width]!)
  return width === 1 ? first : `${first} … ${slotName(graph, writes[(i + 1) * width - 1]!)}`
}
