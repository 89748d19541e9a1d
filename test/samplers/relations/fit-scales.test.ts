import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { climbLine, fitScales } from "../../../src/samplers/relations/fit-scales.ts"

describe("climbLine", () => {
  it("finds the top of a hill from afar, to a quarter", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        (top, from) => {
          const hill = (t: number) => 3 * (t - top) - 3 * Math.exp(t - top)
          const { at, value } = climbLine(hill, from)
          expect(Math.abs(at - top)).toBeLessThan(0.5)
          expect(value).toBe(hill(at))
        },
      ),
      { numRuns: 100 },
    )
  })

  it("stays where nothing is higher or known, and ends on a slope without a top", () => {
    expect(climbLine(() => Number.NaN, 2).at).toBe(2)
    expect(climbLine((t) => (t === 2 ? 0 : -Infinity), 2)).toEqual({ at: 2, value: 0 })
    expect(climbLine((t) => t, 0).at).toBeGreaterThan(1e6)
  })
})

describe("fitScales", () => {
  const hill = (top: number) => (_: number, t: number) => -((t - top) ** 2)

  it("moves a scale that is impossible given the elements to the top of the marginal density", () => {
    const phi = Float64Array.of(20, 1)
    let settled = 0
    fitScales(
      phi,
      (k, t) => -((t - (k === 0 ? 3 : 0)) ** 2),
      hill(5),
      () => {
        settled++
      },
    )
    expect(phi[0]).toBeCloseTo(5, 0)
    expect(phi[1]).toBe(1)
    expect(settled).toBe(1)
  })

  it("leaves scales as they are that some draw may have", () => {
    const phi = Float64Array.of(7)
    fitScales(phi, hill(0), hill(100), () => expect.unreachable())
    expect(phi[0]).toBe(7)
  })
})
