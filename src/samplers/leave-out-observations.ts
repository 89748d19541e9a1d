/** The same model of relations with some of its observed draws taken out of the likelihood. */
import { InternalError } from "../core/errors.ts"
import { orderInstances } from "../models/relations/order.ts"
import type {
  Gather,
  Reference,
  Relation,
  RelationExpr,
  RelationGraph,
  StochasticRelation,
} from "../models/relations/relation-graph.ts"

/**
 * A graph without some observed instances: their density no longer counts, while their values stay where they are, for whatever reads
 * them (`y[t-1]`), and everything that is drawn keeps its place and its name. What only they said something about (the effect of a group that
 * is left out) is then drawn from its distribution given its parents.
 *
 * @param dropped instances by the number of their relation
 */
export function leaveOutObservations(
  graph: RelationGraph,
  dropped: ReadonlyMap<number, ReadonlySet<number>>,
): RelationGraph {
  const relations = graph.relations.flatMap((relation, r): readonly Relation[] => {
    const out = dropped.get(r)
    if (out === undefined || relation.kind === "deterministic") return [relation]
    const instances = Array.from({ length: relation.size }, (_, i) => i).filter((i) => !out.has(i))
    return instances.length === 0 ? [] : [takeInstances(relation, instances)]
  })
  const found = orderInstances(relations, graph.length)
  if ("cycle" in found) throw new InternalError("a part of a model has a cycle that the whole has not")
  return { ...graph, relations, order: found.order }
}

function takeInstances(relation: StochasticRelation, instances: readonly number[]): StochasticRelation {
  const { bounds } = relation
  const expression = (e: RelationExpr): RelationExpr => takeValues(e, instances)
  return {
    ...relation,
    size: instances.length,
    loops: relation.loops.map(({ name, values }) => ({ name, values: takeRuns(values, 1, instances) })),
    writes: takeRuns(relation.writes, relation.width, instances),
    references: relation.references.map((reference) => takeReference(reference, instances)),
    gathers: relation.gathers.map((gather) => takeGather(gather, instances)),
    args: relation.args.map(expression),
    bounds: bounds && {
      ...bounds,
      lower: bounds.lower && expression(bounds.lower),
      upper: bounds.upper && expression(bounds.upper),
    },
  }
}

const takeReference = (reference: Reference, instances: readonly number[]): Reference =>
  reference.shared
    ? reference
    : { ...reference, slots: takeRuns(reference.slots, reference.length, instances) }

const takeGather = (gather: Gather, instances: readonly number[]): Gather => ({
  ...gather,
  indices: gather.indices.map((index) => ({ ...index, value: takeValues(index.value, instances) })),
  ...(gather.shared
    ? {}
    : {
        start: takeRuns(gather.start, 1, instances),
        reach: takeRuns(gather.reach, gather.reachLength, instances),
      }),
})

/** An expression with the values that loop variables have in some instances. */
function takeValues(e: RelationExpr, instances: readonly number[]): RelationExpr {
  if (e.op === "loop") return { ...e, values: Float64Array.from(instances, (i) => e.values[i]!) }
  return e.op === "call" ? { ...e, args: e.args.map((arg) => takeValues(arg, instances)) } : e
}

function takeRuns(values: Int32Array, length: number, instances: readonly number[]): Int32Array {
  const taken = new Int32Array(length * instances.length)
  instances.forEach((i, k) => {
    taken.set(values.subarray(i * length, (i + 1) * length), k * length)
  })
  return taken
}
