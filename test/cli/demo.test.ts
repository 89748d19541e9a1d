import { readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { listing, run, temporaryFolder } from "./run-main.ts"

describe("demo", () => {
  it("converges, shows REML and shrinkage, and writes a report", async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, "report.html")
    const { status, stdout, stderr } = await run(["demo", "--report", file])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(listing(folder)).toEqual(["report.html"])
    const page = readFileSync(file, "utf8")
    expect(page).toContain("Brightness of paper pulp by operator")
    // The threads' timing is the one thing that changes from run to run.
    const steady = stdout.replace(/\d+\.\d+ s$/m, "SECONDS").replace(file, "report.html")
    await expect(steady).toMatchFileSnapshot("golden/demo.txt")
  })

  it("fits a terminal of 80 columns", async () => {
    const file = path.join(temporaryFolder(), "report.html")
    const { stdout } = await run(["demo", "--report", file], { columns: 80, env: { NO_COLOR: "1" } })
    expect(
      stdout
        .replace(file, "report.html")
        .split("\n")
        .filter((line) => line.length > 80),
    ).toEqual(['The sampler that ran: gibbsite explain "bright ~ 1 + (1 | operator)" @pulp --method gibbs'])
  })
})
