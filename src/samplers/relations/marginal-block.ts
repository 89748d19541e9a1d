/**
 * Elements drawn with others integrated out that have an exact conditional: the hyperparameters of conjugate elements
 * (`p[i] ~ dbeta(a, b)`, `r[i] ~ dbin(p[i], n[i])`: a and b), and discrete elements that means hang on (a change point in a regression).
 */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { isRefusal } from "../conditional.ts"
import { findCoordinates, findWeighed } from "./block-scales.ts"
import { findComponents } from "./components.ts"
import { conjugateSite } from "./conjugate-site.ts"
import { curvatureBlock } from "./curvature-block.ts"
import { findDependents } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { gaussianBlock } from "./gaussian-block.ts"
import { joinKernels } from "./join-kernels.ts"
import { findReach, isNormal, reachedArguments, slotsOf } from "./linear-set.ts"
import { bindMarginal, type ContinuousPart, type DiscretePart } from "./marginal-kernel.ts"
import { normalSite } from "./normal-site.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"
import { findValues } from "./support.ts"

/** Numbers with one marginal density. */
const MOST_OUTER = 6
/** Discrete elements of a block, the values of each, and the operations of a factorisation times values. */
const MOST_DISCRETE = 4
const MOST_VALUES = 200
const MOST_OPERATIONS = 2e5

/** Plain data. */
export interface MarginalMatch {
  readonly parts: readonly (DiscretePart | ContinuousPart)[]
  /** Relations drawn from marginal densities, and those integrated out. */
  readonly outer: readonly number[]
  readonly inner: readonly number[]
}

export const marginalBlock: RelationBlockSampler<MarginalMatch> = {
  name: "marginal-block",
  describe: "elements from their marginal density, others that have an exact draw integrated out, then these",

  match(model, targets) {
    const continuous = findHyperparameters(model, targets)
    const used = new Set(continuous.flatMap((block) => block.targets))
    const rest = targets.filter((target) => !used.has(target))
    const switches = findSwitches(model, rest)
    return {
      blocks: [...continuous, ...(switches.length > 0 ? switches : findBreaks(model, rest))],
      reason: "what hangs on it has no exact draw that it could be integrated over",
    }
  },

  explain: ({ outer, inner }, { graph }) => {
    const [drawn, integrated] = [outer, inner].map((list) =>
      list.map((r) => headOf(graph.relations[r]!.text)).join(", "),
    )
    return {
      formula: `(${drawn}): density ∝ joint density / density of (${integrated}) given the rest`,
      because: [`given all else (${integrated}) has an exact draw, and is integrated out`],
    }
  },

  bind: ({ parts }, engine) => joinKernels(parts.map((part) => bindMarginal(part, engine))),
}

interface Found {
  readonly targets: readonly Target[]
  readonly match: MarginalMatch
}

/** Numbers of which every child is a conjugate element, or another such number. */
function findHyperparameters(model: RelationModel, targets: readonly Target[]): Found[] {
  const { graph, network } = model
  const isInner = (target: Target): boolean => {
    const match = conjugateSite.match(model, target)
    if (isRefusal(match)) return false
    const alone = findComponents(model, [target])
    return (
      conjugateSite.bind(match, model.engine).logConditional !== undefined &&
      // More than one, each with children of its own.
      target.instances.length > 1 &&
      alone.length === target.instances.length
    )
  }
  return targets.filter(isInner).flatMap((inner): Found[] => {
    const outer = targets.filter((target) => {
      if (target === inner) return false
      const one = relationOf(graph, target.relation)
      const d = lookupBugsDistribution(one.distribution)
      if (one.width !== 1 || d.shape !== "scalar" || d.discrete || d.isDetermined) return false
      if (one.bounds?.kind === "I") return false
      const { children } = findReach(network, [target])
      return children.length > 0 && children.every(({ relation }) => relation === inner.relation)
    })
    const all = [...outer, inner]
    const parts: ContinuousPart[] = []
    for (const part of findComponents(model, all)) {
      const own = part.filter(({ relation }) => relation !== inner.relation)
      const under = part.filter(({ relation }) => relation === inner.relation)
      const coordinates = findCoordinates(model, own)
      const slots = own.flatMap((target) => slotsOf(graph, target))
      if (coordinates === null || slots.length === 0 || slots.length > MOST_OUTER) return []
      const matches = under.map((target) => conjugateSite.match(model, target))
      parts.push({
        kind: "continuous",
        outer: Int32Array.from(slots),
        coordinates,
        after: findDependents(network, [slots]),
        inner: matches.flatMap((match) => (isRefusal(match) ? [] : [{ kind: "conjugate" as const, match }])),
        weighed: findWeighed(model, part),
      })
    }
    if (parts.length === 0) return []
    return [
      {
        targets: all,
        match: { parts, outer: outer.map(({ relation }) => relation), inner: [inner.relation] },
      },
    ]
  })
}

/** A few discrete elements that the mean of the normal children of a joint normal draw hangs on. */
function findSwitches(model: RelationModel, targets: readonly Target[]): Found[] {
  const { graph, network, engine } = model
  const discrete = targets.filter((target) => {
    if (target.instances.length > MOST_DISCRETE) return false
    const d = lookupBugsDistribution(relationOf(graph, target.relation).distribution)
    return d.shape === "scalar" && d.discrete && !d.isDetermined
  })
  // To find what could be integrated out takes long for models with many rows.
  if (discrete.length === 0) return []
  const taken = new Set<Target>()
  return gaussianBlock.match(model, targets).blocks.flatMap(({ targets: own, match }): Found[] => {
    const touched = new Set(match.factors.groups.map(({ relation }) => relation))
    const outer = discrete.filter((target) => {
      if (taken.has(target)) return false
      if (!findReach(network, [target]).children.some(({ relation }) => touched.has(relation))) return false
      const { counts } = findValues(engine, target.relation, target.instances)
      return counts.every((count) => count <= MOST_VALUES && count * match.symbolic.flops <= MOST_OPERATIONS)
    })
    if (outer.length === 0) return []
    for (const target of outer) taken.add(target)
    const values = outer.map(({ relation, instances }) => findValues(engine, relation, instances))
    const slots = outer.flatMap((target) => slotsOf(graph, target))
    const part: DiscretePart = {
      kind: "discrete",
      outer: Int32Array.from(slots),
      lowest: Float64Array.from(values.flatMap(({ lowest }) => [...lowest])),
      counts: Int32Array.from(values.flatMap(({ counts }) => [...counts])),
      after: findDependents(
        network,
        slots.map((slot) => [slot]),
      ),
      inner: [{ kind: "gaussian", match }],
      weighed: findWeighed(model, [...outer, ...own]),
    }
    return [foundOver(part, outer, own)]
  })
}

/** Numbers that the mean of these children hangs on without a slope that is known: a change point on a continuous scale. */
function findBreaks(model: RelationModel, targets: readonly Target[]): Found[] {
  const { graph, network } = model
  const broken = targets.filter((target) => {
    const one = relationOf(graph, target.relation)
    const d = lookupBugsDistribution(one.distribution)
    if (one.width !== 1 || d.shape !== "scalar" || d.discrete || d.isDetermined) return false
    if (one.bounds?.kind === "I" || target.instances.length > MOST_DISCRETE) return false
    const reach = findReach(network, [target])
    return (
      reach.children.length > 0 &&
      reach.children.every(({ relation }) => {
        const child = relationOf(graph, relation)
        return isNormal(child) && reachedArguments(child, reach).join() === "0"
      }) &&
      isRefusal(conjugateSite.match(model, target)) &&
      isRefusal(normalSite.match(model, target)) &&
      curvatureBlock.match(model, [target]).blocks.length === 0
    )
  })
  if (broken.length === 0) return []
  return gaussianBlock.match(model, targets).blocks.flatMap(({ targets: own, match }): Found[] => {
    const touched = new Set(match.factors.groups.map(({ relation }) => relation))
    const outer = broken.filter(
      (target) =>
        !own.includes(target) &&
        findReach(network, [target]).children.every(({ relation }) => touched.has(relation)),
    )
    const slots = outer.flatMap((target) => slotsOf(graph, target))
    const coordinates = findCoordinates(model, outer)
    if (slots.length === 0 || slots.length > MOST_OUTER || coordinates === null) return []
    if (match.symbolic.flops > MOST_OPERATIONS / 10) return []
    const part: ContinuousPart = {
      kind: "continuous",
      outer: Int32Array.from(slots),
      coordinates,
      after: findDependents(network, [slots]),
      inner: [{ kind: "gaussian", match }],
      weighed: findWeighed(model, [...outer, ...own]),
    }
    return [foundOver(part, outer, own)]
  })
}

/** The block of one part: `outer` from the density with `own` integrated out. */
const foundOver = (
  part: DiscretePart | ContinuousPart,
  outer: readonly Target[],
  own: readonly Target[],
): Found => ({
  targets: [...outer, ...own],
  match: {
    parts: [part],
    outer: outer.map(({ relation }) => relation),
    inner: own.map(({ relation }) => relation),
  },
})
