import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import {
  datasetCsv,
  datasetNames,
  datasets,
  isDatasetName,
  resolveDatasetName,
} from "../../src/data/datasets.ts"
import { asFactor } from "../../src/data/factor.ts"
import type { Table } from "../../src/data/table.ts"
import { errorOf } from "./error-of.ts"

const listings = datasetNames()
const levels = (table: Table, column: string) => asFactor(table.columns.get(column)!, column).levels.length
const mean = (table: Table, column: string) => {
  const found = table.columns.get(column)!
  if (found.kind !== "numeric") throw new Error(`${column} is not numeric`)
  return found.values.reduce((sum, value) => sum + value, 0) / table.rows
}

describe("the shipped data sets", () => {
  it("are those of the folder, each with a function", () => {
    const files = readdirSync(new URL("../../data/", import.meta.url))
    expect(listings.map(({ name }) => `${name}.csv`)).toEqual(files.sort())
    expect(Object.keys(datasets)).toHaveLength(files.length)
  })

  it.each(listings)(
    "$name has the rows that its entry states, none with a missing value",
    ({ name, rows }) => {
      const camel = name.replace(/_(.)/g, (_, letter: string) =>
        letter.toUpperCase(),
      ) as keyof typeof datasets
      const table = datasets[camel]()
      expect(table.name).toBe(`@${name}`)
      expect(table.rows).toBe(rows)
      for (const column of table.columns.values()) {
        if (column.kind === "factor") throw new Error("a file holds no factors")
        expect(column.values).toHaveLength(rows)
        expect([...column.values].filter((value) => value === null || Number.isNaN(value))).toEqual([])
      }
    },
  )

  it("have one line of description and a source", () => {
    for (const { description, source } of listings) {
      expect(description).toMatch(/^[A-Z].{20,99}[^.\s]$/)
      expect(source).not.toBe("")
    }
  })

  it("hold the numbers of the literature", () => {
    expect(mean(datasets.pulp(), "bright")).toBeCloseTo(60.4, 12)
    expect(mean(datasets.dyestuff(), "Yield")).toBeCloseTo(1527.5, 12)
    expect(mean(datasets.eightSchools(), "effect")).toBe(8.75)
    expect(levels(datasets.radon(), "county")).toBe(85)
    expect(levels(datasets.panelAr1(), "id")).toBe(2500)
    expect(levels(datasets.grunfeld(), "firm")).toBe(11)
    expect(levels(datasets.sleepstudy(), "Subject")).toBe(18)
    expect(levels(datasets.verbagg(), "item")).toBe(24)
    expect(levels(datasets.orthodont(), "Subject")).toBe(27)
  })

  it("are read anew at each call", () => {
    const column = datasets.pulp().columns.get("bright")!
    if (column.kind === "numeric") column.values.fill(0)
    expect(mean(datasets.pulp(), "bright")).toBeCloseTo(60.4, 12)
  })
})

describe("names of data sets", () => {
  it.each(["eight_schools", "@eight_schools", "eightSchools", "@eightSchools"])("%s is known", (name) => {
    expect(resolveDatasetName(name)).toBe("eight_schools")
    expect(isDatasetName(name)).toBe(true)
    expect(datasetCsv(name)).toMatch(/^school,effect,se\n/)
  })

  it("that are unknown get a suggestion", () => {
    expect(isDatasetName("constructor")).toBe(false)
    expect(errorOf(() => datasetCsv("@radom"))).toEqual({
      type: "DataError",
      code: "unknown-dataset",
      line: 'no shipped data set "@radom"; did you mean "@radon"?',
    })
    expect(errorOf(() => datasetCsv("zzzzzz")).line).toBe(
      'no shipped data set "@zzzzzz"; "gibbsite datasets" lists the 22 there are',
    )
  })
})
