/**
 * Gamma elements with the numbers that their prior hangs on (rates of Poisson counts and the shape and rate of their
 * population): these numbers from their marginal posterior, elements integrated out, then the elements exactly given them.
 */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { isRefusal } from "../conditional.ts"
import { findCoordinates, findWeighed, isAlone } from "./block-scales.ts"
import { bindCollapsedGamma, type CollapsedGammaMatch } from "./collapsed-gamma-kernel.ts"
import { matchConjugateNumber } from "./conjugate-number.ts"
import { findDependents } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { isCommon } from "./linear.ts"
import { findReach, slotsOfAll } from "./linear-set.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

/** Numbers that are drawn together. */
const MOST_NUMBERS = 6
/** Elements from which on it pays to integrate them out. */
const FEWEST_ELEMENTS = 3

export const collapsedGamma: RelationBlockSampler<CollapsedGammaMatch> = {
  name: "collapsed-gamma",
  describe:
    "the parameters of a gamma prior from their marginal posterior, its elements integrated out, then these exactly",

  match(model, targets) {
    const { graph, network } = model
    const taken = new Set<Target>()
    const blocks = targets.flatMap((elements) => {
      if (!isGamma(model, elements)) return []
      const numbers = targets.filter(
        (target) => !taken.has(target) && target !== elements && isParent(model, target, elements),
      )
      const slots = slotsOfAll(graph, numbers)
      const coordinates = findCoordinates(model, numbers)
      if (slots.length === 0 || slots.length > MOST_NUMBERS || coordinates === null) return []
      const match = matchConjugateNumber(model, elements)
      if (isRefusal(match) || match.family !== "Gamma") return []
      for (const target of numbers) taken.add(target)
      const all = [elements, ...numbers]
      return [
        {
          targets: all,
          match: {
            elements: match,
            numbers: {
              slots,
              relations: slots.map((slot) => network.owners.relation[slot]!),
              instances: slots.map((slot) => network.owners.instance[slot]!),
              coordinates,
              matrices: [],
            },
            numberDependents: findDependents(network, [[...slots]]),
            after: findDependents(network, [[...match.slots, ...slots]]),
            weighed: findWeighed(model, all),
            isAlone: isAlone(model, all),
            relations: all.map(({ relation }) => relation),
          },
        },
      ]
    })
    return {
      blocks,
      reason: "no number hangs on it that only gamma elements with conjugate children hang on",
    }
  },

  explain: ({ relations, elements, numbers }, { graph }) => {
    const [head, ...names] = relations.map((r) => headOf(graph.relations[r]!.text))
    return {
      formula: `(${names.join(", ")}) from their density with ${head} integrated out, then ${head} from its ${elements.family} full conditional`,
      because: [
        `${elements.slots.length} gamma elements with conjugate children; only they hang on the ${numbers.slots.length} number${numbers.slots.length === 1 ? "" : "s"} of their prior`,
      ],
    }
  },

  bind: bindCollapsedGamma,
}

/** Whether a target is many elements with one gamma prior. */
function isGamma({ graph }: RelationModel, { relation, instances }: Target): boolean {
  const one = relationOf(graph, relation)
  return (
    one.distribution === "dgamma" &&
    one.bounds === null &&
    instances.length >= FEWEST_ELEMENTS &&
    one.args.every((arg) => isCommon(one, arg))
  )
}

/** Whether a target is a number, and all that hangs on it are the elements, through their prior alone. */
function isParent({ graph, network }: RelationModel, target: Target, elements: Target): boolean {
  const { width, bounds, distribution } = relationOf(graph, target.relation)
  const d = lookupBugsDistribution(distribution)
  if (width !== 1 || bounds?.kind === "I" || d.shape !== "scalar" || d.discrete || d.isDetermined)
    return false
  const { children } = findReach(network, [target])
  return children.length === 1 && children[0]!.relation === elements.relation
}
