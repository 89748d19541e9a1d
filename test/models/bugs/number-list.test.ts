import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readNumberList } from "../../../src/models/bugs/number-list.ts"
import { readRDump } from "../../../src/models/bugs/r-dump.ts"

describe("numbers between parentheses", () => {
  it("are the ones that JavaScript reads, whatever their notation", () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), (values) => {
        const text = `( ${values.join(",\n")} ) x`
        const found = readNumberList(text, 0)
        // A number such as 5e-324 or 1e+21 is written with its exponent.
        expect(found?.values).toEqual(values.map((value) => Number(String(value))))
        expect(text.slice(found!.end)).toBe(" x")
      }),
    )
  })

  it("may be missing, and marked as integers", () => {
    expect(readNumberList("(1L, NA, -2.5, .5, 3.)", 0)?.values).toEqual([1, Number.NaN, -2.5, 0.5, 3])
  })

  it.each(["(1, x)", "(1,)", "()", "(1 2)", "(1:3)", "(NAN)", "(1.2.3)", "(0x1F)", "(1, 2", "1, 2)"])(
    "%s is left to the reader of expressions",
    (text) => {
      expect(readNumberList(text, 0)).toBeNull()
    },
  )

  it("are read the same in a file as what is written out", () => {
    const { values } = readRDump("x <- c(1, 2.5e-3, NA, -7)").get("x")!
    expect([...values]).toEqual([...readRDump("x <- c(0 + 1, 2.5e-3, NA, -7)").get("x")!.values])
  })
})
