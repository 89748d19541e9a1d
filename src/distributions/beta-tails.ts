import betainc from "@stdlib/math-base-special-betainc"

/** I_x(a, b), the cdf of Beta(a, b), 0 ≤ x ≤ 1. */
export const betaCdf = (x: number, a: number, b: number): number => betainc(x, a, b, true, false)

/**
 * 1 − I_x(a, b), accurate where it is small. (The library's own upper tail is wrong in the ninth digit for a = b = 1/2 and x near 0; it is
 * asked for where it is below a half only.)
 */
export function betaSurvival(x: number, a: number, b: number): number {
  const lower = betaCdf(x, a, b)
  return lower < 0.5 ? 1 - lower : betainc(x, a, b, true, true)
}
