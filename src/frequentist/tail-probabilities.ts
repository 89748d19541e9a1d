/** Upper tails of the reference distributions of tests. */

import betainc from "@stdlib/math-base-special-betainc"
import { upperIncompleteGamma } from "../math/incomplete-gamma.ts"

/** P(F > f), F with `ndf` and `ddf` degrees of freedom; `ddf` may be Infinity. 1 for f ≤ 0, NaN for NaN. */
export function fTail(f: number, ndf: number, ddf: number): number {
  if (Number.isNaN(f) || Number.isNaN(ddf) || !(ddf > 0)) return Number.NaN
  if (f <= 0) return 1
  if (f === Number.POSITIVE_INFINITY) return 0
  if (ddf === Number.POSITIVE_INFINITY) return chiSquareTail(f * ndf, ndf)
  // The smaller of the two arguments keeps its digits.
  const upper = ndf * f
  return upper > ddf
    ? betainc(ddf / (ddf + upper), 0.5 * ddf, 0.5 * ndf, true, false)
    : betainc(upper / (ddf + upper), 0.5 * ndf, 0.5 * ddf, true, true)
}

/** P(χ² > x) with `df` ≥ 0 degrees of freedom; with none, χ² is zero. */
export function chiSquareTail(x: number, df: number): number {
  if (df === 0) return x > 0 ? 0 : 1
  return x <= 0 ? 1 : upperIncompleteGamma(0.5 * df, 0.5 * x)
}
