/**
 * Autocovariances by the fast Fourier transform (Wiener–Khinchin): the power spectrum of the centred, zero-padded series,
 * transformed back. The estimate divides by N at every lag, not by N − t: smaller variance, and the sequence stays
 * positive definite (Geyer 1992, Statistical Science 7, 473–483, section 3.1).
 */

import { fourierTransform, nextPowerOfTwo } from "../math/fft.ts"
import { mean } from "./moments.ts"

/**
 * The autocovariance at each lag, averaged over the series, each about its own mean.
 *
 * Spectra add, so one transform back serves all series; and two real series go through one complex transform, as its
 * real and its imaginary part: Re of the transform of |F(a + ib)|² is the sum of both autocovariances.
 *
 * @param series arrays of one length N of at least 1, unchanged; finite values
 * @param means the mean of each
 * @returns N lags, lag 0 first
 */
export function averageAutocovariance(
  series: readonly Float64Array[],
  means: Float64Array = Float64Array.from(series, mean),
): Float64Array {
  const length = series[0]?.length ?? 0
  const size = nextPowerOfTwo(2 * length)
  const transform = fourierTransform(size)
  const { input, output, power } = workspace(size)
  power.fill(0)
  for (let m = 0; m < series.length; m += 2) {
    input.fill(0)
    centreInto(input, 0, series[m]!, means[m]!)
    if (m + 1 < series.length) centreInto(input, 1, series[m + 1]!, means[m + 1]!)
    transform.forward(output, input)
    for (let k = 0; k < size; k++) {
      const re = output[2 * k]!
      const im = output[2 * k + 1]!
      power[k] = power[k]! + re * re + im * im
    }
  }
  transform.forwardReal(output, power)
  const scale = 1 / (size * length * series.length)
  const autocovariance = new Float64Array(length)
  for (let lag = 0; lag < length; lag++) autocovariance[lag] = output[2 * lag]! * scale
  return autocovariance
}

/** Lags whose products are summed one by one before all lags are worth a Fourier transform. */
const MOST_DIRECT = 20
/** A series that correlates with its neighbours as strongly as this is not done with so few lags. */
const SLOW = 0.75

/**
 * The same lag by lag, for readers that stop early: draws that mix well need a few lags, whose products are summed one by one; whoever
 * goes on gets the rest from one transform.
 *
 * @returns the autocovariance at a lag from 0 to N − 1; good until the next call
 */
export function lazyAutocovariance(
  series: readonly Float64Array[],
  means: Float64Array,
): (lag: number) => number {
  const length = series[0]?.length ?? 0
  const count = series.length
  const centred = deviations(length * count)
  for (let m = 0; m < count; m++) {
    const values = series[m]!
    const centre = means[m]!
    const start = m * length
    for (let i = 0; i < length; i++) centred[start + i] = values[i]! - centre
  }
  let known = 0
  const summed = directLags
  const sumPair = (): void => {
    summed[known] = summed[known + 1] = 0
    for (let m = 0; m < count; m++) addLaggedProducts(centred, m * length, length, known, summed)
    summed[known]! /= length * count
    summed[known + 1]! /= length * count
    known += 2
  }
  sumPair()
  const slow = Math.abs(summed[1]!) > SLOW * summed[0]!
  let all: Float64Array | undefined
  return (lag) => {
    if (lag < known) return summed[lag]!
    if (all === undefined) {
      if (!slow && lag < MOST_DIRECT) {
        while (known <= lag) sumPair()
        return summed[lag]!
      }
      all = averageAutocovariance(series, means)
    }
    return all[lag]!
  }
}

/**
 * Adds Σ x_i x_{i+lag} of one series to `sums[lag]`, and that of the next lag: both in one pass over the values, whose sums do not wait for
 * one another.
 */
function addLaggedProducts(
  values: Float64Array,
  start: number,
  length: number,
  lag: number,
  sums: Float64Array,
): void {
  // The last product of this lag has no partner in the next.
  const end = start + length - lag - 1
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let i = start
  let first = values[i + lag]!
  for (; i + 1 < end; i += 2) {
    const x = values[i]!
    const y = values[i + 1]!
    const second = values[i + lag + 1]!
    a += x * first
    b += x * second
    first = values[i + lag + 2]!
    c += y * second
    d += y * first
  }
  for (; i < end; i++) {
    a += values[i]! * values[i + lag]!
    b += values[i]! * values[i + lag + 1]!
  }
  if (length > lag) a += values[end]! * values[end + lag]!
  sums[lag]! += a + c
  sums[lag + 1]! += b + d
}

const directLags = new Float64Array(MOST_DIRECT)
let keptDeviations = new Float64Array(0)

function deviations(size: number): Float64Array {
  if (keptDeviations.length < size) keptDeviations = new Float64Array(size)
  return keptDeviations
}

/** Writes the deviations from the mean, exactly 0 for a constant series, into every second slot. */
function centreInto(input: Float64Array, offset: number, values: Float64Array, centre: number): void {
  for (let i = 0; i < values.length; i++) input[2 * i + offset] = values[i]! - centre
}

interface Workspace {
  readonly input: Float64Array
  readonly output: Float64Array
  readonly power: Float64Array
}

/** Kept from call to call, for one size: all scalars of a run need the same. */
let kept: Workspace | undefined

function workspace(size: number): Workspace {
  if (kept?.power.length !== size) {
    kept = {
      input: new Float64Array(2 * size),
      output: new Float64Array(2 * size),
      power: new Float64Array(size),
    }
  }
  return kept
}
