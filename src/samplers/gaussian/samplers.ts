/** The two joint samplers of Gaussian hierarchical models, as the registry lists them. */
import { isRefusal } from "../conditional.ts"
import type { Explanation, JointSampler } from "../sampler.ts"
import { bindBlocked, type LoweredBlocked, lowerBlocked, matchBlocked } from "./blocked.ts"
import { type CollapsedMatch, type LoweredCollapsed, lowerCollapsed, matchCollapsed } from "./collapsed.ts"
import { bindCollapsed } from "./collapsed-kernel.ts"
import { costOfFactorisation, isSparselyFactorised, refusalBySize } from "./factorisation-cost.ts"
import type { GaussianModel } from "./gaussian-model.ts"
import {
  bindInterweave,
  type InterweaveMatch,
  type LoweredInterweave,
  lowerInterweave,
  matchInterweave,
} from "./interweave.ts"
import { costOfNests, findNests } from "./nested-statistics.ts"
import { coordinatesOf } from "./spread-space.ts"

export const blocked: JointSampler<GaussianModel, LoweredBlocked> = {
  name: "gaussian-block",
  match: matchBlocked,
  describe: (model) => ({ targets: locationsOf(model), cost: costOfFactorisation(model), dimension: 0 }),
  explain: (model) => ({
    conditional: null,
    density: NORMAL,
    because: [...describeModel(model), ...describeRest(model)],
  }),
  lower: lowerBlocked,
  bind: bindBlocked,
}

export const collapsed: JointSampler<CollapsedMatch, LoweredCollapsed> = {
  name: "collapsed",
  match: (context) => {
    const match = matchCollapsed(context)
    if (isRefusal(match) || findNests(match.model) !== null) return match
    return refusalBySize(match.model, 2) ?? match
  },
  describe: ({ model }) => {
    const spreads = [...model.effects.map((e) => e.spread), model.residual]
    return {
      targets: [...spreads.flatMap(({ node }) => (node === null ? [] : [node])), ...locationsOf(model)],
      cost: costOfCollapsed(model),
      dimension: spreads.reduce((total, spread) => total + coordinatesOf(spread), 0),
    }
  },
  explain: ({ model }): Explanation => ({
    conditional: null,
    density: `p(spreads | data) ∝ p(spreads) × ∫ p(data | b, u, spreads) p(b) p(u | spreads) db du by Metropolis–Hastings, then b, u | spreads, data ~ ${NORMAL}`,
    because: [
      ...describeModel(model),
      ...(findNests(model) === null
        ? describeRest(model)
        : ["each factor is nested in the next: all are eliminated level by level"]),
      "the spreads move as if the coefficients and effects were not there: no random walk between them",
      "warm-up decides what is added: nothing where proposals are taken and tails mix; slices or interweaved draws in every third sweep where tails mix poorly; some coordinates at a time where few proposals are taken; slices or interweaved draws in every sweep, and a warning, where few of those are",
    ],
  }),
  lower: (match) => lowerCollapsed(match, costOfCollapsed(match.model)),
  bind: bindCollapsed,
}

export const interweave: JointSampler<InterweaveMatch, LoweredInterweave> = {
  name: "interweave",
  match: matchInterweave,
  describe: ({ model, terms }) => ({
    targets: terms.flatMap(({ effect }) => {
      const { node, spread } = model.effects[effect]!
      return [...(spread.node === null ? [] : [spread.node]), node]
    }),
    cost: 0,
    dimension: 0,
  }),
  explain: (): Explanation => ({
    conditional: null,
    density:
      "p(spread | standardised effects, data) by slices, effects = factor of the covariance × standardised effects",
    because: [
      "a spread and its effects move together: given the effects alone, a small spread would hardly move",
      "warm-up measures how far: a spread that moves well given the effects takes this step in every eighth sweep",
    ],
  }),
  lower: lowerInterweave,
  bind: bindInterweave,
}

const NORMAL = "MultivariateNormal(inverse(Q) h, inverse(Q)), Q and h those of the mixed-model equations"

const locationsOf = (model: GaussianModel): string[] => [
  ...model.coefficients.map((c) => c.node),
  ...model.effects.map((e) => e.node),
]

const describeModel = (model: GaussianModel): string[] => [
  `${model.child.rows} normal rows, their mean linear in ${locationsOf(model).join(", ")}`,
  "normal priors of all of these given the spreads",
]

const describeRest = (model: GaussianModel): string[] =>
  isSparselyFactorised(model)
    ? ["few levels of the factors beside the largest meet: their equations are factorised as a sparse matrix"]
    : []

/** Multiplications of one evaluation of the spreads' density: nested factors are eliminated one after another. */
function costOfCollapsed(model: GaussianModel): number {
  const nests = findNests(model)
  return nests === null ? costOfFactorisation(model) : costOfNests(nests, model.coefficients.length)
}
