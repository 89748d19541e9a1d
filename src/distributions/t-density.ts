import betainc from "@stdlib/math-base-special-betainc"
import gammaln from "@stdlib/math-base-special-gammaln"
import { rememberLast } from "./remember-last.ts"

/** log of Γ((df + 1) / 2) / (Γ(df / 2) √(df π)). */
export const logTConstant: (df: number) => number = rememberLast(
  (df) => gammaln(0.5 * (df + 1)) - gammaln(0.5 * df) - 0.5 * Math.log(df * Math.PI),
)

/** log density of the standard t at z. */
export const logTDensity = (z: number, df: number): number =>
  logTConstant(df) - 0.5 * (df + 1) * Math.log1p((z * z) / df)

/** P(|T| > z) for z ≥ 0. The regularised incomplete beta on the side where its argument is the smaller, hence exact. */
export function twoSidedTail(z: number, df: number): number {
  const square = z * z
  if (square === Infinity) return 0
  return square < df
    ? 1 - betainc(square / (df + square), 0.5, 0.5 * df)
    : betainc(df / (df + square), 0.5 * df, 0.5)
}
