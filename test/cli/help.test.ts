import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { commands } from "../../src/cli/registry.ts"
import { run } from "./run-main.ts"

describe("help", () => {
  it.each(commands.map(({ name }) => name))("of %s", async (name) => {
    const { status, stdout, stderr } = await run([name, "--help"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    await expect(stdout).toMatchFileSnapshot(`golden/help-${name}.txt`)
    expect((await run(["help", name])).stdout).toBe(stdout)
  })

  it("of the program, also without a command", async () => {
    const { status, stdout, stderr } = await run(["--help"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    await expect(stdout).toMatchFileSnapshot("golden/help.txt")
    expect(await run([])).toEqual({ status: 0, stdout, stderr: "", exits: [] })
  })

  it("fits a narrow terminal, but for examples, which a shell must read", async () => {
    for (const { name } of commands) {
      const { stdout } = await run([name, "--help"], { columns: 72, env: { NO_COLOR: "1" } })
      const long = stdout.split("\n").filter((line) => line.length > 72 && !line.startsWith("  gibbsite "))
      expect(long).toEqual([])
    }
  })

  it("is coloured on a terminal, and not with NO_COLOR, TERM=dumb or in a pipe", async () => {
    expect((await run(["fit", "--help"], { columns: 90 })).stdout).toContain("\u001b[1m")
    for (const terminal of [
      { columns: 90, env: { NO_COLOR: "1" } },
      { columns: 90, env: { TERM: "dumb" } },
      {},
    ]) {
      expect((await run(["fit", "--help"], terminal)).stdout).not.toContain("\u001b")
    }
  })

  it("lists every command with its summary", async () => {
    const { stdout } = await run(["--help"])
    const section = stdout.slice(stdout.indexOf("Commands:"), stdout.indexOf("First steps:"))
    const listed = [...section.matchAll(/^ {2}(\w+) +(.+)$/gm)].map(([, name, summary]) => [name, summary])
    expect(listed).toEqual([
      ...commands.map(({ name, summary }) => [name, summary]),
      ["help", "show the help of a command"],
    ])
  })
})

it("prints the version of the package", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
  for (const flag of ["--version", "-v"]) {
    expect(await run([flag])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "", exits: [] })
  }
})
