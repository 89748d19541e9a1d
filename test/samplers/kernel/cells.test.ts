import fc from "fast-check"
import { expect, it } from "vitest"
import { findCells } from "../../../src/samplers/kernel/cells.ts"

it("numbers the pairs that occur, by the first level and then the second", () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 6 })), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(pairs, (rows) => {
      const a = Int32Array.from(rows, ([first]) => first)
      const b = Int32Array.from(rows, ([, second]) => second)
      const { pointer, code, ofRow } = findCells(a, 5, b, 7)
      const distinct = [...new Set(rows.map(([first, second]) => 10 * first + second))].sort((p, q) => p - q)
      const found = [...code].map((second, cell) => {
        const first = pointer.findLastIndex((start) => start <= cell)
        return 10 * Math.min(first, 4) + second
      })
      expect(pointer[5]).toBe(distinct.length)
      expect(found).toEqual(distinct)
      expect([...ofRow]).toEqual(rows.map(([first, second]) => distinct.indexOf(10 * first + second)))
    }),
    { seed: 4, numRuns: 200 },
  )
})
