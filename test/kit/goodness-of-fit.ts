/**
 * Does `sample` draw from the distribution whose cdf (and density) is stated?
 *
 * Every statistical check here has a false-alarm probability of at most about `FALSE_ALARM` for a correct sampler over
 * random seeds; seeds are fixed, so a check that passes always passes. What a check can detect at its sample size is
 * shown by the kit's own test, where a shape 5 % off must be rejected.
 *
 * The suite's false-alarm rate: of random seeds, 3 in 1000 would fail one of its some 3000 checks at that level, and 6 in
 * 100 one of the thousand figures of one-way posteriors, which by agreement must be within 4 MCSE.
 */

/** Probability, per check, that a correct sampler would be rejected. */
export const FALSE_ALARM = 1e-6
/** Standard normal quantile of 1 − FALSE_ALARM / 2: moments must be within this many MCSE. */
export const MCSE_LIMIT = 4.892
/** Draws a check takes unless told otherwise. */
export const DRAWS = 100_000

export interface FitResult {
  /** Kolmogorov–Smirnov and Anderson–Darling p-values (large-sample). */
  readonly ks: number
  readonly ad: number
}

/** Draws `n` values. */
export function collect(draw: () => number, n: number = DRAWS): Float64Array {
  const values = new Float64Array(n)
  for (let i = 0; i < n; i++) values[i] = draw()
  return values
}

/** p-values of the draws against a continuous cdf. Throws on a draw that is NaN. */
export function testFit(draws: Float64Array, cdf: (x: number) => number): FitResult {
  const u = draws.map(cdf).sort()
  const n = u.length
  let distance = 0
  let sum = 0
  for (let i = 0; i < n; i++) {
    const value = u[i]!
    if (!(value >= 0 && value <= 1)) throw new Error(`cdf of draw is ${value}`)
    distance = Math.max(distance, (i + 1) / n - value, value - i / n)
    // log(0) would let one draw in the rounding of a cdf near 0 or 1 decide: the floor is far below 1 / n.
    const low = Math.max(value, 1e-15)
    const high = Math.max(1 - u[n - 1 - i]!, 1e-15)
    sum += (2 * i + 1) * (Math.log(low) + Math.log(high))
  }
  return { ks: kolmogorovPValue(distance, n), ad: andersonDarlingPValue(-n - sum / n) }
}

/** P(D_n > d), Stephens's (1970) finite-n form of Kolmogorov's limit. */
export function kolmogorovPValue(distance: number, n: number): number {
  const root = Math.sqrt(n)
  const t = (root + 0.12 + 0.11 / root) * distance
  if (t < 0.3) return 1
  let p = 0
  for (let k = 1; k <= 20; k++) p += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * t * t)
  return Math.min(1, p)
}

/**
 * P(A² > z) for large z: √3 exp(−z) / √(π z), the leading term for Σ χ²₁ / (j (j + 1)) (Zolotarev 1961). The next
 * component is smaller by exp(−2 z), so it is accurate wherever a test rejects.
 */
export function andersonDarlingPValue(z: number): number {
  return z < 1 ? 1 : Math.min(1, Math.sqrt(3 / (Math.PI * z)) * Math.exp(-z))
}

/** True when both p-values allow the draws to come from the cdf. */
export function fits(result: FitResult): boolean {
  return result.ks > FALSE_ALARM && result.ad > FALSE_ALARM
}

/** (sample mean − mean) / MCSE, with the known variance of one value. */
export function meanDeviation(draws: Float64Array, mean: number, variance: number): number {
  let sum = 0
  for (const x of draws) sum += x - mean
  return sum / draws.length / Math.sqrt(variance / draws.length)
}

/**
 * (mean squared deviation about the known mean − variance) / MCSE, the MCSE from the draws' own fourth moment. Only for
 * families whose fourth moment is finite.
 */
export function varianceDeviation(draws: Float64Array, mean: number, variance: number): number {
  const n = draws.length
  let second = 0
  let fourth = 0
  for (const x of draws) {
    const square = (x - mean) * (x - mean)
    second += square
    fourth += square * square
  }
  second /= n
  fourth /= n
  return (second - variance) / Math.sqrt((fourth - second * second) / n)
}

/** Tanh-sinh quadrature of `f` over a finite interval; integrable singularities at the ends are allowed. */
export function integrate(f: (x: number) => number, lower: number, upper: number): number {
  const half = 0.5 * (upper - lower)
  const step = 1 / 32
  let sum = 0
  for (let k = -120; k <= 120; k++) {
    const t = k * step
    const s = 0.5 * Math.PI * Math.sinh(t)
    // Distance to the nearer end, without cancellation.
    const gap = half * (2 / (1 + Math.exp(2 * Math.abs(s))))
    const x = s < 0 ? lower + gap : upper - gap
    if (x <= lower || x >= upper) continue
    const weight = (0.5 * Math.PI * Math.cosh(t)) / Math.cosh(s) ** 2
    sum += weight * f(x)
  }
  return sum * step * half
}

/** x with cdf(x) = p by bisection between `lower` and `upper`, either of which may be infinite. */
export function invertCdf(cdf: (x: number) => number, p: number, lower: number, upper: number): number {
  let low = lower
  let high = upper
  if (low === -Infinity) for (low = Math.min(-1, high - 1); cdf(low) > p; low *= 2);
  if (high === Infinity) for (high = Math.max(1, low + 1); cdf(high) < p; high *= 2);
  for (let k = 0; k < 2000; k++) {
    // Halving the exponent first finds quantiles near zero in few steps.
    const mid = low > 0 && high / low > 4 ? Math.sqrt(low) * Math.sqrt(high) : 0.5 * (low + high)
    if (mid <= low || mid >= high) break
    if (cdf(mid) < p) low = mid
    else high = mid
  }
  return high
}

const PANELS = [
  1e-9,
  1e-7,
  1e-5,
  1e-4,
  1e-3,
  0.01,
  0.05,
  0.1,
  0.2,
  0.3,
  0.4,
  0.5,
  0.6,
  0.7,
  0.8,
  0.9,
  0.95,
  0.99,
  0.999,
  0.9999,
  1 - 1e-5,
  1 - 1e-7,
  1 - 1e-9,
] as const

/**
 * Largest difference between the integral of exp(logDensity) over a panel and the increase of the cdf over it, on
 * panels between the quantiles 1e-9 … 1 − 1e-9, and between their total and 1. Zero for a density that integrates to
 * one and is the derivative of the cdf.
 */
export function densityDefect(
  logDensity: (x: number) => number,
  cdf: (x: number) => number,
  support: { lower: number; upper: number },
): number {
  const x = PANELS.map((p) => invertCdf(cdf, p, support.lower, support.upper))
  let total = cdf(x[0]!) + 1 - cdf(x[x.length - 1]!)
  let worst = 0
  for (let k = 1; k < x.length; k++) {
    const mass = integrate((value) => Math.exp(logDensity(value)), x[k - 1]!, x[k]!)
    worst = Math.max(worst, Math.abs(mass - (cdf(x[k]!) - cdf(x[k - 1]!))))
    total += mass
  }
  return Math.max(worst, Math.abs(total - 1))
}
