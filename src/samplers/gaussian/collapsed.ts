import { isRefusal, type Refusal, refusal } from "../conditional.ts"
import type { LoweringContext } from "../kernel/lowering-context.ts"
import { applyBounds, type BoundedSd, boundedSds, removeBounds } from "./bounds.ts"
import { findGaussianModel, type GaussianModel, otherNodes } from "./gaussian-model.ts"
import { interweavedTerms, type LoweredInterweave, lowerInterweave } from "./interweave.ts"
import { classifyLevels } from "./level-classes.ts"
import { bindMarginal, type Marginal, type MarginalData } from "./marginal.ts"
import { findNests, reduceNests } from "./nested-statistics.ts"
import { approachMode, findMode, fitAtMode, type Proposal, proposalAt } from "./proposal.ts"
import { coordinatesOf, insideSupport, type SpreadPrior, spreadPrior } from "./spread-space.ts"
import { reduceRows } from "./statistics.ts"
import { ENOUGH, type ThinnedModel, thinLevels } from "./thin-levels.ts"

export interface CollapsedMatch {
  readonly model: GaussianModel
  readonly priors: readonly (SpreadPrior | null)[]
}

export interface LoweredCollapsed extends MarginalData {
  readonly bounds: readonly BoundedSd[]
  /** Of φ without its bounds. */
  readonly proposal: Proposal
  /** Moves of the spreads alone before the first sweep of warm-up. */
  readonly pilot: number
  /** What moves the spreads given the effects where few proposals are taken; null where slices of the marginal density do. */
  readonly interweave: LoweredInterweave | null
}

/** Takes a whole model: every latent node is a coefficient, an effect or the spread of some. */
export function matchCollapsed(context: LoweringContext): CollapsedMatch | Refusal {
  const model = findGaussianModel(context)
  if (isRefusal(model)) return model
  const [other] = otherNodes(context.graph, model)
  if (other !== undefined)
    return refusal("other-node", `${other} is neither a coefficient nor an effect nor a spread`)
  const priors: (SpreadPrior | null)[] = []
  const nodes = new Set<string>()
  for (const spread of spreadsOf(model)) {
    const prior = spreadPrior(context.graph, spread)
    if (prior !== null && isRefusal(prior)) return prior
    if (spread.node !== null && nodes.has(spread.node))
      return refusal("shared-spread", `${spread.node} is shared`)
    if (spread.node !== null) nodes.add(spread.node)
    priors.push(prior)
  }
  return { model, priors }
}

const spreadsOf = (model: GaussianModel) => [...model.effects.map((e) => e.spread), model.residual]

/**
 * Reduces the rows and fits the proposal; both are the same for every chain.
 * @param cost multiplications of one factorisation
 * @param enough levels that tell the mode well enough to begin from, where there are many times as many
 */
export function lowerCollapsed(
  { model, priors }: CollapsedMatch,
  cost: number,
  enough = ENOUGH,
): LoweredCollapsed {
  const nests = findNests(model)
  const { statistics, nested } =
    nests === null ? { statistics: reduceRows(model), nested: null } : reduceNests(model, nests)
  const data: MarginalData = {
    statistics,
    classes: nested === null ? classifyLevels(statistics) : null,
    nested,
    coefficients: model.coefficients,
    spreads: spreadsOf(model),
    priors,
  }
  const marginal = bindMarginal(data)
  const bounds = boundedSds(data.spreads, priors)
  const start = startingPoint(data, marginal.dimension)
  removeBounds(bounds, start)
  const thin =
    nested === null ? thinLevels(model, data.classes?.different ?? statistics.levels, enough) : null
  const pilot = Math.floor(Math.min(PILOT_MOVES, PILOT_MULTIPLICATIONS / Math.max(1, cost)))
  return {
    ...data,
    bounds,
    proposal: fitProposal(thin, data, bounds, densityWithin(bounds, marginal), start),
    pilot,
    interweave:
      marginal.dimension <= MOST_SLICED || thin !== null
        ? null
        : lowerInterweave({ model, terms: interweavedTerms(model, priors) }),
  }
}

/** The density of φ without its bounds. */
function densityWithin(bounds: readonly BoundedSd[], marginal: Marginal): (x: Float64Array) => number {
  const phi = new Float64Array(marginal.dimension)
  return (x) => {
    phi.set(x)
    const jacobian = applyBounds(bounds, phi)
    return marginal.logDensity(phi) + jacobian
  }
}

/** At the mode, which of very many levels is approached from that of some. */
function fitProposal(
  thin: ThinnedModel | null,
  data: MarginalData,
  bounds: readonly BoundedSd[],
  logDensity: (x: Float64Array) => number,
  start: Float64Array,
): Proposal {
  if (thin === null) return fitAtMode(logDensity, start)
  const some = reduceRows(thin.thinned)
  const part = bindMarginal({ ...data, statistics: some, classes: classifyLevels(some) })
  const near = findMode(densityWithin(bounds, part), start)
  const mode = approachMode(logDensity, near, 1 / thin.share)
  return mode === null ? fitAtMode(logDensity, near.centre) : proposalAt(mode)
}

/**
 * Coordinates of which slices of the marginal density take no longer than interweaved draws, and mix better. Very many levels leave
 * them, too: their posterior is nearly normal, and what interweaving would need to know of them takes memory.
 */
const MOST_SLICED = 3

/** Moves before warm-up, and the multiplications that they may take: some twenty milliseconds. */
const PILOT_MOVES = 1000
const PILOT_MULTIPLICATIONS = 2e7

/** All sds at that of the residuals from the coefficients alone, or where their priors allow them. */
function startingPoint(data: MarginalData, dimension: number): Float64Array {
  const phi = new Float64Array(dimension)
  const { squares, rows } = data.statistics
  const logSd = 0.5 * Math.log(Math.max(squares / rows, 1e-300))
  let at = 0
  data.spreads.forEach((spread, k) => {
    const prior = data.priors[k]!
    if (prior === null) return
    phi.fill(insideSupport(spread, prior, logSd), at, at + spread.q)
    at += coordinatesOf(spread)
  })
  return phi
}
