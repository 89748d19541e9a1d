/** Estimates of single linear combinations of the fixed effects, with t tests and intervals. */

import studentCdf from "@stdlib/stats-base-dists-t-cdf"
import { OptionError } from "../core/errors.ts"
import { normalQuantile } from "../math/normal-quantile.ts"
import type { DdfOptions, Denominator } from "./f-test.ts"
import { denominatorOf, toBasisRows } from "./f-test.ts"
import type { KenwardRogerOptions } from "./kenward-roger.ts"
import { matchMoments, restrict } from "./kenward-roger.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import { satterthwaiteDf } from "./satterthwaite.ts"
import { studentQuantile } from "./student-quantile.ts"
import { chiSquareTail } from "./tail-probabilities.ts"

export interface ContrastEstimate {
  readonly estimate: number
  readonly se: number
  /** Null when they could not be computed, and with known residual variances, where tests are normal. */
  readonly df: number | null
  readonly t: number
  /** Two-sided. */
  readonly p: number | null
  readonly lower: number | null
  readonly upper: number | null
}

export interface EstimateOptions extends DdfOptions {
  /** Coverage of the intervals; 0.95 when left out. */
  readonly level?: number
  /** Known numbers that are added to the combinations, one a row; zero when left out. */
  readonly offsets?: readonly number[]
}

/**
 * `l'β̂` for each row l, standard errors and degrees of freedom by the method of `options`.
 *
 * @param rows one number a fixed effect each
 * @throws OptionError for rows of another length, a level that is no probability, and what the degrees of freedom throw
 */
export function estimateContrasts(
  fit: LmmEstimate,
  rows: readonly ArrayLike<number>[],
  options: EstimateOptions = {},
): readonly ContrastEstimate[] {
  const { level = 0.95, offsets = [], ...method } = options
  const p = fit.fixed.length
  if (!(level > 0 && level < 1) || rows.some((row) => row.length !== p)) {
    throw new OptionError(
      level > 0 && level < 1
        ? `a contrast has ${rows.find((row) => row.length !== p)?.length} numbers, expected ${p}`
        : `found level ${level}, expected a probability between 0 and 1`,
      {
        code: "bad-contrast",
        where: fit.formula,
        hint: `give one number each for ${fit.fixed.map(({ name }) => name).join(", ")}, and a level such as 0.95`,
      },
    )
  }
  const denominator = denominatorOf(fit, method)
  return rows.map((row, k) => {
    return estimateOne(fit, Float64Array.from(row), offsets[k] ?? 0, denominator, level)
  })
}

/** Estimates with the standard errors, degrees of freedom and p values of a method. */
export function testCoefficients(fit: LmmEstimate, options: DdfOptions = {}): LmmEstimate["fixed"] {
  if (options.ddf === undefined) return fit.fixed
  const p = fit.fixed.length
  const rows = fit.fixed.map((_, j) => Float64Array.from({ length: p }, (__, k) => (k === j ? 1 : 0)))
  return estimateContrasts(fit, rows, options).map(({ estimate, se, df, t, p: tail }, j) => {
    return { name: fit.fixed[j]!.name, estimate, se, df, t, p: tail }
  })
}

/** Degrees of freedom and p values of the coefficients by Kenward and Roger, with their adjusted standard errors. */
export function kenwardRogerEffects(
  fit: LmmEstimate,
  options: KenwardRogerOptions = {},
): LmmEstimate["fixed"] {
  return testCoefficients(fit, { ...options, ddf: "kr" })
}

function estimateOne(
  fit: LmmEstimate,
  row: Float64Array,
  offset: number,
  denominator: Denominator,
  level: number,
): ContrastEstimate {
  const estimate = fit.fixed.reduce((sum, effect, j) => sum + row[j]! * effect.estimate, offset)
  const { se, df: raw } = spreadOf(fit, row, denominator)
  const df = raw > 0 && Number.isFinite(raw) ? raw : null
  const t = estimate / se
  const isNormal = fit.residualKnown && denominator.adjustment === null
  const tail = 0.5 + 0.5 * level
  const quantile = isNormal ? normalQuantile(tail) : df === null ? Number.NaN : studentQuantile(tail, df)
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
  return {
    estimate,
    se,
    df,
    t,
    p: isNormal ? chiSquareTail(t * t, 1) : df === null ? null : finite(2 * studentCdf(-Math.abs(t), df)),
    lower: finite(estimate - quantile * se),
    upper: finite(estimate + quantile * se),
  }
}

function spreadOf(
  fit: LmmEstimate,
  row: Float64Array,
  { adjustment, innerOuter }: Denominator,
): { readonly se: number; readonly df: number } {
  const p = row.length
  if (adjustment !== null) {
    const internal = toBasisRows(fit, row, 1, p)
    // The scale of a single contrast is one.
    const se = fit.sigma * Math.sqrt(restrict(adjustment.adjusted, internal, 1, p)[0]!)
    return { se, df: matchMoments(adjustment, internal, 1).ddf }
  }
  const se = Math.sqrt(restrict(fit.vcov, row, 1, p)[0]!)
  if (innerOuter !== null) {
    return { se, df: Math.min(...innerOuter.coefficients.filter((_, j) => row[j] !== 0)) }
  }
  const { sensitivity } = fit.state
  return {
    se,
    df: fit.residualKnown || sensitivity === null ? Number.NaN : satterthwaiteDf(sensitivity, row),
  }
}
