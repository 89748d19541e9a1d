import { readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { DRAWS_PLOTS, TEXT_PLOTS } from "../../src/cli/plot-options.ts"
import { DRAWS_FORMATS } from "../../src/cli/registry.ts"
import { mean } from "../../src/diagnostics/moments.ts"
import { allValues } from "../../src/draws/draws.ts"
import { readDraws } from "../../src/draws/read-draws.ts"
import { drawsFormatNames } from "../../src/draws/write-draws.ts"
import { plotRegistry } from "../../src/plots/registry.ts"
import { textPlots } from "../../src/plots/text-plots.ts"
import { run, temporaryFolder } from "./run-main.ts"

const stored = path.resolve(import.meta.dirname, "../oracle/draws/rjags.csv")

describe("options of charts and formats", () => {
  it("name what there is", () => {
    expect(TEXT_PLOTS).toEqual(Object.keys(textPlots))
    const ofDraws = plotRegistry.filter(({ of }) => of === "draws").map(({ name }) => name)
    expect(DRAWS_PLOTS).toEqual([...ofDraws, "caterpillar"])
    expect(DRAWS_FORMATS).toEqual(drawsFormatNames)
  })
})

describe("gibbsite plot", () => {
  it("writes a chart of draws that JAGS made", async () => {
    const out = path.join(temporaryFolder(), "chart.svg")
    const names = (await readDraws([stored])).names
    const { status, stdout, stderr } = await run([
      "plot",
      stored,
      "--kind",
      "pairs",
      "--parameters",
      names.slice(0, 2).join(","),
      "--out",
      out,
    ])
    expect([status, stdout, stderr]).toEqual([0, "", `wrote ${out}\n`])
    expect(readFileSync(out, "utf8")).toContain(names[1])
  })

  it("says what is wrong before it reads anything", async () => {
    const wrong = async (...args: string[]) => (await run(["plot", "missing.csv", ...args])).stderr
    expect(await wrong("--kind", "tracé")).toMatch(
      /--kind: found "tracé", expected one of trace, .*did you mean "trace"/,
    )
    expect(await wrong("--out", "x.gif")).toMatch(/x\.gif: found the extension "\.gif"/)
    expect(await wrong()).toMatch(/missing\.csv: there is no such file/)
  })
})

describe("--plot", () => {
  it("charts in the terminal, after the tables: all there are where none is named", async () => {
    const { stdout } = await run(["diagnose", stored, "--plot", "--parameters", "mu"], { columns: 70 })
    const charts = stdout.slice(stdout.indexOf("mu: trace of 3 chains, 100 draws\n"))
    expect(charts).toMatch(/\nmu: histogram of 300 draws\n[\s\S]*\nmu: autocorrelation by lag/)
  })

  it("refuses charts and names that are none", async () => {
    expect((await run(["diagnose", stored, "--plot", "traces"])).stderr).toMatch(/did you mean "trace"/)
    const { status, stderr } = await run(["diagnose", stored, "--plot", "trace", "--parameters", "nu"])
    expect(status).toBe(1)
    expect(stderr).toMatch(/no parameter is called "nu"/)
  })
})

describe("fit --out --format", () => {
  it("the draws that the summary is of", async () => {
    const out = path.join(temporaryFolder(), "run")
    const formula = "bright ~ 1 + (1 | operator)"
    const sizes = ["--draws", "20", "--warmup", "20", "--workers", "1"]
    const { stderr } = await run(["fit", formula, "@pulp", ...sizes, "--out", out, "--format", "parquet"])
    expect(stderr).toContain(`wrote draws.parquet, summary.csv, plan.json and run.json to ${out}\n`)
    const { files } = JSON.parse(readFileSync(path.join(out, "run.json"), "utf8")) as { files: string[] }
    expect(files).toEqual(["draws.parquet", "summary.csv", "plan.json", "run.json"])
    const draws = await readDraws([path.join(out, "draws.parquet")])
    const rows = readFileSync(path.join(out, "summary.csv"), "utf8").trimEnd().split("\n").slice(1)
    expect(rows.length).toBe(draws.names.length)
    const stated = Number(rows.find((row) => row.startsWith("sd[residual],"))!.split(",")[1])
    expect(Math.abs(mean(allValues(draws, "sd[residual]")) - stated)).toBeLessThan(1e-12)
  })
})
