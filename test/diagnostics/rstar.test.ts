import { describe, expect, it } from "vitest"
import { rhat } from "../../src/diagnostics/rhat.ts"
import { rstar } from "../../src/diagnostics/rstar.ts"
import { normals } from "./random.ts"

type Draw = (chain: number, i: number, normal: () => number) => readonly number[]

function scalars(chains: number, length: number, seed: number, draw: Draw) {
  const normal = normals(seed)
  const rows = Array.from({ length: chains }, (_, c) => Array.from({ length }, (_, i) => draw(c, i, normal)))
  return rows[0]![0]!.map((_, j) => ({
    name: `x${j}`,
    chains: rows.map((chain) => Float64Array.from(chain, (row) => row[j]!)),
  }))
}

describe("rstar", () => {
  it("is 1 but for chance where chains are alike", () => {
    const scores = Array.from({ length: 12 }, (_, seed) => {
      const found = rstar(
        scalars(4, 300, seed, (_, __, z) => [z(), z(), z()]),
        { trees: 40 },
      )
      expect(found.sdIfAlike).toBeCloseTo(Math.sqrt(7 / 360), 12)
      return (found.value - 1) / found.sdIfAlike
    })
    // Twelve scores, each about standard normal.
    expect(Math.abs(scores.reduce((sum, z) => sum + z, 0)) / Math.sqrt(12)).toBeLessThan(3.5)
    expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4.5)
  })

  it("sees chains that differ only in how parameters go together", () => {
    const draws = scalars(2, 1000, 3, (chain, _, z) => {
      const a = z()
      const b = 0.9 * a + Math.sqrt(1 - 0.81) * z()
      return chain === 0 ? [a, b] : [a, -b]
    })
    for (const { chains } of draws) expect(rhat(chains)).toBeLessThan(1.01)
    const { value, mean, sd, sdIfAlike } = rstar(draws)
    expect(value).toBeGreaterThan(1 + 8 * sdIfAlike)
    expect(mean).toBeGreaterThan(1 + 8 * sd)
  })

  it("is the number of half chains where all of them are apart", () => {
    const draws = scalars(2, 400, 4, (chain, i, z) => [z() + 100 * chain + (i < 200 ? 0 : 50), z()])
    const found = rstar(draws)
    expect(found.value).toBeGreaterThan(3.99)
    // Splits on the parameter without information blur the shares.
    expect(found.mean).toBeGreaterThan(3.5)
  })

  it("halves: a single chain that drifts is found out", () => {
    const drifting = scalars(1, 1000, 5, (_, i, z) => [z() + i / 300])
    const { value, sdIfAlike } = rstar(drifting)
    expect(value).toBeGreaterThan(1 + 6 * sdIfAlike)
  })

  it("depends on draws and seed alone, and passes over what never moved", () => {
    const draws = scalars(2, 200, 6, (_, __, z) => [z(), 3])
    expect(rstar(draws)).toEqual(rstar(draws))
    expect(rstar(draws, { seed: 1 }).mean).not.toBe(rstar(draws, { seed: 2 }).mean)
    expect(rstar(draws).reason).toBeNull()
  })

  it.each([
    ["there are no parameters", []],
    [
      "x0: 1 of 60 draws is NaN: draw 3 of chain 1",
      scalars(2, 30, 1, (c, i, z) => [c === 0 && i === 2 ? NaN : z()]),
    ],
    ["12 draws a chain, expected at least 20", scalars(2, 12, 1, (_, __, z) => [z()])],
    ["no parameter ever moved", scalars(2, 30, 1, () => [1])],
    [
      "y and x0 differ in their number of chains or draws",
      [
        ...scalars(2, 30, 1, (_, __, z) => [z()]),
        { name: "y", chains: [Float64Array.from({ length: 30 }, normals(1))] },
      ],
    ],
  ])("%s", (reason, draws) => {
    expect(rstar(draws)).toEqual({ value: NaN, sdIfAlike: NaN, mean: NaN, sd: NaN, reason })
  })
})
