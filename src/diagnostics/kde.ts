/**
 * Gaussian kernel density estimates on a grid, as R's `density()`: f̂(x) = Σᵢ φ((x − xᵢ)/h) / (n h). Silverman (1986),
 * Density Estimation for Statistics and Data Analysis, eq. 2.2; bounds by reflection, section 2.10.
 */

import { OptionError } from "../core/errors.ts"
import { type BandwidthRule, bandwidthRules } from "./bandwidth.ts"
import { isConstant } from "./chains.ts"

export interface DensityOptions {
  /** Points of the grid; 256 without it. */
  readonly points?: number
  /** A rule, or the standard deviation of the kernel in the units of the draws; `nrd0` without it. */
  readonly bandwidth?: BandwidthRule | number
  /** The quantity cannot lie below this (0 for a standard deviation): mass beyond is folded back. */
  readonly lower?: number
  /** The quantity cannot lie above this. */
  readonly upper?: number
  /** Ends of the grid; without them three bandwidths beyond the draws, but not beyond a bound. */
  readonly from?: number
  readonly to?: number
}

export interface DensityEstimate {
  /** Evenly spaced, ascending. */
  readonly x: Float64Array
  /** The density at each `x`, in one over the units of the draws. */
  readonly density: Float64Array
  /** Standard deviation of the kernel; NaN where there is no estimate. */
  readonly bandwidth: number
  /** Why `x` and `density` are empty, or null. */
  readonly reason: string | null
}

/** Bandwidths beyond the draws that the grid reaches. */
const CUT = 3

/**
 * The density of draws (unchanged, in any order). Fewer than two draws, draws that are not finite, and draws that are all
 * equal have none: empty arrays and a reason.
 *
 * @throws OptionError for fewer than 2 points, a bandwidth that is not positive, or draws beyond a bound
 */
export function kde(values: Float64Array, options: DensityOptions = {}): DensityEstimate {
  const { points = 256, bandwidth: rule = "nrd0", lower = -Infinity, upper = Infinity } = options
  if (!(Number.isInteger(points) && points >= 2))
    throw badOption("points", points, "a whole number of at least 2")
  const reason = lacking(values)
  if (reason !== null) return { x: new Float64Array(0), density: new Float64Array(0), bandwidth: NaN, reason }

  const sorted = values.slice().sort()
  const least = sorted[0]!
  const largest = sorted[sorted.length - 1]!
  if (least < lower) throw badOption("lower", lower, `a bound at or below the smallest draw, ${least}`)
  if (largest > upper) throw badOption("upper", upper, `a bound at or above the largest draw, ${largest}`)
  const bandwidth = typeof rule === "number" ? rule : bandwidthRules[rule](sorted)
  if (!(bandwidth > 0 && Number.isFinite(bandwidth)))
    throw badOption("bandwidth", bandwidth, "a positive number")

  const from = options.from ?? Math.max(lower, least - CUT * bandwidth)
  const to = options.to ?? Math.min(upper, largest + CUT * bandwidth)
  if (!(from < to)) throw badOption("to", to, `more than the start of the grid, ${from}`)
  const x = Float64Array.from({ length: points }, (_, k) => from + ((to - from) * k) / (points - 1))
  const density = new Float64Array(points)
  const add = kernelAdder(density, from, (to - from) / (points - 1), bandwidth)
  for (const value of sorted) {
    add(value)
    // A draw's image behind a bound carries the mass that its kernel loses there.
    if (Number.isFinite(lower)) add(2 * lower - value)
    if (Number.isFinite(upper)) add(2 * upper - value)
  }
  const total = sorted.length * bandwidth * Math.sqrt(2 * Math.PI)
  for (let k = 0; k < points; k++) {
    density[k] = x[k]! < lower || x[k]! > upper ? 0 : density[k]! / total
  }
  return { x, density, bandwidth, reason: null }
}

function lacking(values: Float64Array): string | null {
  if (values.length < 2) return `a density needs at least 2 draws, found ${values.length}`
  if (!values.every((value) => Number.isFinite(value))) return "there are draws that are not finite"
  return isConstant(values) ? `all draws are ${values[0]}` : null
}

/** Kernel heights below this share of the peak are left out. */
const NEGLIGIBLE = 1e-17

/**
 * A function that adds the kernel exp(−((x − centre)/h)²/2) to a grid, outwards from the nearest point. On an even grid the
 * ratio of neighbours changes by a constant factor, so that a kernel costs three exponentials, not one a point.
 */
function kernelAdder(grid: Float64Array, from: number, step: number, h: number): (centre: number) => void {
  const spacing = step / h
  const change = Math.exp(-spacing * spacing)
  const walk = (start: number, direction: 1 | -1, height: number, ratio: number): void => {
    for (let k = start; k >= 0 && k < grid.length && height > NEGLIGIBLE; k += direction) {
      grid[k]! += height
      height *= ratio
      ratio *= change
    }
  }
  return (centre) => {
    const nearest = Math.min(Math.max(Math.round((centre - from) / step), 0), grid.length - 1)
    const offset = (from + nearest * step - centre) / h
    const height = Math.exp((-offset * offset) / 2)
    const up = Math.exp(-spacing * (spacing / 2 + offset))
    const down = Math.exp(-spacing * (spacing / 2 - offset))
    walk(nearest, 1, height, up)
    walk(nearest - 1, -1, height * down, down * change)
  }
}

function badOption(where: string, found: number, expected: string): OptionError {
  return new OptionError(`found ${found}, expected ${expected}`, {
    code: "bad-density-option",
    where,
    hint: "change it, or leave it out",
  })
}
