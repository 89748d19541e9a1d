import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { datasetNames } from "../../src/data/datasets.ts"
import { run } from "./run-main.ts"

describe("datasets", () => {
  it("lists name, rows, description and source of each", async () => {
    const { status, stdout } = await run(["datasets"])
    expect(status).toBe(0)
    const plain = stdout.replace(/\s+/g, " ")
    for (const { name, rows, description, source } of datasetNames()) {
      expect(plain).toContain(`@${name} ${rows} rows ${description}. ${source} `)
    }
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([])
  })

  it("prints one as it ships", async () => {
    const csv = readFileSync(new URL("../../data/eight_schools.csv", import.meta.url), "utf8")
    for (const name of ["eight_schools", "@eight_schools", "eightSchools"]) {
      expect(await run(["datasets", name])).toEqual({ status: 0, stdout: csv, stderr: "", exits: [] })
    }
  })
})
