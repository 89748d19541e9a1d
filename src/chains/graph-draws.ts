/** Recorded draws of a model of relations as states: what was recorded is put in its place, what follows is computed. */
import { DataError } from "../core/errors.ts"
import { mean } from "../diagnostics/moments.ts"
import { forEachParent, type RelationGraph, slotName } from "../models/relations/relation-graph.ts"
import type { Stream } from "../random/stream.ts"
import { buildNetwork, type Network } from "../samplers/relations/dependents.ts"
import { bindSequence } from "../samplers/relations/simulate-relations.ts"
import type { DrawsByName } from "./recorded-draws.ts"

/** Places in the state. */
type Slots = Iterable<number>
/** Instances by their number in the network: `base[relation] + instance`. */
type InstanceIds = readonly number[]

/** In place of the number of a draw: the mean of all of them. */
export const AT_MEAN = -1

export interface DrawnStates {
  /** Draws there are. */
  readonly count: number
  /** Slots that are read off the draws; the others follow. */
  readonly reads: readonly number[]
  /** A state to load into: the data, NaN elsewhere. */
  createState(): Float64Array
  /**
   * Puts draw k (from 0, or `AT_MEAN`) into the state and computes what is wanted; with a stream, what is to be replicated is drawn.
   */
  load(k: number, state: Float64Array, rng?: Stream): void
}

/**
 * Prepares to read elements off recorded draws. Deterministic ones are computed where what they hang on was recorded, and read
 * otherwise.
 *
 * @param wanted slots that must be known
 * @param replicated instances to draw anew from their distribution, given their parents, which must be known
 * @param what for the error: `loo`
 * @throws DataError `not-monitored` naming what was not recorded and is needed
 */
export function bindDrawnStates(
  graph: RelationGraph,
  wanted: Slots,
  draws: DrawsByName,
  what: string,
  replicated: InstanceIds = [],
): DrawnStates {
  const network = buildNetwork(graph)
  const needs = findNeeds(network, wanted, new Set(replicated), (slot) => draws(slotName(graph, slot)))
  if (needs.missing.length > 0) throw notEnough(graph, needs.missing, what)
  const recorded = needs.read.map((slot) => ({ slot, values: draws(slotName(graph, slot))! }))
  const run = bindSequence(graph, needs.sequence)
  return {
    count: recorded[0]?.values.length ?? 0,
    reads: needs.read,
    createState: () => graph.values.slice(),
    load(k, state, rng) {
      for (const { slot, values } of recorded) state[slot] = k === AT_MEAN ? mean(values) : values[k]!
      run(state, rng)
    },
  }
}

/** Names of the elements that must be recorded for some slots to be known, given names that are. */
export function missingFor(
  graph: RelationGraph,
  wanted: Slots,
  isRecorded: (name: string) => boolean,
): string[] {
  const network = buildNetwork(graph)
  const { missing } = findNeeds(network, wanted, new Set(), (slot) => isRecorded(slotName(graph, slot)))
  return missing.map((slot) => slotName(graph, slot))
}

interface Needs {
  /** Slots read off the draws. */
  readonly read: readonly number[]
  readonly missing: readonly number[]
  /** What is computed or replicated, parents first. */
  readonly sequence: { readonly relation: Int32Array; readonly instance: Int32Array }
}

/** What has to be read and computed for the slots that are wanted and the parents of what is replicated. */
function findNeeds(
  network: Network,
  wanted: Slots,
  replicated: ReadonlySet<number>,
  recorded: (slot: number) => unknown,
): Needs {
  const { graph, relationOf, base, position } = network
  const known = findKnown(network, replicated, (slot) => Boolean(recorded(slot)))
  const read = new Set<number>()
  const missing = new Set<number>()
  const run = new Set<number>(replicated)
  const visited = new Set<number>()
  const waiting: number[] = []
  const visit = (slot: number): void => {
    if (graph.fixed[slot] === 1) return
    const owner = ownerOf(network, slot)
    if (visited.has(owner)) return
    visited.add(owner)
    waiting.push(owner)
  }
  const visitParents = (id: number): void => {
    const r = relationOf[id]!
    forEachParent(graph.relations[r]!, id - base[r]!, visit)
  }
  for (const slot of wanted) visit(slot)
  for (const id of replicated) visitParents(id)
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (replicated.has(id)) continue
    const slots = slotsOf(network, id)
    const isComputed = graph.relations[relationOf[id]!]!.kind === "deterministic"
    if (isComputed && (known[id] === 1 || !slots.every((slot) => recorded(slot)))) {
      run.add(id)
      visitParents(id)
      continue
    }
    for (const slot of slots) (recorded(slot) ? read : missing).add(slot)
  }
  const ids = [...run].sort((a, b) => position[a]! - position[b]!)
  const relation = Int32Array.from(ids, (id) => relationOf[id]!)
  return {
    read: [...read],
    missing: [...missing].sort((a, b) => a - b),
    sequence: { relation, instance: Int32Array.from(ids, (id, k) => id - base[relation[k]!]!) },
  }
}

/** By instance: whether it follows from what was recorded, without being read itself where it is deterministic. */
function findKnown(
  network: Network,
  replicated: ReadonlySet<number>,
  isRecorded: (slot: number) => boolean,
): Uint8Array {
  const { graph, relationOf, base, position } = network
  const known = new Uint8Array(relationOf.length)
  const byPosition = new Int32Array(relationOf.length)
  position.forEach((p, id) => {
    byPosition[p] = id
  })
  for (const id of byPosition) {
    const relation = graph.relations[relationOf[id]!]!
    const slots = slotsOf(network, id)
    let is = true
    if (relation.kind === "stochastic")
      is = replicated.has(id) || slots.every((slot) => graph.fixed[slot] === 1 || isRecorded(slot))
    else
      forEachParent(relation, id - base[relationOf[id]!]!, (slot) => {
        if (graph.fixed[slot] === 0 && known[ownerOf(network, slot)] === 0) is = false
      })
    known[id] = is ? 1 : 0
  }
  return known
}

const ownerOf = ({ owners, base }: Network, slot: number): number =>
  base[owners.relation[slot]!]! + owners.instance[slot]!

function slotsOf({ graph, relationOf, base }: Network, id: number): number[] {
  const r = relationOf[id]!
  const { writes, width } = graph.relations[r]!
  const i = id - base[r]!
  return [...writes.subarray(i * width, (i + 1) * width)]
}

/** Names of the variables, or of the elements where a variable is recorded in part. */
function notEnough(graph: RelationGraph, missing: readonly number[], what: string): DataError {
  const variables = [
    ...new Set(missing.map((slot) => graph.variables.find((v) => slot < v.offset + v.size)!.name)),
  ]
  const names = missing.slice(0, 3).map((slot) => slotName(graph, slot))
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : ""
  return new DataError(`${what} needs the draws of ${names.join(", ")}${more}, which were not recorded`, {
    code: "not-monitored",
    where: what,
    hint: `sample again with ${variables.join(", ")} among the monitors, or without a monitor list`,
  })
}
