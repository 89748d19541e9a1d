/** The summary table of a posterior: moments, quantiles, their Monte Carlo errors, and the diagnostics. */

import { type Chains, countDraws, isDegenerate, poolChains, splitChains } from "./chains.ts"
import { effectiveSampleSize } from "./effective-sample-size.ts"
import { essBelow } from "./ess-quantile.ts"
import { quantileError } from "./mcse-quantile.ts"
import { sdError } from "./mcse-sd.ts"
import { mean, variance } from "./moments.ts"
import { normalScores, scoreOrdered } from "./normal-scores.ts"
import { foldOrdered, makeOrdered, type Ordered, orderValues } from "./ordered.ts"
import { quantileOfSorted } from "./quantile.ts"
import { coarsenessOf, defectOf } from "./reason.ts"
import { foldAbout, scaleReduction } from "./rhat.ts"

export interface ScalarChains {
  readonly name: string
  /** One array of draws a chain, all of one length. */
  readonly chains: Chains
}

/** Every figure in the units of the draws, but R-hat and the effective sample sizes. NaN where a figure does not exist. */
export interface ParameterSummary {
  readonly name: string
  readonly mean: number
  /** Divisor S − 1. */
  readonly sd: number
  readonly mcseMean: number
  readonly mcseSd: number
  readonly q5: number
  readonly q50: number
  readonly q95: number
  readonly mcseQ5: number
  readonly mcseQ50: number
  readonly mcseQ95: number
  readonly rhat: number
  readonly essBulk: number
  readonly essTail: number
  /** Why a figure is NaN, or a warning about the chains (one stands still, very few draws); else null. */
  readonly reason: string | null
  /** What is wrong with the draws as they stand, whether or not figures exist; null or absent where nothing is. */
  readonly defect?: string | null
}

/** Summaries of scalars, in their order; each figure equals that of the function of its name, and draws are unchanged. */
export function summarise(scalars: readonly ScalarChains[]): ParameterSummary[] {
  return scalars.map(summariseScalar)
}

/** One scalar: the draws are pooled, sorted, and split once for all figures. */
function summariseScalar({ name, chains }: ScalarChains): ParameterSummary {
  const room = roomFor(countDraws(chains))
  const pool = poolChains(chains, room.pool)
  const ordered = orderValues(pool, room.ordered)
  const { sorted } = ordered
  const halves = splitChains(chains)
  const centre = mean(pool)
  const sd = Math.sqrt(variance(pool, centre))
  const q5 = quantileOfSorted(sorted, 0.05)
  const q50 = quantileOfSorted(sorted, 0.5)
  const q95 = quantileOfSorted(sorted, 0.95)

  // Ranks are taken among the draws that splitting keeps: all of them when chains have an even length.
  const length = halves[0]?.length ?? 0
  const all = length > 0 && halves.length * length === pool.length
  const scores = all ? scoreOrdered(ordered, length, room.scores) : normalScores(halves)
  const foldedScores =
    all && Number.isFinite(q50)
      ? scoreOrdered(foldOrdered(ordered, q50, room.folded), length, room.foldedScores)
      : normalScores(halves.map((half) => foldAbout(half, q50)))

  const judged = !isDegenerate(chains)
  const essQ5 = judged ? essBelow(halves, q5) : NaN
  const essQ50 = judged ? essBelow(halves, q50) : NaN
  const essQ95 = judged ? essBelow(halves, q95) : NaN
  const figures = {
    mean: centre,
    sd,
    mcseMean: sd / Math.sqrt(effectiveSampleSize(halves)),
    mcseSd: judged ? sdError(halves, pool, centre) : NaN,
    q5,
    q50,
    q95,
    mcseQ5: quantileError(sorted, 0.05, essQ5),
    mcseQ50: quantileError(sorted, 0.5, essQ50),
    mcseQ95: quantileError(sorted, 0.95, essQ95),
    rhat: Math.max(scaleReduction(scores), scaleReduction(foldedScores)),
    essBulk: effectiveSampleSize(scores),
    essTail: Math.min(essQ5, essQ95),
  }
  const incomplete = Object.values(figures).some(Number.isNaN)
  const defect = defectOf(chains)
  return { name, ...figures, reason: defect ?? (incomplete ? coarsenessOf(sorted) : null), defect }
}

interface Room {
  readonly pool: Float64Array
  readonly ordered: Ordered
  readonly folded: Ordered
  readonly scores: Float64Array
  readonly foldedScores: Float64Array
}

/** Kept from scalar to scalar: those of a run have as many draws. */
let kept: Room | undefined

function roomFor(size: number): Room {
  if (kept?.pool.length !== size) {
    const make = (): Float64Array => new Float64Array(size)
    kept = {
      pool: make(),
      ordered: makeOrdered(size),
      folded: makeOrdered(size),
      scores: make(),
      foldedScores: make(),
    }
  }
  return kept
}
