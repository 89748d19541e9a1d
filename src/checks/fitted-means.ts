/** Marginal means of a mixed model fitted by REML, and their differences: SAS's LSMEANS, R's emmeans. */

import { checkOptionNames, OptionError } from "../core/errors.ts"
import type { ContrastEstimate, EstimateOptions } from "../frequentist/contrast-estimates.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { type MarginalMeansOptions, marginalPoints, weightsOf } from "./marginal-means.ts"
import type { GridPoint, GridValue } from "./reference-grid.ts"

export interface FittedMean extends Omit<ContrastEstimate, "t" | "p"> {
  /** The level of each factor that was asked for. */
  readonly levels: Readonly<Record<string, GridValue>>
  /** Why there are no figures, or null. */
  readonly reason: string | null
}

export interface FittedContrast extends ContrastEstimate {
  /** `i2 - i1`. */
  readonly contrast: string
  readonly reason: string | null
}

export interface FittedMeansOptions extends MarginalMeansOptions, Omit<EstimateOptions, "offsets"> {
  /** `pairwise`, each less each before it, when left out. `reference`: each less the first. Or weights by name, one a mean. */
  readonly contrasts?: "pairwise" | "reference" | Readonly<Record<string, readonly number[]>>
}

export interface FittedMeans {
  readonly means: readonly FittedMean[]
  readonly contrasts: readonly FittedContrast[]
}

const OPTIONS: readonly (keyof FittedMeansOptions)[] = [
  "at",
  "contrasts",
  "ddf",
  "level",
  "boundary",
  "information",
  "firstOrder",
]

const EMPTY = "the data do not have this combination of levels"

/**
 * As `marginalMeans` of a posterior: means of the expectations over a grid of the levels of all other factors, each combination
 * counting the same, columns of numbers at their mean. P values of contrasts are not adjusted for their number.
 *
 * @throws OptionError for a factor that the fixed part does not have, or a fit of a design without its data
 */
export function fittedMeans(
  fit: LmmFit,
  factors: string | readonly string[],
  options: FittedMeansOptions = {},
): FittedMeans {
  checkOptionNames("fittedMeans", options, OPTIONS)
  const { at = {}, contrasts = "pairwise", ...method } = options
  const { source: data, design } = fit
  if (data === null) {
    throw new OptionError("the fit was made of a design alone, without its data", {
      code: "no-data",
      where: "fittedMeans",
      hint: "fit a formula to a table, with reml(…)",
    })
  }
  const points = marginalPoints({ design, data }, factors, { at })
  const estimates = fit.estimateContrasts(
    points.map(({ weights }) => weights),
    { ...method, offsets: points.map(({ offset }) => offset) },
  )
  const means = points.map((point, k): FittedMean => {
    const { t: _, p: __, ...own } = estimates[k]!
    return { levels: point.at, ...(point.estimable ? own : UNKNOWN), reason: point.estimable ? null : EMPTY }
  })
  const labels = points.map(({ at: levels }) => Object.values(levels).join(" "))
  const weighted = weightsOf(contrasts, labels)
  const rows = weighted.map(([, weights]) => {
    return Float64Array.from(fit.fixed, (_, j) => combine(weights, points, (point) => point.weights[j]!))
  })
  const offsets = weighted.map(([, weights]) => combine(weights, points, ({ offset }) => offset))
  return {
    means,
    contrasts: fit.estimateContrasts(rows, { ...method, offsets }).map((own, k): FittedContrast => {
      const [contrast, weights] = weighted[k]!
      const isKnown = points.every(({ estimable }, i) => weights[i] === 0 || estimable)
      return isKnown
        ? { contrast, ...own, reason: null }
        : { contrast, ...UNKNOWN, t: Number.NaN, p: null, reason: EMPTY }
    }),
  }
}

const UNKNOWN = { estimate: Number.NaN, se: Number.NaN, df: null, lower: null, upper: null }

function combine(
  weights: readonly number[],
  points: readonly GridPoint[],
  of: (point: GridPoint) => number,
): number {
  return points.reduce((sum, point, k) => sum + weights[k]! * of(point), 0)
}
