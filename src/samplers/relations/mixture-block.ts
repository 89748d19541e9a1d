/** Mixtures: a few numbers from their marginal posterior, the labels of the observations summed out, then the labels. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type { Instances } from "./block-density.ts"
import { findCoordinates, findWeighed, isAlone } from "./block-scales.ts"
import { findDependents, findEachDependents } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { inlineLabels, type LabelChild } from "./label-children.ts"
import { findReach, slotsOf, slotsOfAll } from "./linear-set.ts"
import { countCoordinates, type MixtureElements } from "./mixture-coordinates.ts"
import { bindMixtureBlock, type MixtureMatch } from "./mixture-kernel.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

/** Coordinates that a step learnt in warm-up can move together, values of a label, and labels times values. */
export const MOST_COORDINATES = 8
const MOST_VALUES = 12
const MOST_WEIGHED = 50_000

/** Distributions of labels, and their values given the length of the first argument. */
const LABELS: Readonly<Record<string, (length: number) => readonly number[]>> = {
  dbern: () => [0, 1],
  dcat: (length) => Array.from({ length }, (_, k) => k + 1),
}

export const mixtureBlock: RelationBlockSampler<MixtureMatch> = {
  name: "mixture-block",
  describe: "few numbers from their marginal posterior, the labels of a mixture summed out, then the labels",

  match(model, targets) {
    const taken = new Set<Target>()
    const blocks = targets.flatMap((target) => {
      const found = matchLabels(model, target, targets)
      if (found === null || found.targets.some((one) => taken.has(one))) return []
      for (const one of found.targets) taken.add(one)
      return [found]
    })
    return { blocks, reason: "no labels hang on it and few other numbers alone" }
  },

  explain: ({ relations, labelRelation }, { graph }) => {
    const names = relations.map((r) => headOf(graph.relations[r]!.text))
    const label = headOf(relationOf(graph, labelRelation).text)
    return {
      formula: `(${names.join(", ")}): density ∝ the factors of the joint density that hang on them, summed over ${label}`,
      because: [`given them each ${label} is independent of the others: drawn from its full conditional`],
    }
  },

  bind: bindMixtureBlock,
  mend: (match, engine) => [bindMixtureBlock(match, engine)],
}

/** The block of one relation of labels with all numbers that they and their children hang on; null where it is none. */
function matchLabels(
  model: RelationModel,
  target: Target,
  targets: readonly Target[],
): { readonly targets: readonly Target[]; readonly match: MixtureMatch } | null {
  const { graph, network, engine } = model
  const labels = relationOf(graph, target.relation)
  const f = engine.functions[target.relation]!
  const { name } = lookupBugsDistribution(labels.distribution)
  const valuesOf = LABELS[name]
  if (valuesOf === undefined || f.kind !== "stochastic" || labels.bounds !== null) return null
  const values = valuesOf(f.argLengths[0]!)
  const { instances } = target
  if (values.length > MOST_VALUES || values.length * instances.length > MOST_WEIGHED) return null
  const children = findChildren(model, target)
  if (children === null) return null
  const weighing = new Set([target.relation, ...children.map(({ relation }) => relation)])
  const parents = targets.filter(
    (other) =>
      !weighing.has(other.relation) &&
      findReach(network, [other]).children.some(({ relation }) => weighing.has(relation)),
  )
  const elements = findElements(model, parents)
  if (elements === null) return null
  const d = countCoordinates(elements)
  if (d === 0 || d > MOST_COORDINATES) return null
  const all = [...parents, target]
  const slots = slotsOf(graph, target)
  return {
    targets: all,
    match: {
      elements,
      labelRelation: target.relation,
      labelInstances: instances,
      labelSlots: Int32Array.from(slots),
      values,
      children,
      after: findDependents(network, [parents.flatMap((one) => slotsOf(graph, one)), slots]),
      others: findOthers(model, parents, [target, ...children]),
      weighed: findWeighed(model, all),
      isAlone: isAlone(model, all),
      relations: parents.map(({ relation }) => relation),
    },
  }
}

/** Densities that parents enter, but for those of some instances. */
export function findOthers(
  model: RelationModel,
  parents: readonly Target[],
  without: readonly Instances[],
): Instances[] {
  return findWeighed(model, parents).flatMap(({ relation, instances }) => {
    const own = new Set(without.flatMap((one) => (one.relation === relation ? [...one.instances] : [])))
    const left = instances.filter((i) => !own.has(i))
    return left.length === 0 ? [] : [{ relation, instances: left }]
  })
}

/** The children of labels when each hangs on one label alone, by functions that can be written down; else null. */
function findChildren({ graph, network }: RelationModel, target: Target): LabelChild[] | null {
  const reach = findReach(network, [target])
  const slots = slotsOf(graph, target)
  const own = new Set(slots)
  const { weighed } = findEachDependents(network, Int32Array.from(slots))
  const found: LabelChild[] = []
  for (const { relation, instances } of reach.children) {
    const child = relationOf(graph, relation)
    const { calling, discrete, isDetermined } = lookupBugsDistribution(child.distribution)
    if (relation === target.relation || calling !== "numbers" || child.bounds !== null || isDetermined)
      return null
    // Labels that hang on each other are summed out elsewhere.
    if (discrete && !child.observed) return null
    const label = new Map<number, number>()
    for (let n = 0; n < slots.length; n++)
      for (let run = weighed.start[n]!; run < weighed.start[n + 1]!; run++) {
        if (weighed.relation[run] !== relation) continue
        for (let k = weighed.from[run]!; k < weighed.to[run]!; k++) {
          if (label.has(weighed.instances[k]!)) return null
          label.set(weighed.instances[k]!, n)
        }
      }
    const isLabel = (slot: number) => own.has(slot)
    const reached = (slot: number) => reach.slots[slot] === 1
    if (inlineLabels(network, child, instances, isLabel, reached) === null) return null
    found.push({ relation, instances, labels: Int32Array.from(instances, (i) => label.get(i)!) })
  }
  return found.length === 0 ? null : found
}

/** Targets as numbers and sets of probabilities with coordinates of their own; null when one of them is something else. */
export function findElements(model: RelationModel, targets: readonly Target[]): MixtureElements | null {
  const { graph } = model
  const numbers: Target[] = []
  const simplices: Int32Array[] = []
  for (const target of targets) {
    const one = relationOf(graph, target.relation)
    const { shape, discrete, isDetermined, name } = lookupBugsDistribution(one.distribution)
    if (discrete || isDetermined || one.bounds?.kind === "I") return null
    if (shape === "scalar" && one.width === 1) numbers.push(target)
    else if (name === "ddirch" && isOpen(model, target))
      for (const i of target.instances) simplices.push(one.writes.slice(i * one.width, (i + 1) * one.width))
    else return null
  }
  const coordinates = findCoordinates(model, numbers)
  if (coordinates === null) return null
  coordinates.kinds.forEach((k, c) => {
    if (k === 3) (coordinates.kinds as Uint8Array)[c] = 0
  })
  return { slots: slotsOfAll(graph, numbers), coordinates, simplices }
}

/** Whether every concentration of Dirichlet priors is known and positive. */
function isOpen({ graph, engine }: RelationModel, { relation, instances }: Target): boolean {
  const f = engine.functions[relation]!
  if (f.kind !== "stochastic") return false
  const args = new Float64Array(f.argsLength)
  return instances.every((i) => {
    f.args(graph.values, i, args)
    return args.every((concentration) => concentration > 0)
  })
}
