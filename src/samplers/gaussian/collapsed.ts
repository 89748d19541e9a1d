import { isRefusal, type Refusal, refusal } from "../conditional.ts"
import type { LoweringContext } from "../kernel/program.ts"
import { applyBounds, type BoundedSd, boundedSds, removeBounds } from "./bounds.ts"
import { findGaussianModel, type GaussianModel, otherNodes } from "./gaussian-model.ts"
import { interweavedTerms, type LoweredInterweave, lowerInterweave } from "./interweave.ts"
import { classifyLevels } from "./level-classes.ts"
import { bindMarginal, type MarginalData } from "./marginal.ts"
import { findNests, reduceNests } from "./nested-statistics.ts"
import { fitAtMode, type Proposal } from "./proposal.ts"
import { coordinatesOf, insideSupport, type SpreadPrior, spreadPrior } from "./spread-space.ts"
import { reduceRows } from "./statistics.ts"

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
 */
export function lowerCollapsed({ model, priors }: CollapsedMatch, cost: number): LoweredCollapsed {
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
  const phi = new Float64Array(marginal.dimension)
  const logDensity = (x: Float64Array): number => {
    phi.set(x)
    const jacobian = applyBounds(bounds, phi)
    return marginal.logDensity(phi) + jacobian
  }
  const start = startingPoint(data, marginal.dimension)
  removeBounds(bounds, start)
  const pilot = Math.floor(Math.min(PILOT_MOVES, PILOT_MULTIPLICATIONS / Math.max(1, cost)))
  return {
    ...data,
    bounds,
    proposal: fitAtMode(logDensity, start),
    pilot,
    interweave:
      marginal.dimension <= MOST_SLICED
        ? null
        : lowerInterweave({ model, terms: interweavedTerms(model, priors) }),
  }
}

/** Coordinates of which slices of the marginal density take no longer than interweaved draws, and mix better. */
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
