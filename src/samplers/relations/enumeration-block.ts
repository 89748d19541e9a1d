/** Discrete elements that hang together (a network of causes, hidden states of a chain), drawn jointly where that is small. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { forEachParent, type Relation } from "../../models/relations/relation-graph.ts"
import { findComponents } from "./components.ts"
import { findDependents, findEachDependents } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { type Clique, orderElimination } from "./elimination.ts"
import { classifyFactors, separateFactors } from "./enumeration-classes.ts"
import { bindEnumeration, type EnumerationParts } from "./enumeration-kernel.ts"
import type { EnumerationPart } from "./enumeration-part.ts"
import { findReach, slotsOfAll } from "./linear-set.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"
import { findValues } from "./support.ts"

/** Values of an element, and elements of a relation. */
const MOST_VALUES = 100
const MOST_ELEMENTS = 3000
/** Combinations of values that a block weighs in a sweep: this many, or this many for each element. */
const MOST_COMBINATIONS = 20_000
const MOST_EACH = 300

/** Plain data: one part for each set of elements that tells nothing of the others given the rest. */
export interface EnumerationBlockMatch extends EnumerationParts {
  readonly relations: readonly number[]
}

export const enumerationBlock: RelationBlockSampler<EnumerationBlockMatch> = {
  name: "enumeration-block",
  describe: "exact joint draw of discrete elements that hang together, by tables of their combinations",

  match(model, targets) {
    const blocks = groupTargets(
      model,
      targets.filter((target) => hasFewValues(model, target)),
    ).flatMap((own) => {
      const parts = matchParts(model, own)
      if (parts === null) return []
      const { graph, network } = model
      const sharing = classifyFactors(graph, network.owners, parts)
      const after = findDependents(network, [slotsOfAll(graph, own)]).computed
      const relations = own.map(({ relation }) => relation)
      return [{ targets: own, match: { parts, sharing, after, relations } }]
    })
    return { blocks, reason: "no other discrete elements hang together with it, or too many" }
  },

  explain: ({ relations, parts, sharing }, { graph }) => {
    const names = relations.map((r) => headOf(graph.relations[r]!.text)).join(", ")
    const elements = parts.reduce((total, { slots }) => total + slots.length, 0)
    const densities = parts.reduce((total, { factors }) => total + factors.length, 0)
    const entries = parts.reduce((total, { cliques }) => total + sumOf(cliques), 0)
    return {
      formula: `(${names}): probability ∝ the factors of the joint density that hang on them`,
      because: [
        `${elements} discrete elements drawn jointly: summed out one after another over ${entries} combinations of values, drawn in the opposite order`,
        ...(parts.length === 1
          ? []
          : [`in ${parts.length} parts that tell nothing of each other given the rest`]),
        ...(sharing.count === densities
          ? []
          : [`${densities} densities, ${sharing.count} of them different functions`]),
      ],
    }
  },

  bind: bindEnumeration,

  mend: ({ parts, after }, engine) =>
    parts.map((part) => bindEnumeration({ parts: [part], sharing: separateFactors([part]), after }, engine)),
}

const sumOf = (cliques: readonly Clique[]): number => cliques.reduce((total, { size }) => total + size, 0)

/** Whether a target has few values, that hang on nothing drawn. */
function hasFewValues(model: RelationModel, target: Target): boolean {
  const d = lookupBugsDistribution(relationOf(model.graph, target.relation).distribution)
  if (d.shape !== "scalar" || !d.discrete || d.isDetermined) return false
  return (
    target.instances.length <= MOST_ELEMENTS &&
    findValues(model.engine, target.relation, target.instances).counts.every((count) => count <= MOST_VALUES)
  )
}

/** Targets that are parents of each other or have children together. */
function groupTargets({ network }: RelationModel, targets: readonly Target[]): Target[][] {
  const touched = targets.map(
    (target) =>
      new Set([target.relation, ...findReach(network, [target]).children.map(({ relation }) => relation)]),
  )
  const groups: { targets: Target[]; touched: Set<number> }[] = []
  targets.forEach((target, k) => {
    const own = touched[k]!
    const joined = groups.filter((group) => [...own].some((r) => group.touched.has(r)))
    for (const group of joined) groups.splice(groups.indexOf(group), 1)
    groups.push({
      targets: targets.filter((one) => one === target || joined.some((group) => group.targets.includes(one))),
      touched: new Set([...own, ...joined.flatMap((group) => [...group.touched])]),
    })
  })
  return groups.map((group) => group.targets)
}

/** The parts of a group; null where none has two elements, or all together are too large. */
function matchParts(model: RelationModel, own: readonly Target[]): EnumerationPart[] | null {
  const elements = own.reduce((total, { instances }) => total + instances.length, 0)
  let left = Math.max(MOST_COMBINATIONS, MOST_EACH * elements)
  const parts: EnumerationPart[] = []
  for (const targets of findComponents(model, own, MOST_ELEMENTS)) {
    const part = matchPart(model, targets, left)
    if (part === null) return null
    parts.push(part)
    left -= part.factors.reduce((total, { size }) => total + size, sumOf(part.cliques))
  }
  return parts.some(({ slots }) => slots.length > 1) ? parts : null
}

function matchPart(model: RelationModel, targets: readonly Target[], room: number): EnumerationPart | null {
  const { graph, network } = model
  const { base, owners } = network
  const slots = slotsOfAll(graph, targets)
  const values = targets.map(({ relation, instances }) => findValues(model.engine, relation, instances))
  const counts = Int32Array.from(values.flatMap((each) => [...each.counts]))
  const { weighed } = findEachDependents(network, slots)
  // By global number of an instance the elements that it hangs on: its own, and those above it.
  const scopes = new Map<number, number[]>()
  slots.forEach((slot, k) => {
    const add = (id: number): void => {
      const scope = scopes.get(id)
      if (scope === undefined) scopes.set(id, [k])
      else scope.push(k)
    }
    add(base[owners.relation[slot]!]! + owners.instance[slot]!)
    for (let run = weighed.start[k]!; run < weighed.start[k + 1]!; run++)
      for (let n = weighed.from[run]!; n < weighed.to[run]!; n++)
        add(base[weighed.relation[run]!]! + weighed.instances[n]!)
  })
  const factors = Array.from(scopes, ([id, scope]) => ({
    relation: network.relationOf[id]!,
    instance: id - base[network.relationOf[id]!]!,
    scope,
    size: scope.reduce((size, k) => size * counts[k]!, 1),
  }))
  let left = room
  for (const { size } of factors) left -= size
  if (left < 0) return null
  const cliques = orderElimination(
    counts,
    factors.map(({ scope }) => scope),
  )
  for (const { size } of cliques) left -= size
  if (left < 0) return null
  const own = new Set(slots)
  return {
    slots,
    lowest: Float64Array.from(values.flatMap(({ lowest }) => [...lowest])),
    counts,
    factors,
    cliques,
    computed: findDependents(
      network,
      factors.map(({ scope }) => scope.map((k) => slots[k]!)),
    ).computed,
    ...findChanges(model, factors, own),
  }
}

/** Which factors hang on what is drawn elsewhere, and the data that the others hang on. */
function findChanges(
  { graph, network: { owners } }: RelationModel,
  factors: EnumerationPart["factors"],
  own: ReadonlySet<number>,
): Pick<EnumerationPart, "changes" | "data"> {
  const data = new Set<number>()
  const known = new Map<number, boolean>()
  /** Whether nothing drawn elsewhere stands at a slot or above it. */
  const isKnown = (slot: number): boolean => {
    const before = known.get(slot)
    if (before !== undefined) return before
    const owner = graph.relations[owners.relation[slot]!]
    let is = own.has(slot) || graph.fixed[slot] === 1
    if (is && owner?.kind === "stochastic" && !own.has(slot)) data.add(slot)
    if (!is && owner?.kind === "deterministic") is = areParentsKnown(owner, owners.instance[slot]!)
    known.set(slot, is)
    return is
  }
  const areParentsKnown = (relation: Relation, instance: number): boolean => {
    let are = true
    forEachParent(relation, instance, (slot) => {
      if (!isKnown(slot)) are = false
    })
    return are
  }
  const changes = Uint8Array.from(factors, ({ relation: r, instance }) => {
    const relation = graph.relations[r]!
    const { writes, width } = relation
    const isOwn = [...writes.subarray(instance * width, (instance + 1) * width)].every(isKnown)
    return isOwn && areParentsKnown(relation, instance) ? 0 : 1
  })
  return { changes, data: Int32Array.from(data) }
}
