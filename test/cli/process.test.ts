/** The built program in a process of its own: what only a process shows. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { temporaryFolder } from "./run-main.ts"

const BIN = fileURLToPath(new URL("../../bin/gibbsite.js", import.meta.url))
const PULP = ["fit", "bright ~ 1 + (1 | operator)", "@pulp"] as const
const LONG = [...PULP, "--method", "gibbs", "--draws", "50000000", "--monitor", "sd[residual]"] as const

const gibbsite = (argv: readonly string[], cwd = temporaryFolder()) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...argv], { cwd, encoding: "utf8" })
  return { status, stdout, stderr }
}

describe("exit status", () => {
  it("0, with the report of the demo in the current folder", () => {
    const folder = temporaryFolder()
    const { status, stdout, stderr } = gibbsite(["demo"], folder)
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toContain("Wrote report.html")
    expect(existsSync(path.join(folder, "report.html"))).toBe(true)
  })

  it("1, with one line on standard error", () => {
    expect(gibbsite(["fit", "y ~ (1 | g)", "nothing.csv"])).toEqual({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(/^gibbsite: nothing\.csv: no such file in .*; check the path\n$/),
    })
  })

  it("2, where the chains have not converged", () => {
    const { status, stderr } = gibbsite([...PULP, "--method", "gibbs", "--draws", "50"])
    expect({ status, stderr }).toEqual({ status: 2, stderr: "" })
  })
})

it("a reader that closes the pipe is no error", () => {
  const script = `"${process.execPath}" "${BIN}" datasets verbagg | head -1`
  const { stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", script], { encoding: "utf8" })
  expect(stdout.trim().split("\n")).toHaveLength(1)
  expect(stderr).toBe("")
})

describe("SIGINT", () => {
  /** Starts a long run and sends the signal at the first sign of sampling, so often. */
  async function interrupt(times: number): Promise<{ status: number | null; stdout: string }> {
    const child: ChildProcess = spawn(process.execPath, [BIN, ...LONG, "--progress", "json", "--json"])
    let stdout = ""
    let left = times
    child.stdout!.on("data", (chunk) => (stdout += chunk))
    child.stderr!.on("data", (chunk) => {
      if (!String(chunk).includes('"sampling"')) return
      for (; left > 0; left--) child.kill("SIGINT")
    })
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve))
    return { status, stdout }
  }

  it("ends the run and keeps its draws", async () => {
    const { status, stdout } = await interrupt(1)
    expect(status).toBe(2)
    const json = JSON.parse(stdout)
    expect(json.sampling.cancelled).toBe(true)
    expect(json.parameters[0].mean).toBeGreaterThan(0.2)
  })
})
