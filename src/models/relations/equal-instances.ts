/** Instances of a loop that read the same: the same slots, or data with the same values. */
import type { Relation, RelationExpr, RelationGraph } from "./relation-graph.ts"

/** Instances in classes of equals. Plain data. */
export interface EqualInstances {
  /** One of each class, in the order in which they come first. */
  readonly first: Int32Array
  /** Of class c: `members[start[c]..start[c + 1])`. */
  readonly start: Int32Array
  readonly members: Int32Array
}

/** Loops shorter than this are left alone, and those with more values an instance. */
const LEAST_INSTANCES = 8
const MOST_VALUES = 24

/**
 * Finds classes of instances whose expressions have the same value whatever is drawn. Data that were observed as draws count by
 * their slot, since a simulation puts other values there.
 *
 * @param instances of the relation
 * @param isObserved by slot: written by a stochastic relation
 * @returns null where fewer than half of the instances have an equal
 */
export function findEqualInstances(
  { values, fixed }: RelationGraph,
  relation: Relation,
  instances: ArrayLike<number>,
  isObserved: Uint8Array,
): EqualInstances | null {
  const { references, gathers } = relation
  const count = instances.length
  const width = references.reduce((total, { length, shared }) => total + (shared ? 0 : length), 0)
  if (count < LEAST_INSTANCES || width > MOST_VALUES) return null
  const expressions =
    relation.kind === "deterministic"
      ? [relation.value]
      : [
          ...relation.args,
          ...(relation.bounds === null ? [] : [relation.bounds.lower, relation.bounds.upper]),
        ]
  const loops = [
    ...expressions,
    ...gathers.flatMap(({ indices }) => indices.map(({ value }) => value)),
  ].flatMap((e) => (e === null ? [] : loopsIn(e)))
  const classes = new Map<string, number>()
  const first: number[] = []
  const classOf = new Int32Array(count)
  for (let n = 0; n < count; n++) {
    const i = instances[n]!
    let key = ""
    for (const { slots, length, shared } of references) {
      if (shared) continue
      for (let k = i * length; k < (i + 1) * length; k++) {
        const slot = slots[k]!
        key += fixed[slot] === 1 && isObserved[slot] === 0 ? `=${values[slot]};` : `${slot};`
      }
    }
    for (const { start, shared } of gathers) if (!shared) key += `${start[i]};`
    for (const column of loops) key += `${column[i]};`
    let found = classes.get(key)
    if (found === undefined) {
      found = first.push(i) - 1
      classes.set(key, found)
      if (2 * first.length > count) return null
    }
    classOf[n] = found
  }
  const start = new Int32Array(first.length + 1)
  for (const c of classOf) start[c + 1]!++
  for (let c = 0; c < first.length; c++) start[c + 1]! += start[c]!
  const fill = start.slice()
  const members = new Int32Array(count)
  classOf.forEach((c, n) => {
    members[fill[c]!++] = instances[n]!
  })
  return { first: Int32Array.from(first), start, members }
}

function loopsIn(e: RelationExpr): readonly Float64Array[] {
  if (e.op === "loop") return [e.values]
  return e.op === "call" ? e.args.flatMap(loopsIn) : []
}

/** By slot: whether a stochastic relation writes it. */
export function findDrawn({ relations, length }: RelationGraph): Uint8Array {
  const found = new Uint8Array(length)
  for (const { kind, writes } of relations)
    if (kind === "stochastic") for (const slot of writes) found[slot] = 1
  return found
}

/**
 * A graph in which readers of elements that are computed alike all read the first of them, so that the others need not be
 * computed where nobody looks at them. Everything else stays as it is.
 */
export function shareEqualInstances(graph: RelationGraph): RelationGraph {
  const drawn = findDrawn(graph)
  const first = Int32Array.from({ length: graph.length }, (_, slot) => slot)
  // A relation that some later one, or itself, feeds is part of a cycle.
  const written = new Uint8Array(graph.length)
  for (let slot = 0; slot < graph.length; slot++) written[slot] = graph.fixed[slot]!
  for (const { kind, writes } of graph.relations)
    if (kind === "stochastic") for (const slot of writes) written[slot] = 1
  let isChanged = false
  const relations = graph.relations.map((relation): Relation => {
    const shared = isChanged ? readFirst(relation, first) : relation
    if (shared.kind === "stochastic") return shared
    const { width, writes, references, gathers } = shared
    const isReady =
      gathers.length === 0 && references.every(({ slots }) => slots.every((slot) => written[slot] === 1))
    for (const slot of writes) written[slot] = 1
    if (width !== 1 || !isReady) return shared
    const instances = Int32Array.from({ length: shared.size }, (_, i) => i)
    const found = findEqualInstances(graph, shared, instances, drawn)
    if (found === null) return shared
    isChanged = true
    found.first.forEach((i, c) => {
      for (let k = found.start[c]!; k < found.start[c + 1]!; k++)
        first[writes[found.members[k]!]!] = writes[i]!
    })
    return shared
  })
  return isChanged ? { ...graph, relations: relations.map((relation) => readFirst(relation, first)) } : graph
}

/** A relation that reads the first of equals; itself where it reads no others. */
function readFirst<R extends Relation>(relation: R, first: Int32Array): R {
  const moves = relation.references.map(
    ({ slots, length }) => length === 1 && slots.some((slot) => first[slot] !== slot),
  )
  if (!moves.includes(true)) return relation
  return {
    ...relation,
    references: relation.references.map((reference, k) =>
      moves[k] === true ? { ...reference, slots: reference.slots.map((slot) => first[slot]!) } : reference,
    ),
  }
}
