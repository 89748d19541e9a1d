/** The same model of relations with other data where it observes draws, or with none: what simulation and replication need. */
import { ModelError } from "../core/errors.ts"
import type { ArrayValue } from "../models/array-value.ts"
import type { BugsExpr, BugsProgram, BugsStatement } from "../models/bugs/ast.ts"
import { compileBugs, completeData } from "../models/bugs/compile.ts"
import { expressionsOf, namesIn } from "../models/bugs/names.ts"
import type { RelationGraph, Variable } from "../models/relations/relation-graph.ts"
import { type GraphModel, graphModelOf } from "./graph-model.ts"

/** Slots of the draws that are data, relation by relation, instance by instance. */
export function observedSlots({ relations }: Pick<RelationGraph, "relations">): Int32Array {
  return Int32Array.from(
    relations.flatMap((r) => (r.kind === "stochastic" && r.observed ? [...r.writes] : [])),
  )
}

/**
 * The graph of the model as it stands before any draw is observed: covariates, constants and sizes are those of the data,
 * every `~` is drawn. Its slots are not those of the model's graph; names are.
 *
 * @throws ModelError `not-generative` where the model itself (a loop bound, an index on the left) is made from what is observed
 */
export function graphWithoutObservations(model: GraphModel): RelationGraph {
  const data = new Map(completeData(model.program, model.data))
  for (const [variable, own] of observedByVariable(model.graph)) {
    const { dims, values } = data.get(variable.name)!
    const rest = values.slice()
    for (const slot of own) rest[slot - variable.offset] = Number.NaN
    data.set(variable.name, { dims, values: rest })
  }
  try {
    return compileBugs(withoutDataBlock(model.program), data)
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause
    throw new ModelError(`without its observations the model cannot be stated: ${cause.message}`, {
      code: "not-generative",
      ...(cause.where === undefined ? {} : { where: cause.where }),
      ...(cause.span === undefined ? {} : { span: cause.span }),
      hint: "give sizes and indices as data of their own",
      cause,
    })
  }
}

/**
 * Prepares a model for other data. Where nothing but the densities of the observed draws reads them, the graph is copied;
 * where relations do (`y[t-1]`, `mu[z[i]]`), the model is compiled anew, since what followed from the data was computed.
 *
 * @returns a function from the values of each observed variable (all elements, of which those observed are taken) to the model
 *   of these data, without initial values
 */
export function bindDataChange(model: GraphModel): (values: ReadonlyMap<string, Float64Array>) => GraphModel {
  const { graph, program } = model
  const observed = observedByVariable(graph)
  const readElsewhere = namesOnTheRight(program.model)
  const base = { program: withoutDataBlock(program), inits: [new Map()], messages: [] }
  if (observed.every(([{ name }]) => !readElsewhere.has(name)))
    return (values) => {
      const changed = graph.values.slice()
      for (const [{ name, offset }, own] of observed)
        for (const slot of own) changed[slot] = values.get(name)![slot - offset]!
      return graphModelOf({ ...base, data: model.data, graph: { ...graph, values: changed } })
    }
  const full = completeData(program, model.data)
  return (values) => {
    const data = new Map<string, ArrayValue>(full)
    for (const [{ name, offset }, own] of observed) {
      const { dims, values: before } = full.get(name)!
      const changed = before.slice()
      for (const slot of own) changed[slot - offset] = values.get(name)![slot - offset]!
      data.set(name, { dims, values: changed })
    }
    return graphModelOf({ ...base, data, graph: compileBugs(base.program, data) })
  }
}

/** A state of one graph as a state of another of the same model: what is known in the second stays. */
export function carryState(from: RelationGraph, state: Float64Array, to: RelationGraph): Float64Array {
  const carried = to.values.slice()
  const places = new Map(from.variables.map((variable) => [variable.name, variable]))
  for (const { name, offset, size } of to.variables) {
    const source = places.get(name)!
    for (let k = 0; k < size; k++)
      if (to.fixed[offset + k] === 0) carried[offset + k] = state[source.offset + k]!
  }
  return carried
}

/** Where another graph of the same model has the elements of these slots. */
export function carrySlots(from: RelationGraph, slots: Iterable<number>, to: RelationGraph): Int32Array {
  const places = new Map(to.variables.map((variable) => [variable.name, variable.offset]))
  return Int32Array.from(slots, (slot) => {
    const { name, offset } = from.variables.find((v) => slot >= v.offset && slot < v.offset + v.size)!
    return places.get(name)! + slot - offset
  })
}

/** The observed variables with their observed slots. */
export function observedByVariable(
  graph: RelationGraph,
): readonly (readonly [Variable, readonly number[]])[] {
  const byName = new Map(graph.variables.map((variable) => [variable.name, variable]))
  const slots = new Map<string, number[]>()
  for (const relation of graph.relations) {
    if (relation.kind !== "stochastic" || !relation.observed) continue
    const list = slots.get(relation.variable) ?? []
    list.push(...relation.writes)
    slots.set(relation.variable, list)
  }
  return [...slots].map(([name, own]) => [byName.get(name)!, own] as const)
}

const withoutDataBlock = (program: BugsProgram): BugsProgram => ({ ...program, data: [] })

/** Every name that is read: on the right of relations, in bounds of loops, in indices on the left. */
function namesOnTheRight(statements: readonly BugsStatement[], found: Set<string> = new Set()): Set<string> {
  const add = (e: BugsExpr | null): void => {
    if (e !== null) namesIn(e, found)
  }
  for (const statement of statements) {
    if (statement.kind === "for") {
      add(statement.range)
      namesOnTheRight(statement.body, found)
      continue
    }
    for (const index of statement.target.indices ?? []) if (index.kind === "value") add(index.value)
    for (const e of expressionsOf(statement)) add(e)
  }
  return found
}
