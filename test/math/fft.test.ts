import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { InternalError } from "../../src/core/errors.ts"
import { fourierTransform, nextPowerOfTwo } from "../../src/math/fft.ts"

/** The defining sum, for comparison. */
function slowTransform(input: Float64Array): Float64Array {
  const size = input.length / 2
  const output = new Float64Array(input.length)
  for (let k = 0; k < size; k++) {
    for (let j = 0; j < size; j++) {
      const angle = (-2 * Math.PI * ((j * k) % size)) / size
      const [re, im] = [input[2 * j]!, input[2 * j + 1]!]
      output[2 * k] = output[2 * k]! + re * Math.cos(angle) - im * Math.sin(angle)
      output[2 * k + 1] = output[2 * k + 1]! + re * Math.sin(angle) + im * Math.cos(angle)
    }
  }
  return output
}

const complexArray = fc
  .integer({ min: 1, max: 8 })
  .chain((power) =>
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2 << power, maxLength: 2 << power }),
  )
  .map((values) => Float64Array.from(values))

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0)
}

describe("fourierTransform", () => {
  it("agrees with the defining sum", () => {
    fc.assert(
      fc.property(complexArray, (input) => {
        const output = new Float64Array(input.length)
        fourierTransform(input.length / 2).forward(output, input)
        expect(largestDifference(output, slowTransform(input))).toBeLessThan(1e-12)
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  it("is undone by its inverse", () => {
    fc.assert(
      fc.property(complexArray, (input) => {
        const transform = fourierTransform(input.length / 2)
        const spectrum = new Float64Array(input.length)
        const back = new Float64Array(input.length)
        transform.forward(spectrum, input)
        transform.inverse(back, spectrum)
        expect(largestDifference(back, input)).toBeLessThan(1e-14)
      }),
      { seed: 2, numRuns: 60 },
    )
  })

  it("gives the first half of the spectrum of real input", () => {
    for (const size of [2, 4, 8, 16, 32, 128]) {
      const real = Float64Array.from({ length: size }, (_, i) => Math.sin(1 + i * i))
      const input = new Float64Array(2 * size)
      for (let i = 0; i < size; i++) input[2 * i] = real[i]!
      const output = new Float64Array(2 * size)
      fourierTransform(size).forwardReal(output, real)
      const half = size + 2
      expect(
        largestDifference(output.subarray(0, half), slowTransform(input).subarray(0, half)),
      ).toBeLessThan(1e-12)
    }
  })

  it("keeps one transform for each size", () => {
    expect(fourierTransform(64)).toBe(fourierTransform(64))
  })

  it.each([0, 1, 3, 12, 2.5, Number.NaN])("refuses size %s", (size) => {
    expect(() => fourierTransform(size)).toThrow(InternalError)
  })
})

describe("nextPowerOfTwo", () => {
  it.each([
    [0, 2],
    [2, 2],
    [3, 4],
    [1024, 1024],
    [1025, 2048],
  ])("of %i is %i", (n, expected) => {
    expect(nextPowerOfTwo(n)).toBe(expected)
  })
})
