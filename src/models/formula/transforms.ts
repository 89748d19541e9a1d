/** Transformations whose coefficients come from the data: `scale` and `poly`. New rows use the remembered ones. */

import { ModelError } from "../../core/errors.ts"

export interface ScaleCoefficients {
  readonly kind: "scale"
  readonly center: number
  /** What the centred values are divided by. */
  readonly divisor: number
}

export interface PolyCoefficients {
  readonly kind: "poly"
  /** The recurrence's shifts, one a degree. */
  readonly alpha: readonly number[]
  /** Squared norms of the monic polynomials of degree 0, 1, …. */
  readonly squaredNorms: readonly number[]
}

export type Coefficients = ScaleCoefficients | PolyCoefficients

/**
 * Centre and divisor of R's `scale`: the mean and the standard deviation of the finite values; without centring, the
 * root of their sum of squares over (count - 1).
 *
 * @param center true for the mean, false for 0, or a number to subtract; `divide` likewise.
 * @returns a divisor of 0 when the values do not vary.
 */
export function fitScale(
  x: Float64Array,
  center: boolean | number,
  divide: boolean | number,
): ScaleCoefficients {
  const shift = center === true ? meanOf(x) : Number(center)
  if (divide === false) return { kind: "scale", center: shift, divisor: 1 }
  if (typeof divide === "number") return { kind: "scale", center: shift, divisor: divide }
  let count = 0
  let squares = 0
  for (const value of x) {
    if (!Number.isFinite(value)) continue
    count++
    squares += (value - shift) ** 2
  }
  return { kind: "scale", center: shift, divisor: Math.sqrt(squares / Math.max(1, count - 1)) }
}

/** `(x - center) / divisor`; a new array. */
export function applyScale(x: Float64Array, { center, divisor }: ScaleCoefficients): Float64Array {
  return x.map((value) => (value - center) / divisor)
}

/**
 * Coefficients of the polynomials orthogonal over the finite values of `x`, by the three-term recurrence
 * `p_{j+1} = (x - alpha_j) p_j - (n_j / n_{j-1}) p_{j-1}`, `n_j = sum p_j^2`, `alpha_j = sum x p_j^2 / n_j`
 * (Kennedy & Gentle 1980, Statistical Computing, pages 343-344), which R's `poly` uses as well.
 *
 * @throws ModelError `degree-too-high` when `x` has too few distinct values for the degree.
 */
export function fitPoly(x: Float64Array, degree: number, where: string): PolyCoefficients {
  const values = x.filter(Number.isFinite)
  const distinct = countDistinct(values, degree)
  if (distinct <= degree) {
    throw new ModelError(`degree ${degree} with ${distinct} distinct values, expected a degree below that`, {
      code: "degree-too-high",
      where,
      hint: distinct <= 1 ? "take the predictor out" : `lower the degree to ${distinct - 1} or less`,
    })
  }
  // The recurrence runs on centred values, so that a year such as 1978 costs no digits.
  const mean = meanOf(values)
  const centred = values.map((value) => value - mean)
  const alpha: number[] = []
  const squaredNorms = [values.length]
  let previous = new Float64Array(values.length)
  let current = new Float64Array(values.length).fill(1)
  for (let j = 0; j < degree; j++) {
    const norm = squaredNorms[j]!
    let shift = 0
    for (let i = 0; i < centred.length; i++) shift += centred[i]! * current[i]! ** 2
    shift /= norm
    alpha.push(shift + mean)
    const ratio = j === 0 ? 0 : norm / squaredNorms[j - 1]!
    const next = new Float64Array(centred.length)
    let nextNorm = 0
    for (let i = 0; i < centred.length; i++) {
      next[i] = (centred[i]! - shift) * current[i]! - ratio * previous[i]!
      nextNorm += next[i]! ** 2
    }
    squaredNorms.push(nextNorm)
    previous = current
    current = next
  }
  return { kind: "poly", alpha, squaredNorms }
}

/** The polynomials of degree 1, 2, … at `x`, each of unit length over the values they were fitted to. */
export function applyPoly(x: Float64Array, { alpha, squaredNorms }: PolyCoefficients): Float64Array[] {
  const monic: Float64Array[] = [new Float64Array(x.length).fill(1)]
  for (const [j, shift] of alpha.entries()) {
    const current = monic[j]!
    const previous = monic[j - 1] ?? current
    const ratio = j === 0 ? 0 : squaredNorms[j]! / squaredNorms[j - 1]!
    monic.push(x.map((value, i) => (value - shift) * current[i]! - ratio * previous[i]!))
  }
  return monic.slice(1).map((column, j) => {
    const norm = Math.sqrt(squaredNorms[j + 1]!)
    return column.map((value) => value / norm)
  })
}

/** The powers 1, 2, …, `degree` of `x`. */
export function rawPowers(x: Float64Array, degree: number): Float64Array[] {
  return Array.from({ length: degree }, (_, j) => x.map((value) => value ** (j + 1)))
}

/** Mean of the finite values, with a second pass that takes back the first one's rounding. */
function meanOf(x: Float64Array): number {
  let sum = 0
  let count = 0
  for (const value of x) {
    if (!Number.isFinite(value)) continue
    sum += value
    count++
  }
  const mean = sum / count
  let rest = 0
  for (const value of x) if (Number.isFinite(value)) rest += value - mean
  return mean + rest / count
}

/** Number of distinct values, counting no further than `enough + 1`. */
function countDistinct(values: Float64Array, enough: number): number {
  const seen = new Set<number>()
  for (const value of values) {
    seen.add(value)
    if (seen.size > enough) break
  }
  return seen.size
}
