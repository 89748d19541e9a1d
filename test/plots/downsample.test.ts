import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { downsampleMinMax } from "../../src/plots/downsample.ts"

describe("downsampleMinMax", () => {
  it("returns a short series whole", () => {
    const series = Float64Array.of(3, 1, 2)
    expect(downsampleMinMax(series, 3)).toEqual({ index: [0, 1, 2], value: [3, 1, 2] })
  })

  it("keeps smallest and largest value of each stretch in the order of the draws", () => {
    const series = Float64Array.of(5, 1, 3, 9, 2, 4, 4, 8)
    expect(downsampleMinMax(series, 4)).toEqual({ index: [1, 3, 4, 7], value: [1, 9, 2, 8] })
  })

  it("keeps a spike one draw long", () => {
    const series = new Float64Array(10_000)
    series[7_321] = 1
    expect(downsampleMinMax(series, 100).value).toContain(1)
  })

  it("keeps a gap of values that are not finite, and looks past single ones", () => {
    const gap = Float64Array.of(1, 2, 3, Number.NaN, Number.NaN, Number.NaN, 4, 5, 6)
    expect(downsampleMinMax(gap, 6).value).toEqual([1, 3, Number.NaN, 4, 6])
    const single = Float64Array.of(1, Number.NaN, 3, 4, Number.POSITIVE_INFINITY, 6)
    expect(downsampleMinMax(single, 4).value).toEqual([1, 3, 4, 6])
  })

  it("keeps order, extremes and the bound on the number of points", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 2, max: 60 }),
        (values, points) => {
          const series = Float64Array.from(values)
          const { index, value } = downsampleMinMax(series, points)
          expect(index.length).toBeLessThanOrEqual(points)
          expect(index.every((at, i) => i === 0 || at > index[i - 1]!)).toBe(true)
          expect(value).toEqual(index.map((at) => series[at]))
          expect(Math.max(...value)).toBe(Math.max(...series))
          expect(Math.min(...value)).toBe(Math.min(...series))
        },
      ),
    )
  })
})
