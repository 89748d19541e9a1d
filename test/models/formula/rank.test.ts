import { describe, expect, it } from "vitest"
import { findIndependentColumns } from "../../../src/models/formula/rank.ts"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"

const ROWS = 500

function columns(count: number, scale = 1): Float64Array[] {
  const rng = streamFor("rank", 0, "test")
  return Array.from({ length: count }, () =>
    Float64Array.from({ length: ROWS }, () => scale * drawNormal(rng)),
  )
}

const mix = (a: Float64Array, b: Float64Array, wa: number, wb: number): Float64Array =>
  a.map((value, i) => wa * value + wb * b[i]!)

describe("columns that depend on earlier ones", () => {
  it.each([1, 1e-150, 1e160])("are left out, whatever the scale: %s", (scale) => {
    const [a, b, c] = columns(3, scale)
    const zero = new Float64Array(ROWS)
    expect(findIndependentColumns([a!, zero, b!, mix(a!, b!, 2, -1), c!, mix(b!, c!, 1, 1)])).toEqual([
      0, 2, 4,
    ])
  })

  it.each([
    [3e-1, true],
    [3e-5, true],
    [3e-7, true],
    [3e-8, false],
    [3e-12, false],
    [0, false],
  ])("a share of %s of its own keeps a column: %s", (share, keeps) => {
    const [a, b, c, own] = columns(4)
    const near = mix(mix(a!, b!, 3, -2), own!, 1, share * Math.sqrt(13))
    expect(findIndependentColumns([a!, b!, near, c!])).toEqual(keeps ? [0, 1, 2, 3] : [0, 1, 3])
    // Behind a column that is itself nearly dependent.
    const almost = mix(a!, b!, 1, 1e-5)
    expect(findIndependentColumns([a!, almost, near, c!])).toEqual(keeps ? [0, 1, 2, 3] : [0, 1, 3])
  })

  it("columns of factors that code the same groups", () => {
    const ones = new Float64Array(ROWS).fill(1)
    const levels = Array.from({ length: 4 }, (_, l) =>
      Float64Array.from({ length: ROWS }, (_, i) => (i % 4 === l ? 1 : 0)),
    )
    expect(findIndependentColumns([ones, ...levels])).toEqual([0, 1, 2, 3])
    expect(findIndependentColumns([...levels, ones])).toEqual([0, 1, 2, 3])
  })

  it("no columns", () => {
    expect(findIndependentColumns([])).toEqual([])
  })
})
