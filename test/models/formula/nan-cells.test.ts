import { describe, expect, it } from "vitest"
import { readCsv } from "../../../src/data/read-csv.ts"
import { buildDesign } from "../../../src/models/formula/build-design.ts"

const TEXT = "y,x,z,g\n1,2,1,a\n2,NaN,3,b\n3,4,NaN,a\n4,5,2,b\n5,7,1,a\n"

describe("a cell that says NaN", () => {
  it("is refused where a formula uses its column", () => {
    expect(() => buildDesign("y ~ x + (1 | g)", readCsv(TEXT, "d.csv"))).toThrow('column "x" is NaN in row 2')
  })
  it("does no harm in a column that is not used", () => {
    expect(buildDesign("y ~ 1 + (1 | g)", readCsv(TEXT, "d.csv")).nobs).toBe(5)
  })
  it("is a missing value when the reader was told so", () => {
    const table = readCsv(TEXT, "d.csv", { na: ["NA", "NaN", ""] })
    const design = buildDesign("y ~ x + (1 | g)", table)
    expect([design.nobs, design.dropped]).toEqual([4, 1])
  })
})
