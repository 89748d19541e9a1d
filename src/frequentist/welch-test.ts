/** Welch's t test of two means. */

import studentCdf from "@stdlib/stats-base-dists-t-cdf"
import { DataError } from "../core/errors.ts"
import { studentQuantile } from "./student-quantile.ts"

export interface WelchTest {
  readonly t: number
  /** Welch–Satterthwaite degrees of freedom. */
  readonly df: number
  /** Two-sided. */
  readonly p: number
  readonly means: readonly [number, number]
  /** First mean less the second, its standard error and its interval. */
  readonly difference: number
  readonly se: number
  readonly lower: number
  readonly upper: number
}

/**
 * Compares the means of two samples whose variances may differ (Welch 1947, Biometrika 34, 28–35), such as the slopes of
 * separate regressions in two sorts of groups. Numbers that are NaN are left out.
 *
 * @param level coverage of the interval
 * @throws DataError unless each sample has two numbers, not all of them equal
 */
export function welchTest(first: ArrayLike<number>, second: ArrayLike<number>, level = 0.95): WelchTest {
  const a = describe(first, "first")
  const b = describe(second, "second")
  const share = a.variance / a.n + b.variance / b.n
  if (!(share > 0)) {
    throw new DataError("both samples are constant: there is no variance to test against", {
      code: "constant-samples",
      where: "welchTest",
      hint: "check the values",
    })
  }
  const df = share ** 2 / ((a.variance / a.n) ** 2 / (a.n - 1) + (b.variance / b.n) ** 2 / (b.n - 1))
  const se = Math.sqrt(share)
  const difference = a.mean - b.mean
  const t = difference / se
  const half = studentQuantile(0.5 + 0.5 * level, df) * se
  return {
    t,
    df,
    p: 2 * studentCdf(-Math.abs(t), df),
    means: [a.mean, b.mean],
    difference,
    se,
    lower: difference - half,
    upper: difference + half,
  }
}

function describe(values: ArrayLike<number>, name: string) {
  const kept = Array.from(values).filter((value) => !Number.isNaN(value))
  const n = kept.length
  const infinite = kept.find((value) => !Number.isFinite(value))
  if (n < 2 || infinite !== undefined) {
    const found = infinite === undefined ? `${n} numbers` : String(infinite)
    throw new DataError(`the ${name} sample has ${found}, expected at least two finite numbers`, {
      code: "bad-sample",
      where: "welchTest",
      hint: "give one number for each group",
    })
  }
  const mean = kept.reduce((sum, value) => sum + value, 0) / n
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  return { n, mean, variance }
}
