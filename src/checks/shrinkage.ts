import type { Posterior } from "../chains/posterior.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { fitSeparately } from "../frequentist/separate-fits.ts"
import type { Design } from "../models/formula/design.ts"

/** One effect of one group, estimated three ways, as a deviation from the fixed part. */
export interface GroupShrinkage {
  readonly group: string
  readonly term: string
  readonly level: string
  /** Rows of the level. */
  readonly n: number
  /** No pooling: least squares of the level's rows alone, less the fixed part; null where they do not identify it. */
  readonly ols: number | null
  /** Empirical Bayes: the best linear unbiased prediction. */
  readonly blup: number
  readonly posteriorMean: number
  readonly q5: number
  readonly q95: number
  /** Share of the level's own estimate that the BLUP gives up, `1 − blup / ols`; null where there is no own estimate. */
  readonly shrinkageFactor: number | null
}

/**
 * Every group's effects by separate regressions, BLUP and posterior. The separate regressions are of `y − X β̂`
 * (offset taken out) on the columns of the bar, so that all three estimate the same deviation; in a model with several
 * grouping factors theirs contain what the other factors explain.
 * @throws DataError when the posterior did not record the `u` family
 */
export function shrinkageOf(posterior: Posterior, fit: LmmFit): GroupShrinkage[] {
  const blups = fit.ranef()
  const effects = posterior.ranef()
  const design = withoutFixedPart(fit)
  return design.random.flatMap((random, k) => {
    const separate = fitSeparately(design, k)
    const counts = countRows(random.codes, random.levels.length)
    return random.levels.flatMap((level, j) =>
      random.terms.map((term, t): GroupShrinkage => {
        const estimate = separate.estimates[j * random.terms.length + t]!
        const ols = Number.isFinite(estimate) ? estimate : null
        const blup = Number(blups[random.group]!.find((row) => row.level === level)![term])
        const posteriorEffect = effects[random.group]!.find((e) => e.level === level && e.term === term)!
        const { mean: posteriorMean, q5, q95 } = posteriorEffect
        const shrinkageFactor = ols === null || ols === 0 ? null : 1 - blup / ols
        return {
          group: random.group,
          term,
          level,
          n: counts[j]!,
          ols,
          blup,
          posteriorMean,
          q5,
          q95,
          shrinkageFactor,
        }
      }),
    )
  })
}

/** The fit's design with the fixed part taken out of the response. */
function withoutFixedPart(fit: LmmFit): Design {
  const { design } = fit
  const values = design.response.values.slice()
  fit.fixed.forEach(({ estimate }, j) => {
    const column = design.fixed.columns[j]!
    for (let i = 0; i < values.length; i++) values[i]! -= estimate * column[i]!
  })
  return { ...design, response: { ...design.response, values } }
}

function countRows(codes: Int32Array, levels: number): Int32Array {
  const counts = new Int32Array(levels)
  for (const code of codes) counts[code]!++
  return counts
}
