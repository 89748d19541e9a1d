/**
 * Normal elements with the precisions that only they hang on: precisions from their marginal posterior, elements
 * integrated out, then the elements exactly given them.
 */

import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type { RelationGraph } from "../../models/relations/relation-graph.ts"
import { fewestScales, findCoordinates, findScales, findWeighed, isAlone } from "./block-scales.ts"
import { bindCollapsedBlock, type CollapsedBlockMatch } from "./collapsed-kernel.ts"
import { findDependents } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { gaussianBlock } from "./gaussian-block.ts"
import type { FactorGroup } from "./gaussian-factors.ts"
import { dependsOn, isCommon, type SlotSet } from "./linear.ts"
import { findPath, findReach, type Reach, slotsOf, slotsOfAll } from "./linear-set.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { type MatrixScale, matrixDimension } from "./scale-coordinates.ts"
import { relationOf } from "./site.ts"

/** Operations of one factorisation beyond which the precisions are drawn given the elements. */
const MOST_OPERATIONS = 300_000

export const collapsedBlock: RelationBlockSampler<CollapsedBlockMatch> = {
  name: "collapsed-block",
  describe:
    "precisions from their marginal posterior, normal elements integrated out, then these exactly given them",

  match(model, targets) {
    const { graph, network } = model
    const taken = new Set<Target>()
    const blocks = gaussianBlock.match(model, targets).blocks.flatMap(({ targets: own, match }) => {
      if (match.symbolic.flops > MOST_OPERATIONS) return []
      const reach = findReach(network, own)
      const reduced = match.factors.groups.map((group) => isReducible(model, group, reach))
      const isOwn = (target: Target) =>
        !taken.has(target) && isCovered(model, target, match.factors.groups, reduced)
      const numbers = fewestScales(findScales(model, targets, own, reach)).filter(isOwn)
      const matrices = findMatrices(model, targets, numbers).filter(isOwn)
      const scales = [...numbers, ...matrices]
      if (scales.length === 0) return []
      for (const target of scales) taken.add(target)
      const slots = slotsOfAll(graph, numbers)
      const all = scales.flatMap((target) => slotsOf(graph, target))
      return [
        {
          targets: [...own, ...scales],
          match: {
            ...match,
            reduced: Uint8Array.from(reduced, Number),
            scales: {
              slots,
              relations: slots.map((slot) => network.owners.relation[slot]!),
              instances: slots.map((slot) => network.owners.instance[slot]!),
              coordinates: findCoordinates(model, numbers)!,
              matrices: matrices.flatMap(({ relation, instances }) =>
                Array.from(instances, (instance) => matrixOf(graph, relation, instance)),
              ),
            },
            // Only what the precisions of the children are computed from: the elements' own dependents come last.
            scaleDependents: findDependents(network, [all]),
            after: findDependents(network, [[...match.factors.slots, ...all]]),
            weighed: findWeighed(model, [...own, ...scales]),
            isAlone: isAlone(model, [...own, ...scales]),
            relations: [...own, ...scales].map(({ relation }) => relation),
          },
        },
      ]
    })
    return {
      blocks,
      reason: "no precision hangs on normal elements alone, with children that only data multiply",
    }
  },

  explain: ({ relations, scales, factors }, { graph }) => {
    const names = relations.map((r) => headOf(graph.relations[r]!.text))
    const count = scales.slots.length + scales.matrices.length
    return {
      formula: `(${names.join(", ")}): scales from their density with the ${factors.slots.length} normal elements integrated out, then these from their joint normal`,
      because: [
        `${factors.slots.length} normal element${factors.slots.length === 1 ? "" : "s"}; every child is normal with a mean linear in them`,
        `${count} scale${count === 1 ? "" : "s"} that only they and their children hang on`,
      ],
    }
  },

  bind: bindCollapsedBlock,
}

/** Whether the sums of a group's products never change but for one precision: slopes, values and the rest of the mean are data. */
function isReducible({ graph }: RelationModel, group: FactorGroup, reach: Reach): boolean {
  if (!group.fixed || group.spread !== "precision") return false
  const child = relationOf(graph, group.relation)
  const spread = child.args[1]!
  // A matrix is read element by element, not computed.
  if (!isCommon(child, spread) || (group.width > 1 && spread.op === "call")) return false
  const isKnown = (slot: number) => graph.fixed[slot] === 1 || reach.slots[slot] === 1
  const own = Array.from(group.instances, (i) => [
    ...child.writes.subarray(i * child.width, (i + 1) * child.width),
  ]).flat()
  if (!own.every(isKnown)) return false
  const isOther = reach.slots.map((_, slot) => (isKnown(slot) ? 0 : 1))
  return (
    !dependsOn(child, child.args[0]!, isOther) &&
    findPath(graph, reach, child, child.args[0]!).every(
      (relation) => relation.kind === "stochastic" || !dependsOn(relation, relation.value, isOther),
    )
  )
}

/** Coordinates of the scales of a block: its proposals are learnt for few. */
const MOST_COORDINATES = 6
/** Priors of precision matrices. */
const MATRIX_PRIORS: readonly string[] = ["dwish", "dscaled.wishart"]

/** Targets that are precision matrices, as many as there is room for beside the scales that are numbers. */
function findMatrices(
  { graph }: RelationModel,
  targets: readonly Target[],
  numbers: readonly Target[],
): readonly Target[] {
  let room = MOST_COORDINATES - numbers.reduce((total, { instances }) => total + instances.length, 0)
  return targets.filter(({ relation, instances }) => {
    const { distribution, width } = relationOf(graph, relation)
    if (!MATRIX_PRIORS.includes(lookupBugsDistribution(distribution).name)) return false
    const dimension = matrixDimension(Math.round(Math.sqrt(width))) * instances.length
    if (dimension > room) return false
    room -= dimension
    return true
  })
}

function matrixOf(graph: RelationGraph, relation: number, instance: number): MatrixScale {
  const { width, writes } = relationOf(graph, relation)
  return {
    relation,
    instance,
    width: Math.round(Math.sqrt(width)),
    slots: writes.slice(instance * width, (instance + 1) * width),
  }
}

/** Whether all children of a scale stand in groups that are reduced, and none hangs on it but by its precision. */
function isCovered(
  { graph, network }: RelationModel,
  target: Target,
  groups: readonly FactorGroup[],
  reduced: readonly boolean[],
): boolean {
  const { slots, children } = findReach(network, [target])
  return children.every(({ relation, instances }) => {
    const g = groups.findIndex((group) => group.relation === relation)
    if (g < 0 || !reduced[g]) return false
    const known = new Set(groups[g]!.instances)
    return instances.every((i) => known.has(i)) && !reads(graph, relation, slots)
  })
}

/** Whether the mean of a relation hangs on a set. */
const reads = (graph: RelationGraph, relation: number, inSet: SlotSet): boolean => {
  const child = relationOf(graph, relation)
  return dependsOn(child, child.args[0]!, inSet)
}
