/**
 * The limiting distribution of the Cramér–von Mises statistic, the integral of a squared Brownian bridge.
 * Anderson & Darling (1952), Annals of Mathematical Statistics 23, 193–212, equation 4.35.
 */

/** Beyond this many terms nothing is left for a statistic below 50; above, the tail is under 1e-100. */
const TERMS = 200
const LARGEST = 50

/**
 * The probability of a statistic above `statistic`, to about 1e-14 absolutely. (The R package `coda`
 * sums four terms only: its probabilities are too large for statistics above 2, and useless from about 6 on.)
 *
 * @returns 1 at 0 and below; NaN of NaN
 */
export function cramerVonMisesTail(statistic: number): number {
  if (Number.isNaN(statistic)) return NaN
  if (statistic <= 0) return 1
  if (statistic > LARGEST) return 0
  let sum = 0
  // Γ(k + 1/2) / Γ(k + 1), by recursion from Γ(1/2) = √π.
  let ratio = Math.sqrt(Math.PI)
  for (let k = 0; k < TERMS; k++) {
    const u = (4 * k + 1) ** 2 / (16 * statistic)
    if (u > 20) break
    sum += ratio * Math.sqrt(4 * k + 1) * scaledBesselQuarter(u)
    ratio *= (k + 0.5) / (k + 1)
  }
  return Math.max(0, 1 - sum / (Math.PI ** 1.5 * Math.sqrt(statistic)))
}

/**
 * e^(−x) K_¼(x), K the modified Bessel function of the second kind, as ∫₀^∞ exp(−x (1 + cosh t)) cosh(t/4) dt
 * (Abramowitz & Stegun 9.6.24). The integrand falls doubly exponentially, so that the trapezoid rule is exact to rounding.
 */
function scaledBesselQuarter(x: number): number {
  const step = 1 / 16
  let sum = Math.exp(-2 * x) / 2
  for (let j = 1; ; j++) {
    const t = j * step
    const exponent = x * (1 + Math.cosh(t))
    if (exponent > 2 * x + 45 && exponent > 60) break
    sum += Math.exp(-exponent) * Math.cosh(t / 4)
  }
  return sum * step
}
