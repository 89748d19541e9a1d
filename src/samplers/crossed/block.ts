/** One block of the crossed sampler: its effects given those outside it, and the marginal density of its spreads. */
import { type BoundSpreads, bindSpreads } from "../gaussian/bind-spreads.ts"
import { factorise, newFactorisation, restPriorsOf } from "../gaussian/factorisation.ts"
import type { Factorisation } from "../gaussian/factorisation-types.ts"
import type { Coefficient, GaussianModel, Spread } from "../gaussian/gaussian-model.ts"
import { rememberSums } from "../gaussian/remember-sums.ts"
import type { SpreadPrior } from "../gaussian/spread-space.ts"
import { type GaussianStatistics, reduceRows } from "../gaussian/statistics.ts"
import {
  type Coupling,
  changeOfSquares,
  couple,
  type InsideColumn,
  type OutsideSquares,
  outsideSquares,
  subtractCoupling,
} from "./couplings.ts"

/** What a worker needs of a block: plain data. */
export interface BlockData {
  /** Those with every effect outside at zero. */
  readonly statistics: GaussianStatistics
  readonly coefficients: readonly Coefficient[]
  /** Spread of each set of effects of the block, then the residual's. */
  readonly spreads: readonly Spread[]
  /** Priors in the same order; null for a known spread. */
  readonly priors: readonly (SpreadPrior | null)[]
  readonly ofOwn: readonly Coupling[]
  readonly ofRest: readonly Coupling[]
  readonly squares: OutsideSquares
}

/**
 * Reduces the rows for one block.
 * @param effects indices in `model.effects` of the block
 * @param priors of the spread of each of the model's effects, then the residual's; null for a known spread
 */
export function lowerBlock(
  model: GaussianModel,
  effects: readonly number[],
  priors: readonly (SpreadPrior | null)[],
): BlockData {
  const { child, coefficients } = model
  const inside = effects.map((k) => model.effects[k]!)
  const nodes = new Set([...inside, ...coefficients].map((part) => part.node))
  const statistics = reduceRows({ child, coefficients, effects: inside })
  const outside = child.columns.filter((column) => !nodes.has(column.node))
  const sums = rememberSums(child.residual.length)
  const columnsOf = (node: string) => child.columns.filter((column) => column.node === node)

  const { q, ownTerms, restTerms, coefficientColumns } = statistics
  const own = ownTerms.flatMap(({ effect, first }) =>
    columnsOf(inside[effect]!.node).map((column, t): InsideColumn => ({ column, first: first + t, step: q })),
  )
  const shared = coefficients.map(
    ({ node }, k): InsideColumn => ({ column: columnsOf(node)[0]!, first: coefficientColumns[k]!, step: 0 }),
  )
  const rest = restTerms.flatMap(({ effect, first }) => {
    const columns = columnsOf(inside[effect]!.node)
    return columns.map((column, t): InsideColumn => ({ column, first: first + t, step: columns.length }))
  })
  return {
    statistics,
    coefficients,
    spreads: [...inside.map((effect) => effect.spread), model.residual],
    priors: [...effects.map((k) => priors[k]!), priors.at(-1)!],
    ofOwn: own.flatMap((column) => couple(column, outside, sums)),
    ofRest: [...shared, ...rest].flatMap((column) => couple(column, outside, sums)),
    squares: outsideSquares(outside, child.residual, sums),
  }
}

/** The density of a block's spreads in their coordinates φ, coefficients and effects of the block integrated out. */
export interface BlockDensity {
  /** At the φ last evaluated: ready to draw coefficients and effects from. */
  readonly factorisation: Factorisation
  /** Up to a constant; −Infinity where there is none. Allocates nothing. */
  logDensity(phi: Float64Array): number
}

export interface BoundBlock {
  /** Coordinates of φ, and the first of each spread. */
  readonly dimension: number
  readonly first: readonly number[]
  readonly spreads: readonly Spread[]
  /** Two evaluations side by side: the factorisation at the current φ survives a proposal that is refused. */
  readonly densities: readonly [BlockDensity, BlockDensity]
  /** Takes the effects outside, as they are in `state`, from the responses; whatever was factorised before is void. */
  condition(state: Float64Array): void
}

/** Allocates everything; conditioning allocates nothing. */
export function bindBlock(data: BlockData): BoundBlock {
  const { statistics: given, spreads, priors, ofOwn, ofRest, squares } = data
  const live: { -readonly [K in keyof GaussianStatistics]: GaussianStatistics[K] } = {
    ...given,
    ownResponse: given.ownResponse.slice(),
    restResponse: given.restResponse.slice(),
  }
  const spaces = [bindSpreads(spreads, priors), bindSpreads(spreads, priors)] as const
  const { dimension, first } = spaces[0]
  return {
    dimension,
    first,
    spreads,
    densities: [bindDensity(data, live, spaces[0]), bindDensity(data, live, spaces[1])],
    condition(state) {
      live.ownResponse.set(given.ownResponse)
      live.restResponse.set(given.restResponse)
      for (let k = 0; k < ofOwn.length; k++) subtractCoupling(ofOwn[k]!, live.ownResponse, state)
      for (let k = 0; k < ofRest.length; k++) subtractCoupling(ofRest[k]!, live.restResponse, state)
      // Rounding can leave a tiny negative number where the fit is perfect.
      live.squares = Math.max(0, given.squares + changeOfSquares(squares, state))
    },
  }
}

function bindDensity(
  { coefficients }: BlockData,
  live: GaussianStatistics,
  { values, logPrior }: BoundSpreads,
): BlockDensity {
  const factorisation = newFactorisation(live, restPriorsOf(live, coefficients))
  const effects = values.slice(0, -1)
  const residual = values.at(-1)!
  return {
    factorisation,
    logDensity(phi) {
      const total = logPrior(phi)
      if (!(total > Number.NEGATIVE_INFINITY)) return Number.NEGATIVE_INFINITY
      const density = total + factorise(factorisation, effects, 1 / residual.inverse[0]!)
      return Number.isNaN(density) ? Number.NEGATIVE_INFINITY : density
    },
  }
}
