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
