import betaQuantile from "@stdlib/stats-base-dists-beta-quantile"
import { normalQuantile } from "../math/normal-quantile.ts"

/**
 * Quantile of Student's t, by that of the beta distribution: with `x` the quantile of Beta(df/2, 1/2) at the tail area,
 * `t² = df (1 − x)/x` (Johnson, Kotz & Balakrishnan 1995, section 28.2).
 *
 * @param p between 0 and 1
 * @param df positive, may be Infinity
 */
export function studentQuantile(p: number, df: number): number {
  if (df === Number.POSITIVE_INFINITY) return normalQuantile(p)
  const x = betaQuantile(2 * Math.min(p, 1 - p), 0.5 * df, 0.5)
  return Math.sign(p - 0.5) * Math.sqrt((df * (1 - x)) / x)
}
