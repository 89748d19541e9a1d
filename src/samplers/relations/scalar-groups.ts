/** Groups of a block that are one normal number each, with children whose densities can be written down as functions of it. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { findDrawn, findEqualInstances } from "../../models/relations/equal-instances.ts"
import type { StochasticRelation } from "../../models/relations/relation-graph.ts"
import { writeArrayDensity } from "./array-density-text.ts"
import { COORDINATE } from "./curvature-coordinates.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import { writeDensity } from "./density-text.ts"
import { findEachDependents, type Network } from "./dependents.ts"
import { createWriter, noConstants } from "./emit.ts"
import { type Engine, makeFunction } from "./engine.ts"
import { canBeLabelChild, inlineLabels } from "./label-children.ts"
import type { ElementGroups } from "./local-groups.ts"
import { relationOf } from "./site.ts"

/**
 * Writes log densities of instances of one relation at points of the number that they hang on: of `list[n]` at
 * (k + shifts[n]) step for k from `low[n]` to `high[n]` into `out[places[n] …]`. Overwrites the slot of the first number.
 */
export type WeighPoints = (
  s: Float64Array,
  list: Int32Array,
  low: Int32Array,
  high: Int32Array,
  shifts: Float64Array,
  places: Int32Array,
  to: number,
  step: number,
  out: Float64Array,
) => void

/** Children in one relation. */
export interface ScalarChildren {
  readonly number: number
  readonly relation: StochasticRelation
  /** Instances, the number that each hangs on, and classes of those that are the same function of their number. */
  readonly instances: Int32Array
  readonly numbers: Int32Array
  readonly classes: Int32Array
  readonly weigh: WeighPoints
}

export interface ScalarGroups {
  /** Slots of the numbers, what draws them, and their instances of it. */
  readonly slots: Int32Array
  readonly relation: number
  readonly instances: Int32Array
  /** Classes of numbers with equal priors. */
  readonly priors: Int32Array
  readonly children: readonly ScalarChildren[]
  /** By slot: one of the numbers, or computed from them. */
  readonly reached: Uint8Array
}

/**
 * Whether every group is one normal number, and its children are data. What is left to `findScalarGroups` is whether they can be
 * written down as functions of it.
 */
export function areScalars(
  { owners, coordinates, censored, children: weighed }: CurvatureMatch,
  { columns, start, count }: ElementGroups,
  { graph }: Engine,
): boolean {
  const own = columns.subarray(start[1]!)
  if (own.length !== count - 1 || own.length === 0 || censored.length > 0) return false
  const relation = owners.relation[own[0]!]!
  const prior = relationOf(graph, relation)
  if (prior.bounds !== null || lookupBugsDistribution(prior.distribution).name !== "dnorm") return false
  const isOne = (column: number): boolean =>
    owners.relation[column] === relation && coordinates.kinds[column] === COORDINATE.identity
  if (!own.every(isOne)) return false
  const children = new Set<number>()
  for (const column of own)
    for (let run = weighed.start[column]!; run < weighed.start[column + 1]!; run++)
      children.add(weighed.relation[run]!)
  return [...children].every((r) => {
    const child = relationOf(graph, r)
    return child.observed && canBeLabelChild(child)
  })
}

/** Numbers and their children; null where a group is something else. */
export function findScalarGroups(
  match: CurvatureMatch,
  groups: ElementGroups,
  network: Network,
  engine: Engine,
): ScalarGroups | null {
  if (!areScalars(match, groups, engine)) return null
  const { graph } = engine
  const { factors, owners, children: weighed } = match
  const own = groups.columns.slice(groups.start[1]!)
  const relation = owners.relation[own[0]!]!
  const prior = relationOf(graph, relation)
  const slots = own.map((column) => factors.slots[column]!)
  const instances = own.map((column) => owners.instance[column]!)
  const numberOf = new Map<number, Map<number, number>>()
  for (let n = 0; n < own.length; n++)
    for (let run = weighed.start[own[n]!]!; run < weighed.start[own[n]! + 1]!; run++) {
      const r = weighed.relation[run]!
      const found = numberOf.get(r) ?? new Map<number, number>()
      numberOf.set(r, found)
      for (let k = weighed.from[run]!; k < weighed.to[run]!; k++) found.set(weighed.instances[k]!, n)
    }
  const reached = findReached(network, slots)
  const isNumber = new Uint8Array(graph.length)
  for (const slot of slots) isNumber[slot] = 1
  const drawn = findDrawn(graph)
  const children: ScalarChildren[] = []
  for (const [r, numbers] of numberOf) {
    const child = relationOf(graph, r)
    const list = Int32Array.from(numbers.keys())
    const inlined = inlineLabels(
      network,
      child,
      list,
      (slot) => isNumber[slot] === 1,
      (slot) => reached[slot] === 1,
    )
    if (inlined === null) return null
    const isOf = inlined.references.map(({ slots: read, shared, length }) =>
      list.map((i) => (length === 1 ? isNumber[read[shared ? 0 : i]!]! : 0)),
    )
    if (isOf.some((marks) => marks.some((mark) => mark !== marks[0]))) return null
    // Every instance as if it hung on the first number.
    const one: StochasticRelation = {
      ...inlined,
      references: inlined.references.map((reference, k) =>
        isOf[k]![0] === 1 ? { ...reference, slots: slots.slice(0, 1), shared: true } : reference,
      ),
    }
    const equal = findEqualInstances(graph, one, list, drawn)
    const classOf = new Int32Array(child.size).map((_, i) => i)
    equal?.first.forEach((i, c) => {
      for (let k = equal.start[c]!; k < equal.start[c + 1]!; k++) classOf[equal.members[k]!] = i
    })
    children.push({
      number: r,
      relation: child,
      instances: list,
      numbers: Int32Array.from(numbers.values()),
      classes: list.map((i) => classOf[i]!),
      weigh: compileWeighPoints(one, slots[0]!),
    })
  }
  const priorClass = new Int32Array(prior.size).map((_, i) => i)
  const equal = findEqualInstances(graph, prior, instances, drawn)
  equal?.first.forEach((i, c) => {
    for (let k = equal.start[c]!; k < equal.start[c + 1]!; k++) priorClass[equal.members[k]!] = i
  })
  const priors = instances.map((i) => priorClass[i]!)
  return { slots, relation, instances, priors, children, reached }
}

function findReached(network: Network, slots: Int32Array): Uint8Array {
  const { graph } = network
  const reached = new Uint8Array(graph.length)
  const { computed } = findEachDependents(network, slots, slots.length)
  for (const slot of slots) reached[slot] = 1
  for (let run = 0; run < computed.relation.length; run++) {
    const { writes, width } = graph.relations[computed.relation[run]!]!
    for (let k = computed.from[run]!; k < computed.to[run]!; k++)
      for (let w = 0; w < width; w++) reached[writes[computed.instances[k]! * width + w]!] = 1
  }
  return reached
}

function compileWeighPoints(child: StochasticRelation, slot: number): WeighPoints {
  const constants = noConstants()
  const array = writeArrayDensity(child, constants)
  const { head, lines, value } =
    array === null ? writeDensity(child, constants) : { ...array, value: "value" }
  const observed = createWriter(child, constants).slots(child.writes, child.width)("0")
  // What is the same in every instance still hangs on the point.
  const body = [`s[${slot}] = (k + shifts[n]) * step;`, ...head, ...lines, `out[p + k] = ${value};`]
  // Sums of several values declare their own x.
  const x = array === null ? `const x = s[${observed}];\n` : ""
  return makeFunction<WeighPoints>(
    ["s", "list", "low", "high", "shifts", "places", "to", "step", "out"],
    `for (let n = 0; n < to; n++) {\nconst i = list[n];\nconst p = places[n] - low[n];\n${x}for (let k = low[n]; k < high[n]; k++) {\n${body.join("\n")}\n}\n}`,
    constants,
  )
}
