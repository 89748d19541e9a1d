/** The examples that help texts show, run as they stand; what they write goes to a temporary folder. */
import path from "node:path"
import { describe, expect, it } from "vitest"
import { commands } from "../../src/cli/registry.ts"
import { run, temporaryFolder } from "./run-main.ts"

/** Names of files in the examples that a reader would have, as shipped data sets. */
const OWN_FILES: Readonly<Record<string, string>> = {
  "radon.csv": "@radon",
  "eck.csv": "@eck",
  "rats.bug": "examples/bugs/rats/model.bug",
  "rats-data.R": "examples/bugs/rats/data.json",
  "rats-inits.R": "examples/bugs/rats/inits.json",
  "dugongs.bug": "examples/bugs/dugongs/model.bug",
  "dugongs.json": "examples/bugs/dugongs/data.json",
}

const examples = commands
  .filter(({ name }) => ["demo", "fit", "run", "reml", "explain", "datasets"].includes(name))
  .flatMap(({ examples }) => examples.map(({ command }) => command))

describe("the examples of the help texts", () => {
  it.each(examples)("%s", async (command) => {
    const folder = temporaryFolder()
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!)
    const redirect = words.indexOf(">")
    const argv = words.slice(1, redirect === -1 ? undefined : redirect).map((word, i, all) => {
      if (["--out", "--report"].includes(all[i - 1] ?? "")) return path.join(folder, word)
      return OWN_FILES[word] ?? word
    })
    const where = argv.join() === "demo" ? ["--report", path.join(folder, "report.html")] : []
    const { status, stdout, stderr } = await run([...argv, ...where])
    expect(stderr.replace(/^wrote .*\n/gm, "")).toBe("")
    expect([0, 2]).toContain(status)
    expect(stdout.length).toBeGreaterThan(100)
  })
})
