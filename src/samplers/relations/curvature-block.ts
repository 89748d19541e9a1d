/**
 * Elements that enter their children smoothly but not as normals (logistic, Poisson and other regressions with random
 * effects, nonlinear means), drawn jointly, with the precisions of the effects beside them.
 */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { lookupFunction } from "../../models/functions/registry.ts"
import type { Relation, RelationExpr } from "../../models/relations/relation-graph.ts"
import { isRefusal } from "../conditional.ts"
import { fewestScales, findCoordinates, findScales, findWeighed, isAlone } from "./block-scales.ts"
import { findColumnSets } from "./column-sets.ts"
import { areAlone, findComponents } from "./components.ts"
import { conjugateSite } from "./conjugate-site.ts"
import { COORDINATE, priorCurvature } from "./curvature-coordinates.ts"
import { curvedArguments, findArgumentGroups, type ReachesArguments } from "./curvature-factors.ts"
import { findArgumentFamilies } from "./curvature-families.ts"
import { bindCurvatureBlock } from "./curvature-kernel.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import { findDependents, findEachWeighed } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { analyseFactors, isCandidate, isLinear } from "./gaussian-block.ts"
import { findFactors } from "./gaussian-factors.ts"
import { bindIntegratedBlock, findManyGroups, MOST_DIMENSIONS } from "./integrated-block.ts"
import { joinKernels } from "./join-kernels.ts"
import { dependsOn, type SlotSet } from "./linear.ts"
import { findReach, NORMALS, type Reach, reachedArguments, slotsOf, slotsOfAll } from "./linear-set.ts"
import { normalSite } from "./normal-site.ts"
import { multiplies, multiplyEachOther, separateProducts } from "./products.ts"
import { bindQuadratureBlock } from "./quadrature-block.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { areScalars } from "./scalar-groups.ts"
import { relationOf } from "./site.ts"
import { type TruncatedMatch, truncatedSite } from "./truncated-site.ts"

/** Elements, and operations of one factorisation, beyond which a block is not tried. */
const MOST_ELEMENTS = 5000
const MOST_OPERATIONS = 3e6

export const curvatureBlock: RelationBlockSampler<CurvatureBlockMatch> = {
  name: "curvature-block",
  describe:
    "joint Metropolis-Hastings draw of elements that enter their children smoothly, from a normal at their conditional mode",

  match(model, targets) {
    const { network, engine } = model
    const elements = targets.filter((target) => isElement(model, target) && isSmooth(model, [target]))
    const smooth = elements.filter((target) => !isManyAlone(model, target))
    const normal = smooth.filter((target) => isCandidate(model, target) && isLinear(model, [target]))
    // Truncated normals have an exact draw of their own; they join a block but make none.
    const truncated = smooth.filter(
      (target) =>
        !normal.includes(target) &&
        !(isRefusal(truncatedSite.match(model, target)) && isRefusal(normalSite.match(model, target))),
    )
    const curved = smooth.filter((target) => !normal.includes(target) && !truncated.includes(target))
    const blocks: { targets: readonly Target[]; match: CurvatureBlockMatch }[] = []
    const othersTaken = new Set<Target>()
    const make = (own: readonly Target[], isUseful: (part: CurvatureMatch) => boolean): boolean => {
      const waiting = targets.filter((target) => !othersTaken.has(target))
      const scales = findScales(model, waiting, own, findReach(network, own))
      const found = findCensored(model, waiting, own)
      const { parts, taken } = matchParts(model, own, scales, found)
      if (parts.length === 0 || !parts.every(isUseful)) return false
      const censored = found.filter((target) =>
        parts.some((part) => part.censored.some(({ relation }) => relation === target.relation)),
      )
      for (const target of [...taken, ...censored]) othersTaken.add(target)
      const all = [...own, ...taken]
      blocks.push({
        targets: [...all, ...censored],
        match: {
          parts,
          relations: all.map(({ relation }) => relation),
          censored: censored.flatMap((target) => matchesOf(model, target)),
        },
      })
      return true
    }
    const others = [...normal, ...truncated]
    const many = elements.filter((target) => !smooth.includes(target))
    const joined = joinMany(model, many, [...curved, ...others]).filter((own) => {
      const isHard = hasSeveralFactors(model, many, own)
      return make(own, (part) => {
        const groups = findManyGroups(part)
        return groups !== null && (!isHard || areScalars(part, groups, engine))
      })
    })
    const isLeft = (target: Target) => !joined.some((own) => own.includes(target))
    for (const group of connect(model, curved.filter(isLeft), others.filter(isLeft)))
      for (const own of separateProducts(model, group)) make(own, () => true)
    return { blocks, reason: "it does not enter its children through smooth functions that are known" }
  },

  explain: ({ relations, parts, censored }, { graph }) => {
    const nameOf = (relation: number) => headOf(graph.relations[relation]!.text)
    const names = relations.map(nameOf)
    const integrated = censored.map(({ relation }) => nameOf(relation)).join(", ")
    const elements = parts.reduce((total, { factors }) => total + factors.slots.length, 0)
    const scales = parts.reduce((total, part) => total + part.scales.length, 0)
    const groups = parts.reduce((total, part) => total + (findManyGroups(part)?.count ?? 1) - 1, 0)
    return {
      formula: `(${names.join(", ")}): density ∝ the factors of the joint density that hang on them`,
      because: [
        `${elements} element${elements === 1 ? "" : "s"} proposed from a normal at the conditional mode with the expected curvature there`,
        ...(scales === 0 ? [] : [`${scales} scale${scales === 1 ? "" : "s"} proposed with them`]),
        ...(groups === 0 ? [] : [`${groups} groups of them integrated out when what they share moves`]),
        ...(parts.length === 1
          ? []
          : [`in ${parts.length} steps: parts that tell nothing of each other given the rest`]),
        ...(integrated === ""
          ? []
          : [
              `${integrated}, known by an interval only, integrated out; then drawn from its distribution, cut off`,
            ]),
      ],
    }
  },

  bind({ parts, censored }, engine) {
    const blocks = parts.map(
      (part) =>
        bindQuadratureBlock(part, engine) ??
        bindIntegratedBlock(part, engine) ??
        bindCurvatureBlock(part, engine),
    )
    if (censored.length === 0) return joinKernels(blocks)
    const drawn = censored.map((site) => truncatedSite.bind(site, engine))
    const joint = joinKernels(blocks)
    return {
      ...joinKernels([...blocks, ...drawn]),
      logDensity: (s) =>
        joint.logDensity!(s) + drawn.reduce((total, { logConditional }) => total + logConditional!(s), 0),
    }
  },

  mend: ({ censored }, engine) => censored.map((site) => truncatedSite.bind(site, engine)),
}

/** Plain data of a block: one match for each part that the rest makes independent of the others. */
export interface CurvatureBlockMatch {
  readonly parts: readonly CurvatureMatch[]
  readonly relations: readonly number[]
  /** What is integrated out, to be drawn after the block. */
  readonly censored: readonly TruncatedMatch[]
}

/** Children of a block that wait for a sampler themselves and of which an interval is all that is known. */
function findCensored(
  model: RelationModel,
  waiting: readonly Target[],
  own: readonly Target[],
): readonly Target[] {
  const { children } = findReach(model.network, own)
  return waiting.filter(
    (target) =>
      children.some(({ relation }) => relation === target.relation) &&
      // In the mean of normals there is a joint draw given what is censored.
      NORMALS[relationOf(model.graph, target.relation).distribution] === undefined &&
      matchesOf(model, target).length > 0,
  )
}

function matchesOf(model: RelationModel, target: Target): TruncatedMatch[] {
  const match = truncatedSite.match(model, target)
  return isRefusal(match) ? [] : [match]
}

/** Matches of the independent parts of a group, with the scales that they took; no parts where one of them is too large. */
function matchParts(
  model: RelationModel,
  own: readonly Target[],
  scales: readonly Target[],
  censored: readonly Target[],
): { readonly parts: readonly CurvatureMatch[]; readonly taken: readonly Target[] } {
  const isOf = (list: readonly Target[]) => (target: Target) =>
    list.some(({ relation }) => relation === target.relation)
  const split = (taken: readonly Target[]) =>
    findComponents(model, [...own, ...taken]).map((part) => ({
      elements: part.filter(isOf(own)),
      scales: part.filter(isOf(taken)),
    }))
  // A relation of scales of which some part has too many, or no element with them, is left to others as a whole.
  const all = split(scales)
  const refused = all.flatMap((part) => {
    const few = part.elements.length === 0 ? [] : fewestScales(part.scales)
    return part.scales.filter((target) => !few.includes(target))
  })
  const taken = scales.filter((target) => !isOf(refused)(target))
  const parts: CurvatureMatch[] = []
  for (const part of refused.length === 0 ? all : split(taken)) {
    const match = matchPart(model, part.elements, part.scales, censored)
    if (match === null) return { parts: [], taken: [] }
    parts.push(match)
  }
  return { parts, taken }
}

/** The match of one part; null where it is too large, or a bound is not known. */
function matchPart(
  model: RelationModel,
  own: readonly Target[],
  scales: readonly Target[],
  censored: readonly Target[],
): CurvatureMatch | null {
  const { graph, network, engine } = model
  const slots = slotsOfAll(graph, own)
  if (slots.length > MOST_ELEMENTS) return null
  const coordinates = findCoordinates(model, own)
  if (coordinates === null) return null
  const reach = findReach(network, own)
  const isScaled = (column: number) => coordinates.kinds[column] !== COORDINATE.identity
  const children = findEachWeighed(network, slots)
  const sets = findColumnSets(network, slots, children)
  const normals: Reach = {
    ...reach,
    children: reach.children.filter(({ relation }) => {
      const child = relationOf(graph, relation)
      return NORMALS[child.distribution] !== undefined && reachedArguments(child, reach).includes(0)
    }),
  }
  const reaches = bindReaches(model, own)
  const means = (relation: number) => reaches(relation, [0])
  const factors = { ...findFactors(network, engine, slots, normals, isScaled, children, sets, means), sets }
  const all = [...own, ...scales]
  const weighed = findWeighed(model, all)
  // Of what is integrated out, the instances that this part is about.
  const integrated = weighed.filter(({ relation }) => censored.some((target) => target.relation === relation))
  const sites = integrated.flatMap((target) => matchesOf(model, target))
  const elements = { slots, weighed: children, sets, isScaled, reaches }
  const { groups, direction } = findArgumentGroups(network, engine, reach, elements, sites)
  const analysed = analyseFactors({ slots, groups: [...factors.groups, ...groups] })
  if (analysed.symbolic.flops > MOST_OPERATIONS) return null
  const scaleSlots = slotsOfAll(graph, scales)
  return {
    factors,
    groups,
    direction,
    coordinates,
    ...analysed,
    children,
    owners: {
      relation: slots.map((slot) => network.owners.relation[slot]!),
      instance: slots.map((slot) => network.owners.instance[slot]!),
    },
    scales: scaleSlots,
    scaleCoordinates: findCoordinates(model, scales)!,
    after: findDependents(network, [slotsOfAll(graph, all)]),
    weighed: weighed.filter((one) => !integrated.includes(one)),
    censored: sites,
    isAlone: isAlone(model, [...all, ...integrated]),
    isTwisted: multiplyEachOther(model, own),
  }
}

/** Which elements of targets hang on which arguments of their children. */
function bindReaches({ graph, network }: RelationModel, own: readonly Target[]): ReachesArguments {
  const alone = own.map((target) => findReach(network, [target]).slots)
  const start = [0]
  for (const { relation, instances } of own)
    start.push(start.at(-1)! + instances.length * graph.relations[relation]!.width)
  return (relation, positions) => {
    const child = relationOf(graph, relation)
    const reached = new Uint8Array(start[own.length]!)
    for (let k = 0; k < own.length; k++)
      if (positions.some((position) => dependsOn(child, child.args[position]!, alone[k]!)))
        reached.fill(1, start[k]!, start[k + 1]!)
    return reached
  }
}

/** Whether a target is of a kind that a block can hold: normal, or a number whose prior is known and that has no conjugate draw. */
function isElement(model: RelationModel, target: Target): boolean {
  if (isCandidate(model, target)) return true
  const one = relationOf(model.graph, target.relation)
  if (one.width !== 1 || priorCurvature(one.distribution) === undefined) return false
  if (one.bounds?.kind === "I" || isSpread(model, target)) return false
  return isRefusal(conjugateSite.match(model, target))
}

/** Elements with children of their own beyond which a joint step is so short that one at a time they come further. */
const MANY = 400

/**
 * Whether a target is many elements of which no two share a child (abilities of a thousand persons): given the rest they are
 * independent, and each is better drawn by itself.
 */
function isManyAlone({ graph, network }: RelationModel, target: Target): boolean {
  if (target.instances.length <= MANY || isNormalThroughout(graph, network, target)) return false
  return areAlone(network, slotsOf(graph, target))
}

/**
 * Groups in which such elements are integrated out when the few others move that their children hang on (the difficulties of a
 * test, with a factor of all abilities or without).
 */
const joinMany = (
  model: RelationModel,
  many: readonly Target[],
  others: readonly Target[],
): readonly (readonly Target[])[] =>
  many.length === 0
    ? []
    : connect(model, many, others).filter((own) => {
        const few = own.filter((target) => !many.includes(target))
        return few.length > 0 && countElements(few) <= MOST_DIMENSIONS
      })

/** Whether several factors multiply such elements. Each may all but vanish: they do better one after another, or with exact integrals. */
const hasSeveralFactors = (model: RelationModel, many: readonly Target[], own: readonly Target[]): boolean =>
  own.some(
    (target) =>
      !many.includes(target) &&
      target.instances.length > 1 &&
      many.some((vector) => multiplies(model, target, vector)),
  )

const countElements = (targets: readonly Target[]): number =>
  targets.reduce((total, { instances }) => total + instances.length, 0)

/** Whether all children are normal: such elements have an exact joint draw, however many they are. */
const isNormalThroughout = (
  graph: RelationModel["graph"],
  network: RelationModel["network"],
  target: Target,
): boolean =>
  findReach(network, [target]).children.every(
    ({ relation }) => NORMALS[relationOf(graph, relation).distribution] !== undefined,
  )

/** Distributions of which the second argument says how far values spread. */
const SPREADING = ["dnorm", "dlnorm", "dt", "ddexp", "dlogis", "dmnorm"]

/** Whether a target says how far its children spread and nothing else: such go with a block, not in it. */
function isSpread({ graph, network }: RelationModel, target: Target): boolean {
  const reach = findReach(network, [target])
  return reach.children.every(({ relation }) => {
    const child = relationOf(graph, relation)
    const { name } = lookupBugsDistribution(child.distribution)
    return SPREADING.includes(name) && reachedArguments(child, reach).join() === "1"
  })
}

/** Whether everything between targets and their children is smooth, and every child known. */
function isSmooth({ graph, network }: RelationModel, targets: readonly Target[]): boolean {
  const reach = findReach(network, targets)
  const inSet = reach.slots
  if (!reach.computed.every((r) => r.kind === "stochastic" || isSmoothIn(r, r.value, inSet))) return false
  return reach.children.every(({ relation }) => {
    const child = relationOf(graph, relation)
    const reached = reachedArguments(child, reach)
    if (!reached.every((k) => isSmoothIn(child, child.args[k]!, inSet))) return false
    const { bounds } = child
    if (bounds !== null) {
      if (bounds.kind === "T") return false
      for (const bound of [bounds.lower, bounds.upper])
        if (bound !== null && dependsOn(child, bound, inSet)) return false
    }
    const curved = curvedArguments(reach, child)
    const { name } = lookupBugsDistribution(child.distribution)
    return curved.length === 0 || findArgumentFamilies(name, curved) !== null
  })
}

function isSmoothIn(relation: Relation, e: RelationExpr, inSet: SlotSet): boolean {
  if (!dependsOn(relation, e, inSet)) return true
  if (e.op === "gather")
    return relation.gathers[e.gather]!.indices.every(({ value }) => !dependsOn(relation, value, inSet))
  if (e.op !== "call") return true
  if (e.name === "ifelse")
    return (
      !dependsOn(relation, e.args[0]!, inSet) && e.args.slice(1).every((x) => isSmoothIn(relation, x, inSet))
    )
  const f = lookupFunction(e.name, e.args.length)
  if (f.kind === "scalar" && f.derivative === undefined) return false
  if (f.kind === "array" && f.linear === undefined && f.differentiate === undefined) return false
  return e.args.every((arg) => isSmoothIn(relation, arg, inSet))
}

/** Curved targets in groups that share children or are parents of each other, each with the other targets that join them. */
function connect(model: RelationModel, curved: readonly Target[], others: readonly Target[]): Target[][] {
  const all = [...curved, ...others]
  const touches = all.map(
    (target) =>
      new Set([
        target.relation,
        ...findReach(model.network, [target]).children.map(({ relation }) => relation),
      ]),
  )
  const group = all.map((_, k) => k)
  const root = (k: number): number => (group[k] === k ? k : root(group[k]!))
  all.forEach((_, a) => {
    for (let b = 0; b < a; b++) if ([...touches[a]!].some((r) => touches[b]!.has(r))) group[root(a)] = root(b)
  })
  const found = new Map<number, Target[]>()
  all.forEach((target, k) => {
    found.set(root(k), [...(found.get(root(k)) ?? []), target])
  })
  return [...found.values()].filter((own) => own.some((target) => curved.includes(target)))
}
