import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { thinForPlot } from "../../src/diagnostics/thin-for-plot.ts"

const chainOf = fc.array(fc.double(), { maxLength: 400 }).map((values) => Float64Array.from(values))

describe("thinForPlot", () => {
  it("keeps extremes, order, values and the number of points", () => {
    fc.assert(
      fc.property(chainOf, fc.integer({ min: 1, max: 60 }), (chain, points) => {
        const { index, value } = thinForPlot(chain, points)
        expect([...value]).toEqual(Array.from(index, (i) => chain[i]))
        expect(index.every((position, k) => k === 0 || position > index[k - 1]!)).toBe(true)
        expect(index.length).toBeLessThanOrEqual(Math.max(2, points))
        const numbers = (values: Float64Array): Float64Array => values.filter((v) => !Number.isNaN(v)).sort()
        const [all, kept] = [numbers(chain), numbers(value)]
        expect(kept.at(0)).toBe(all.at(0))
        expect(kept.at(-1)).toBe(all.at(-1))
      }),
      { seed: 8, numRuns: 500 },
    )
  })

  it("keeps a short chain whole, as a copy", () => {
    const chain = Float64Array.from({ length: 1000 }, (_, i) => i)
    const { index, value } = thinForPlot(chain)
    expect(value).toEqual(chain)
    expect(value.buffer).not.toBe(chain.buffer)
    expect(index[999]).toBe(999)
  })

  it("keeps about a thousand points of a long chain, a spike among them", () => {
    const chain = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i))
    chain[31_234] = 9
    const { index, value } = thinForPlot(chain)
    expect(index).toHaveLength(1000)
    expect(value.includes(9)).toBe(true)
  })

  it("keeps the minimum and maximum of every stretch", () => {
    const { index } = thinForPlot(Float64Array.of(3, 1, 2, 5, 4, 6, Number.NaN, Number.NaN, Number.NaN), 6)
    expect([...index]).toEqual([0, 1, 4, 5, 6])
  })
})
