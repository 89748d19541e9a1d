/**
 * Discrete Fourier transforms of power-of-two size, by fft.js. Complex arrays are interleaved:
 * `[re₀, im₀, re₁, im₁, …]`, 2·size doubles. Forward means Σ_j x_j exp(−2πi jk/size), unscaled.
 */

import FFT from "fft.js"
import { InternalError } from "../core/errors.ts"

export interface FourierTransform {
  /** Number of complex points. */
  readonly size: number
  /** Transforms `input` (2·size doubles, unchanged) into `output` (2·size doubles, another array). */
  forward(output: Float64Array, input: Float64Array): void
  /** The inverse of `forward`, scaled by 1/size. */
  inverse(output: Float64Array, input: Float64Array): void
  /** Transforms `size` real numbers; writes frequencies 0 … size/2 only, the rest of `output` is undefined. */
  forwardReal(output: Float64Array, input: Float64Array): void
}

const transforms = new Map<number, FourierTransform>()

/**
 * The transform of a size, with its tables; made once for each size and kept.
 *
 * @param size number of complex points
 * @throws InternalError when `size` is not a power of two of at least 2
 */
export function fourierTransform(size: number): FourierTransform {
  const known = transforms.get(size)
  if (known !== undefined) return known
  if (!(Number.isInteger(size) && size >= 2 && Number.isInteger(Math.log2(size)))) {
    throw new InternalError(`Fourier transform of size ${size}, expected a power of two of at least 2`)
  }
  const fft = new FFT(size)
  const transform: FourierTransform = {
    size,
    forward: (output, input) => fft.transform(output, input),
    inverse: (output, input) => fft.inverseTransform(output, input),
    forwardReal: (output, input) => fft.realTransform(output, input),
  }
  transforms.set(size, transform)
  return transform
}

/** The smallest power of two that is at least `n` and at least 2. */
export function nextPowerOfTwo(n: number): number {
  let size = 2
  while (size < n) size *= 2
  return size
}
