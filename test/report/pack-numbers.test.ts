import vm from "node:vm"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type PackedNumbers, packNumbers } from "../../src/report/pack-numbers.ts"
import { pageScript } from "../../src/report/page-script.ts"

/** The page's own function, run outside a page. */
function unpackInPage(packed: PackedNumbers): (number | null)[] {
  const program = pageScript.replace(/^}\s*$/m, "  result = unpack(packed)\n}")
  const context = vm.createContext({ atob, packed, result: null })
  vm.runInContext(program, context)
  return [...(context.result as (number | null)[])]
}

describe("packNumbers", () => {
  it("comes back from the page within half a step, gaps as gaps", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ noDefaultInfinity: true }), { nil: null }), { maxLength: 50 }),
        (values) => {
          const packed = packNumbers(values)
          const back = unpackInPage(packed)
          expect(back.length).toBe(values.length)
          // Halves: the range itself may overflow. The last term is the rounding of the products, denormal ones too.
          const halfStep = (packed.high / 2 - packed.low / 2) / 65534
          const rounding =
            4 * Number.EPSILON * Math.max(Math.abs(packed.low), Math.abs(packed.high)) + 4 * Number.MIN_VALUE
          values.forEach((value, i) => {
            if (value === null || Number.isNaN(value)) expect(back[i]).toBeNull()
            else expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(halfStep * (1 + 1e-9) + rounding)
          })
        },
      ),
      { numRuns: 300 },
    )
  })

  it("is exact for the ends and for a constant", () => {
    expect(unpackInPage(packNumbers([2, 5, 3]))).toEqual([2, 5, expect.closeTo(3, 4)])
    expect(unpackInPage(packNumbers([7, 7]))).toEqual([7, 7])
  })

  it("takes three characters of base64 for two bytes, not more", () => {
    expect(packNumbers(new Array(1000).fill(0)).base64.length).toBe(Math.ceil(2000 / 3) * 4)
  })
})
