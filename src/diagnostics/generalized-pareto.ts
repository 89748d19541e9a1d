/**
 * The generalized Pareto distribution of exceedances: 1 − (1 + k x / σ)^(−1/k) on x ≥ 0.
 */

export interface GeneralizedPareto {
  /** k; above 0 the tail is heavy, above 1/2 it has no variance, above 1 no mean. Infinite where no fit exists. */
  readonly shape: number
  readonly scale: number
}

/** Grid points beside the √n that depend on the number of exceedances. */
const LEAST_GRID = 30
/** The prior on k: as if 10 exceedances had said 1/2. */
const PRIOR_WEIGHT = 10
const PRIOR_SHAPE = 0.5

/**
 * The quasi-Bayesian estimate of Zhang & Stephens (2009), Technometrics 51, 316–325, section 3.1 (in their notation k is −k
 * and θ = k/σ), with the weakly informative prior on k of Vehtari, Simpson, Gelman, Yao & Gabry (2024), Journal of Machine
 * Learning Research 25(72), appendix G: k̂ is drawn towards 1/2, the more the fewer exceedances there are.
 *
 * @param exceedances in ascending order, at least one, unchanged
 * @returns an infinite shape and a scale of NaN where no estimate exists, as when a quarter of the exceedances are 0
 */
export function fitGeneralizedPareto(exceedances: Float64Array): GeneralizedPareto {
  const n = exceedances.length
  const points = LEAST_GRID + Math.floor(Math.sqrt(n))
  const quartile = exceedances[Math.floor(n / 4 + 0.5) - 1]!
  const largest = exceedances[n - 1]!
  const grid = Float64Array.from(
    { length: points },
    (_, j) => 1 / largest + (1 - Math.sqrt(points / (j + 0.5))) / (3 * quartile),
  )
  const profile = grid.map((theta) => {
    const shape = meanLog(exceedances, theta)
    return n * (Math.log(-theta / shape) - shape - 1)
  })
  const highest = Math.max(...profile)
  const weights = profile.map((value) => Math.exp(value - highest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const theta = grid.reduce((sum, value, j) => sum + (value * weights[j]!) / total, 0)
  const shape = meanLog(exceedances, theta)
  const regularised = (shape * n + PRIOR_SHAPE * PRIOR_WEIGHT) / (n + PRIOR_WEIGHT)
  return Number.isNaN(regularised)
    ? { shape: Infinity, scale: NaN }
    : { shape: regularised, scale: -shape / theta }
}

/** The value that an exceedance stays below with probability `probability`. */
export function generalizedParetoQuantile(probability: number, { shape, scale }: GeneralizedPareto): number {
  const exponent = -Math.log1p(-probability)
  return shape === 0 ? scale * exponent : (scale * Math.expm1(shape * exponent)) / shape
}

function meanLog(exceedances: Float64Array, theta: number): number {
  let sum = 0
  for (let i = 0; i < exceedances.length; i++) sum += Math.log1p(-theta * exceedances[i]!)
  return sum / exceedances.length
}
