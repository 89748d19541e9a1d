/** The part of fft.js 4.0.4 (radix-4, in double precision) that is used here; the package ships no types. */
declare module "fft.js" {
  class FFT {
    /** @param size number of complex points, a power of two of at least 2 */
    constructor(size: number)
    /** Interleaved complex input and output of 2·size doubles; the two must differ. */
    transform(output: Float64Array, input: Float64Array): void
    /** Interleaved complex, scaled by 1/size. */
    inverseTransform(output: Float64Array, input: Float64Array): void
    /** `size` real inputs; writes frequencies 0 … size/2 of the interleaved output only. */
    realTransform(output: Float64Array, input: Float64Array): void
  }
  export = FFT
}
