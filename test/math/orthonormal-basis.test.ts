import { describe, expect, it } from "vitest"
import { dot } from "../../src/math/compensated-sum.ts"
import { orthonormaliseColumns, solveUpperColumns } from "../../src/math/orthonormal-basis.ts"

const ones = new Float64Array(12).fill(1)
const year = Float64Array.from({ length: 12 }, (_, i) => 1970 + i)
const square = year.map((value) => value * value)

describe("orthonormaliseColumns", () => {
  it("is orthonormal to the last digits for columns of condition 1e11", () => {
    const { basis, dependent, coordinates } = orthonormaliseColumns([ones, year, square])
    expect(dependent).toEqual([])
    basis.forEach((a, i) => {
      basis.forEach((b, j) => {
        expect(Math.abs(dot(a, b) - (i === j ? 1 : 0))).toBeLessThan(1e-15 * 4)
      })
    })
    ;[ones, year, square].forEach((column, j) => {
      column.forEach((value, i) => {
        const rebuilt = basis.reduce((sum, direction, k) => sum + coordinates[j]![k]! * direction[i]!, 0)
        expect(Math.abs(rebuilt / value - 1)).toBeLessThan(1e-14)
      })
    })
  })

  it("centres a year to the last digit", () => {
    const { basis, coordinates } = orthonormaliseColumns([ones, year])
    expect(coordinates[1]![1]).toBeCloseTo(Math.sqrt(143), 11)
    expect(basis[1]![0]! * Math.sqrt(143)).toBeCloseTo(-5.5, 11)
  })

  it("names dependent columns and their coordinates", () => {
    const combination = ones.map((value, i) => 3 * value - 2 * year[i]!)
    const zero = new Float64Array(12)
    const { basis, independent, dependent, coordinates } = orthonormaliseColumns([
      ones,
      year,
      combination,
      zero,
      square,
    ])
    expect(independent).toEqual([0, 1, 4])
    expect(dependent).toEqual([2, 3])
    expect(basis).toHaveLength(3)
    const weights = coordinates[2]!.slice(0, 2)
    solveUpperColumns([coordinates[0]!, coordinates[1]!], weights)
    expect(weights[0]).toBeCloseTo(3, 7)
    expect(weights[1]).toBeCloseTo(-2, 10)
  })
})

describe("dot", () => {
  it("keeps what lies below the last digit of the running total", () => {
    expect(dot(Float64Array.of(1e16, 1, -1e16), Float64Array.of(1, 1, 1))).toBe(1)
    const tenths = new Float64Array(1e5).fill(0.1)
    expect(dot(tenths, new Float64Array(1e5).fill(1))).toBe(1e4)
  })

  it("passes on what is not finite", () => {
    expect(dot(Float64Array.of(1, Number.NaN), Float64Array.of(1, 1))).toBeNaN()
    expect(dot(Float64Array.of(1e200, 1), Float64Array.of(1e200, 1))).toBe(Number.POSITIVE_INFINITY)
  })
})
