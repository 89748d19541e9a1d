import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { DataError } from "../../src/core/errors.ts"
import { writeReport } from "../../src/report/write-report.ts"
import { demoInput } from "./demo-input.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "report-"))
})
afterEach(() => rm(folder, { recursive: true }))

describe("writeReport", () => {
  it("writes the page, replaces an older one, and leaves nothing else", async () => {
    const file = path.join(folder, "report.html")
    await writeFile(file, "old")
    await writeReport(demoInput(), file)
    expect((await readFile(file, "utf8")).slice(0, 15)).toBe("<!doctype html>")
    expect(await readdir(folder)).toEqual(["report.html"])
  })

  it("says in one line that the folder does not exist", async () => {
    const file = path.join(folder, "missing", "report.html")
    const error = await failure(writeReport(demoInput(), file))
    expect(error.oneLine()).toBe(
      `${file}: cannot write the report: its folder does not exist; create the folder first, or name another file`,
    )
    expect(error.code).toBe("unwritable")
    expect(await readdir(folder)).toEqual([])
  })

  it("leaves nothing half-written when the name is that of a folder", async () => {
    const file = path.join(folder, "report.html")
    await mkdir(file)
    const error = await failure(writeReport(demoInput(), file))
    expect(error.message).toBe("cannot write the report: it is a folder")
    expect(await readdir(folder)).toEqual(["report.html"])
  })

  it("refuses a path through a file", async () => {
    await writeFile(path.join(folder, "file"), "")
    const error = await failure(writeReport(demoInput(), path.join(folder, "file", "report.html")))
    expect(error.message).toBe("cannot write the report: a part of the path is a file, not a folder")
  })
})

async function failure(promise: Promise<void>): Promise<DataError> {
  const outcome = await promise.catch((error: unknown) => error)
  expect(outcome).toBeInstanceOf(DataError)
  return outcome as DataError
}
