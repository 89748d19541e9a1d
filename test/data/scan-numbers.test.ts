import fc from "fast-check"
import { expect, it } from "vitest"
import { asFactor } from "../../src/data/factor.ts"
import { areFinite, findWholeRange } from "../../src/data/scan-numbers.ts"
import { toTable } from "../../src/data/to-table.ts"

it("finds the one number that is not finite, wherever it stands", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9000 }),
      fc.nat(),
      fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -1e308),
      (rows, place, value) => {
        const values = new Float64Array(rows).fill(1e308)
        values[place % rows] = value
        expect(areFinite(values)).toBe(Number.isFinite(value))
      },
    ),
    { numRuns: 100, seed: 5 },
  )
})

it("ranges over whole numbers, passing over those that are missing", () => {
  const values = Float64Array.from({ length: 10_000 }, (_, i) => (i % 7 === 0 ? Number.NaN : i - 20))
  expect(findWholeRange(values)).toEqual({ least: -19, most: 9979, areWhole: true })
  expect(findWholeRange(Int32Array.of(3, -1, 2))).toEqual({ least: -1, most: 3, areWhole: true })
  values[9000] = 0.5
  expect(findWholeRange(values).areWhole).toBe(false)
})

it("integers are the same factor as their numbers, and their own codes where they are such", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 6 }), { minLength: 1 }), (list) => {
      const of = (values: Int32Array | Float64Array) =>
        asFactor(toTable({ g: values }).columns.get("g")!, "g")
      expect(of(Int32Array.from(list))).toEqual(of(Float64Array.from(list)))
    }),
    { numRuns: 100, seed: 6 },
  )
  const codes = Int32Array.of(2, 0, 1, 1)
  expect(asFactor(toTable({ g: codes }).columns.get("g")!, "g").codes).toBe(codes)
})
