import { describe, expect, it } from "vitest"
import type { Table } from "../../../src/data/table.ts"
import { toTable } from "../../../src/data/to-table.ts"
import { buildDesign } from "../../../src/models/formula/build-design.ts"
import { newDesign } from "../../../src/models/formula/new-design.ts"

const data = {
  y: [1, 2, 4, 3, 6, 5, 8, 9, 7, 11, 3.5, 2.25],
  x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.5],
  w: [2, 2, 2, 3, 3, 3, 1, 1, 1, 9, 9, 9],
  f: ["a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c"],
  g: ["u", "u", "v", "v", "w", "w", "u", "u", "v", "v", "w", "w"],
}
const table = toTable(data)

/** Some rows of the data, in some order. */
function pick(rows: readonly number[]): Table {
  return toTable(
    Object.fromEntries(Object.entries(data).map(([name, values]) => [name, rows.map((row) => values[row]!)])),
  )
}

describe("newDesign", () => {
  it.each([
    "y ~ poly(x, 3) + scale(w) * f + (scale(x) | g)",
    "y ~ 0 + f:g + offset(log(x)) + (1 | g/f)",
    "y ~ factor(w) + x + I(2 * x) + (0 + f | w)",
    "y ~ scale(log(x)) + (poly(w, 2, raw = TRUE) || g)",
    "y ~ . + (1 | g)",
  ])("codes rows of the data as they were coded: %s", (formula) => {
    for (const contrasts of ["treatment", "sum"] as const) {
      const design = structuredClone(buildDesign(formula, table, { contrasts, residualKnown: true }))
      const rows = [11, 0, 4]
      const found = newDesign(design, pick(rows))
      const take = (column: Float64Array | Int32Array): number[] => rows.map((row) => column[row]!)
      expect(found.nobs).toBe(3)
      expect(found.fixed.names).toEqual(design.fixed.names)
      expect(found.fixed.columns.map((column) => [...column])).toEqual(design.fixed.columns.map(take))
      expect(found.offset === null ? null : [...found.offset]).toEqual(design.offset && take(design.offset))
      expect(found.random.map(({ group, levels, terms }) => ({ group, levels, terms }))).toEqual(
        design.random.map(({ group, levels, terms }) => ({ group, levels, terms })),
      )
      for (const [k, term] of found.random.entries()) {
        expect([...term.codes]).toEqual(take(design.random[k]!.codes))
        expect(term.columns.map((column) => [...column])).toEqual(design.random[k]!.columns.map(take))
      }
    }
  })

  it("survives a trip through JSON", () => {
    const design = buildDesign("y ~ poly(x, 2) * f + (1 | g)", table)
    const recipe = JSON.parse(JSON.stringify(design.recipe))
    expect(newDesign({ ...design, recipe }, table)).toEqual(newDesign(design, table))
  })

  it("needs no response, and codes one row that has one level", () => {
    const design = buildDesign("y ~ x * f + (x | g)", table)
    const found = newDesign(design, toTable({ x: [2], f: ["c"], g: ["w"] }))
    expect(found.fixed.columns.map((column) => column[0])).toEqual([1, 2, 0, 1, 0, 2])
    expect([...found.random[0]!.codes]).toEqual([2])
  })

  it("marks new and missing levels of a grouping factor", () => {
    const design = buildDesign("y ~ x + (1 | g/f)", table)
    const input = toTable({ x: [1, 2, 3, 4], g: ["u", "new", null, "u"], f: ["a", "a", "a", "c"] })
    const found = newDesign(design, input)
    expect([...found.random[0]!.codes]).toEqual([0, -1, -1, 0])
    expect([...found.random[1]!.codes]).toEqual([0, -1, -1, -1])
    const none = toTable({ x: [1, 2], g: [null, null], f: ["a", "b"] })
    expect([...newDesign(design, none).random[0]!.codes]).toEqual([-1, -1])
  })

  it("groups by numbers", () => {
    const design = buildDesign("y ~ x + (1 | w)", table)
    const found = newDesign(design, toTable({ x: [1, 2, 3], w: [9, 1, 4] }))
    expect([...found.random[0]!.codes]).toEqual([3, 0, -1])
  })

  it("leaves out rows in which a predictor is missing", () => {
    const design = buildDesign("y ~ x + f", table)
    const found = newDesign(design, toTable({ x: [1, null, 3], f: ["a", "b", "c"] }))
    expect([...found.rowIndex]).toEqual([0, 2])
    expect(found.dropped).toBe(1)
    expect([...found.fixed.columns[3]!]).toEqual([0, 1])
  })

  it("leaves the random part out when asked, and then needs no groups", () => {
    const design = buildDesign("y ~ x + (f | g)", table)
    expect(newDesign(design, toTable({ x: [1, 2] }), { random: false }).random).toEqual([])
    expect(() => newDesign(design, toTable({ x: [1, 2], f: ["a", "b"] }))).toThrow('unknown variable "g"')
  })

  it("converts columns as the fitted design did", () => {
    const design = buildDesign("y ~ w", table, { factor: ["w"] })
    const found = newDesign(design, toTable({ w: [9, 2] }))
    expect(found.fixed.columns.map((column) => [...column])).toEqual([
      [1, 1],
      [0, 1],
      [0, 0],
      [1, 0],
    ])
  })

  it("refuses what the fitted design did not know", () => {
    const design = buildDesign("y ~ x + f + (1 | g)", table)
    const refuse = (columns: Parameters<typeof toTable>[0], message: string): void =>
      expect(() => newDesign(design, toTable(columns))).toThrow(message)
    const g = ["u", "u"]
    refuse({ x: [1, 2], f: ["a", "d"], g }, '"d" in row 2 is not a level of factor "f"')
    refuse({ x: ["low", "high"], f: ["a", "b"], g }, 'predictor "x" is not numeric: row 1 is "low"')
    refuse({ f: ["a", "b"], g }, 'unknown variable "x"')
    refuse({ x: [null, null], f: ["a", "b"], g }, 'column "x" has no values: all 2 rows are missing')
    const { recipe: _, ...bare } = design
    expect(() => newDesign(bare, table)).toThrow("this design was not made from a formula")
  })

  it("refuses a value that leaves the finite numbers", () => {
    const design = buildDesign("y ~ log(x)", table)
    expect(() => newDesign(design, toTable({ x: [1, -1] }))).toThrow(
      'log(x) is NaN in row 2, where column "x" is -1',
    )
  })
})
